"""Variables of templates without anything but names: as Jinja finds them, or Jinja is asked."""

import random
from pathlib import Path

import pytest

from docsync.formats.prompty.jinja_parser import GLOBAL_NAMES
from docsync.formats.prompty.plain_variable import find_plain_variables
from docsync.formats.prompty.template import Variables, _search_variables, variables_of
from tests.helpers.for_a_while import try_for_a_while
from tests.helpers.project import Tell

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
JINJA: dict[str, object] = {"format": {"kind": "jinja2"}}
WORDS = [
    "and", "else", "elif", "if", "import", "in", "is", "not", "or", "recursive", "with", "without", "as", "from", "by", "self",
    "super", "loop", "caller", "varargs", "kwargs", "true", "false", "none", "True", "False", "None", "set", "for", "block",
    "endfor", "ignore", "missing", "context", "defined", "_", "__class__", "a1", "A", *sorted(GLOBAL_NAMES),
]  # fmt: skip


def is_plain(body: str, said: str) -> bool:
    """True for a body whose variables are found at once; they must be those that the search finds."""
    plain = find_plain_variables(body)
    if plain is not None:
        assert Variables(plain) == _search_variables(body, "jinja2"), f"{said}: {body!r}"
    return plain is not None


def test_bodies_of_others_have_the_variables_that_jinja_finds_and_most_of_them_at_once(tell: Tell) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    bodies = [path.read_text("utf-8-sig") for path in sorted(CORPUS.rglob("*.prompty"))]
    plain = sum(is_plain(body, "corpus") for body in bodies)

    tell(f"plain variables: {plain} of {len(bodies)} files of the corpus")
    assert plain >= 0.75 * len(bodies) > 200


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_a_name_only_where_jinja_takes_it_for_one(word: str) -> None:
    for form in ("{{ <> }}", "{{<>}}", "{{ a.<> }}", "{{ <>.a }}", "{{ a }}{{ <>.<>.b }}"):
        is_plain(form.replace("<>", word), word)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("nothing", []),
        ("", []),
        ("{ } }} {a} {", []),
        ("{{ b }} and {{a.x.y}}\n{{\ta\t}} {{ b }}", ["a", "b"]),
        ('{"json": {{ a }}}', ["a"]),
        ("{{ a }}" * 500, ["a"]),
        ("{{ a.b.c.d.e.f.g.h.i }}" * 500, ["a"]),
    ],
)
def test_names_alone_are_found_at_once(body: str, names: list[str]) -> None:
    assert is_plain(body, "names")
    assert variables_of(body, JINJA) == Variables(names)


@pytest.mark.parametrize(
    "body",
    [
        "{{{ a }}}", "{{ a", "{{ a b }}", "{{ a | upper }}", "{{ 'a' }}", "{{ a[0] }}", "{{ a.0 }}", "{{- a }}", "{{ a -}}",
        "{{ é }}", "{{ a\n}}", "{{ }}", "{{ a. }}", "{{ .a }}", "{% if a %}{% endif %}", "{# a #}", "{{ a() }}",
        "{{ a }}" * 501, "{{ a" + ".b" * 9 + " }}", "{{ a }}" + "x" * 32768, "{{{{ a }}}}", "{{ range }}", "{{ self }}",
        "{{ true }}",
    ],
)  # fmt: skip
def test_jinja_is_asked_of_everything_else(body: str) -> None:
    assert find_plain_variables(body) is None


def test_a_name_that_mustache_alone_takes_for_one_is_found_there() -> None:
    assert variables_of("{{ true }} {{ a-b }}", {"format": {"kind": "mustache"}}) == Variables(
        ["a-b", "true"]
    )


PIECES = [
    "{{ a }}", "{{b.c}}", "{{ a.b.c }}", "{{", "}}", "{", "}", "{{{", "}}}", "{%", "%}", "{#", "#}", " ", "\n", "text",
    "'", '"', ".", "a",
    "b", "|", "-", "{{ '' }}", "{% if a %}", "{% endif %}", "{{ x -}}", "{{- y }}", "\r\n", "\u00a0", "é", "0", "_",
]  # fmt: skip


def random_body(dice: random.Random) -> str:
    pieces = dice.choices(PIECES, k=dice.randint(0, 9))
    if dice.randrange(2):
        pieces.insert(dice.randint(0, len(pieces)), f"{{{{ {dice.choice(WORDS)}.{dice.choice(WORDS)} }}}}")
    return "".join(pieces)


def test_whatever_is_written_has_the_variables_that_jinja_finds(tell: Tell) -> None:
    count, taken = try_for_a_while(
        "plain variables", tell, lambda dice, name: is_plain(random_body(dice), name)
    )
    assert 0 < taken < count
