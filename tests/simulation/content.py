"""What files may hold in a history: good, broken and misleading contents under short names. Never looks at a path."""

_LONG = "You answer common questions politely, at length, and never without a reason.\n" * 3


def _persona(name: str, **extra: str) -> bytes:
    tags = extra.get("tags", '["calm"]')
    return f'{{"name": "{name}", "description": "common", "tags": {tags}, "age": 30}}'.encode()


def _prompt(name: str, body: str = _LONG, front: str = "") -> bytes:
    return f"---\nname: {name}\ndescription: common\ntags: [kind]\n{front}---\nsystem:\n{body}".encode()


PERSONAS = {
    "ada": _persona("Ada"),
    "bob": _persona("Bob"),
    "cyd": _persona("Cyd", tags='["calm", "shrewd"]'),
    "eve": _persona("Evelyn of the long name", tags="[]"),
    "twice": b'{"name": "Twice", "name": "common", "tags": ["calm"]}',
    "cut": b'{"name": "Cut", "description": "com',
    "empty": b"",
    "list": b'["common"]',
    "latin": b'{"name": "Andr\xe9"}',
    "huge": _persona("Huge", tags='["' + "h" * 3000 + '"]'),
}
PROMPTS = {
    "pia": _prompt("Pia"),
    "quo": _prompt("Quo"),
    "ref": _prompt("Ref", front="sample: ${file:sample.json}\n"),
    "taking": _prompt(
        "Taking", body=_LONG + '{% include "sample.json" %}{% include "kit/sample.json" ignore missing %}'
    ),
    "both": _prompt("Both", body=_LONG + '{% include "kit/r.prompty" %}{% include "q.prompty" %}'),
    "image": _prompt("Image", body=_LONG + "![x](picture.png)\n", front="sample: ${file:../out.json}\n"),
    "short": _prompt("Short", body="Be common.\n"),
    "fence": b"---\nname: Fence\n",
    "bare": ("Nothing common stands above this.\n" + _LONG).encode(),
    "empty": b"",
    "conflict": _prompt("Conflict", body="<<<<<<< ours\ncommon\n=======\ncommon\n>>>>>>> theirs\n" + _LONG),
}
ASIDE = {
    "any": b"whatever",
    "other": b"something",
    "deep": b'what {% include "deep.txt" %} and more of it',
    "long": b"words and words and words and words and words and words",
    "bytes": b"\xff\xfe",
}
MAX_BYTES = 2_000


def octets(name: str) -> bytes:
    """The content called *name*, such as `persona/ada`."""
    pool, _, key = name.partition("/")
    return {"persona": PERSONAS, "prompt": PROMPTS, "aside": ASIDE}[pool][key]


def is_half(octets: bytes) -> bool:
    """True for what a file that is no document holds while it is written by halves."""
    return octets in {whole[: len(whole) // 2] for whole in ASIDE.values()}
