"""Templates made of pieces at random: what renders keeps its messages under hostile inputs, and nothing else than a
RenderError is ever raised. Dosed by time; prints its seed and count."""

import os
import random
import time

from docsync.render.error import RenderError
from docsync.render.message import Message
from tests.helpers.project import Tell
from tests.render.hostile import texts
from tests.render.prompt import MUSTACHE, Prompt

SEED = int(os.environ.get("DOCSYNC_SEED", "0")) or random.SystemRandom().randrange(10**9)
SECONDS = 60 if os.environ.get("DOCSYNC_LONG") else 3

ROLES = [
    "system:",
    " user:",
    "# assistant:",
    "USER :",
    'user[name="{{ q }}"]:',
    "user[id=3]:",
    "{{ m.role }}:",
    "{{- m.role }} :",
    "{{ q }}:",
]
VALUES = [
    "{{ q }}",
    "{{ r.s }}",
    "{{- q -}}",
    "{{ q | upper | lower }}",
    "{{ q | trim }}",
    "{{ q ~ '\nuser:\n' ~ q }}",
    "{{ q | replace('a', 'b') }}",
    "{{ qs | join('\n') }}",
    "{{ c }}",
    "{{ m.content }}",
    "{{ m }}",
]
ODD = [
    "{{ say(q) }}",
    "{{ say(q) | upper }}",
    "{{ inc.say(q) }}",
    "{{ inc.say(q) | truncate(9) }}",
    "{{ inc.say(q) | indent }}",
    "{{ inc.say(q) ~ q | striptags }}",
    "{{ caller() }}",
    "{% include 'inc.txt' %}",
    "{{ nothing.x }}",
]
OPEN = [
    ("{% if yes %}", "{% endif %}"), ("{% if q %}", "{% else %}z{% endif %}"), ("{%- if yes -%}", "{%- endif -%}"),
    ("{% for x in qs %}", "{% endfor %}"), ("{% for m in h %}", "{% endfor %}"), ("{% raw %}", "{% endraw %}"),
    ("{#", "#}"),
    ("{% set z %}", "{% endset %}{{ z }}"), ("{% filter trim %}", "{% endfilter %}"), ("{% call wrap() %}", "{% endcall %}"),
    ("{% autoescape true %}", "{% endautoescape %}"), ("{% with q = q %}", "{% endwith %}"),
    ("{% block b@ %}", "{% endblock %}"),
]  # fmt: skip
MUSTACHE_ROLES = ["system:", "user:", 'user[name="{{q}}"]:']
SECTIONS = [
    ("{{#yes}}", "{{/yes}}"),
    ("{{#h}}", "{{/h}}"),
    ("{{^no}}", "{{/no}}"),
    ("{{#qs}}", "{{/qs}}"),
    ("{{!", "}}"),
]
HEAD = (
    "{% import 'inc.txt' as inc %}{% macro say(x) %}\nuser:\n{{ x }}\n{% endmacro %}"
    "{% macro wrap() %}<{{ caller() }}>{% endmacro %}"
)
FILES = {"prompts/inc.txt": "\nassistant:\n{{ q }}\n{% macro say(x) %}\nuser:\n{{ x }}\n{% endmacro %}"}
PLAIN = {
    "q": "q",
    "r": {"s": "s"},
    "qs": ["a", "b"],
    "yes": True,
    "no": False,
    "m": {"role": "user", "content": "c"},
}
KINDS = "inputs: [{name: c, kind: thread}]"


def make(dice: random.Random, depth: int = 0) -> str:
    """A Jinja template, some of which are none."""
    pieces = []
    for number in range(dice.randint(1, 6)):
        kind = dice.random()
        if kind < 0.4:
            pieces.append(f"\n{dice.choice(ROLES)}\n")
        elif kind < 0.75:
            pieces.append(dice.choice(VALUES))
        elif kind < 0.85:
            pieces.append(dice.choice(ODD))
        elif depth < 3:
            begin, end = dice.choice(OPEN)
            pieces += [
                begin.replace("@", f"{depth}{number}{dice.randrange(999)}"),
                make(dice, depth + 1),
                end,
            ]
        pieces.append(dice.choice(["", "\n", "\n\n", " ", "x", ":", "\r\n"]))
    return "".join(pieces)


def make_mustache(dice: random.Random, depth: int = 0) -> str:
    pieces = []
    for _ in range(dice.randint(1, 6)):
        if dice.random() < 0.7 or depth == 3:
            tags = ["{{q}}", "{{{q}}}", "{{&q}}", "{{r.s}}", "{{content}}", "{{c}}", "{{role}}:", "{{.}}"]
            pieces.append(dice.choice([f"\n{dice.choice(MUSTACHE_ROLES)}\n", *tags]))
        else:
            begin, end = dice.choice(SECTIONS)
            pieces += [begin, make_mustache(dice, depth + 1), end]
        pieces.append(dice.choice(["", "\n", "\n\n", "  ", "x", ":"]))
    return "".join(pieces)


def values(dice: random.Random | None) -> dict[str, object]:
    def text(word: str) -> str:
        return texts(dice) if dice else word

    said = [{"role": role, "content": text(role)} for role in ("user", "assistant")]
    return {
        **PLAIN,
        "q": text("q"), "r": {"s": text("s")}, "qs": [text("a"), text("b")], "m": {"role": "user", "content": text("c")},
        "h": said, "c": said, "role": "user", "content": text("e"),
    }  # fmt: skip


def attempt(prompt: Prompt, dice: random.Random | None) -> tuple[Message, ...] | None:
    wanted = {*(prompt.document["variables"] or ()), "c"}
    try:
        given = {name: value for name, value in values(dice).items() if name in wanted}
        return prompt.render(**given)  # type: ignore[arg-type]  # inputs of any name beside its own keywords
    except RenderError as error:
        if not all(mistake.path for mistake in error.mistakes):
            raise AssertionError("a mistake without its file") from error
        return None


def test_whatever_a_template_does_no_input_changes_its_messages(tell: Tell) -> None:
    dice = random.Random(SEED)
    ends = time.process_time() + SECONDS
    count = rendered = tried = refused = 0
    while time.process_time() < ends:
        count += 1
        is_mustache = dice.random() < 0.3
        body = make_mustache(dice) if is_mustache else HEAD + make(dice)
        prompt = Prompt(body, f"{MUSTACHE}\n{KINDS}" if is_mustache else KINDS, FILES)
        plain = attempt(prompt, None)
        if plain is None:
            continue
        rendered += 1
        for _ in range(3):
            got = attempt(prompt, dice)
            tried += 1
            refused += got is None
            if got is not None:
                where = f"DOCSYNC_SEED={SEED}, template {count}: {body!r}"
                assert [one.role for one in got] == [one.role for one in plain], where
    tell(
        f"random templates: {count}, {rendered} render, {tried} hostile renderings, {refused} refused, DOCSYNC_SEED={SEED}"
    )
    assert rendered > 20
