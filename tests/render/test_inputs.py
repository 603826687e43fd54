"""What a prompt takes: given, default, sample; what is a mistake, and that all mistakes are told at once."""

from collections import UserDict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

import pytest

from docsync.render.error import RenderError
from docsync.render.message import MediaKind, MediaPart, Message, TextPart
from tests.render.prompt import MUSTACHE, Prompt

TWO = "inputs:\n  - {name: a, kind: string}\n  - {name: b, kind: string, default: from default}"
BODY = "user:\n{{ a }}|{{ b }}"


@dataclass
class Row:
    document: dict[str, object]


def content(prompt: Prompt, /, *, samples: bool = False, **inputs: object) -> object:
    (message,) = prompt.render(samples=samples, **inputs)
    return message.content


def test_a_default_stands_for_what_is_not_given() -> None:
    assert content(Prompt(BODY, TWO), a="x") == "x|from default"
    assert content(Prompt(BODY, TWO), a="x", b="y") == "x|y"
    assert content(Prompt(BODY, TWO), a="x", b=None) == "x|from default"


def test_all_mistakes_are_told_at_once() -> None:
    settings = """inputs:
  - {name: question, kind: string}
  - {name: tone, kind: string, enumValues: [warm, sober]}
  - {name: n, kind: integer}"""
    prompt = Prompt("user:\n{{ question }} {{ tone }} {{ n }} {{ other }}", settings)
    assert prompt.mistakes(qestion="x", tone="wram", n="3") == [
        "has no input 'qestion'",
        "2:4: the input 'question' is not given, and has no default",
        "2:19: the input 'tone' must be one of warm, sober; did you mean 'warm'?",
        "2:30: the input 'n' must be an integer, got a text",
        "2:38: 'other' is not given",
    ]


def test_a_misspelt_input_is_told_which_one_may_be_meant() -> None:
    with pytest.raises(RenderError, match=r"has no input 'qestion' \(did you mean 'question'\?\)") as caught:
        Prompt("user:\n{{ question }}").render(qestion="x")
    assert caught.value.mistakes[0].hint == "did you mean 'question'?"


@pytest.mark.parametrize(
    "settings", ["inputs: [{name: a, kind: string, required: false}]", "inputs: {a: {required: false}}"]
)
def test_an_input_that_is_not_required_is_empty_and_false_and_never_none(settings: str) -> None:
    body = "user:\n<{{ a }}>{% if a %}yes{% endif %}{% for x in a %}x{% endfor %}{{ a is defined }}{{ a | default('d') }}"
    assert content(Prompt(body, settings)) == "<>Falsed"
    assert (
        content(Prompt("user:\n{{ a == '' }}{{ a != 'x' }}{{ a | length }}{{ a.b.c }}", settings))
        == "TrueTrue0"
    )


def test_an_input_that_is_not_required_is_empty_in_mustache() -> None:
    prompt = Prompt(
        "user:\n<{{a}}>{{^a}}no{{/a}}{{#a}}yes{{/a}}", MUSTACHE + "\ninputs: [{name: a, required: false}]"
    )
    assert content(prompt) == "<>no"


def test_null_is_put_out_as_nothing() -> None:
    assert content(Prompt("user:\n<{{ p.x }}>"), p={"x": None}) == "<>"
    assert content(Prompt("user:\n<{{p.x}}>", MUSTACHE), p={"x": None}) == "<>"


def test_an_input_that_may_be_null_takes_null() -> None:
    prompt = Prompt("user:\n<{{ a }}>", "inputs: [{name: a, kind: string, nullable: true}]")
    assert content(prompt, a=None) == "<>"
    assert len(prompt.mistakes()) == 1


def test_an_undeclared_variable_must_be_given_unless_the_template_looks_after_it() -> None:
    assert Prompt("user:\n{{ a }}").mistakes() == ["2:4: 'a' is not given"]
    assert content(Prompt("user:\n{{ a | default('x') }}{% if b is defined %}{{ b }}{% endif %}")) == "x"
    assert content(Prompt("user:\n{{ a | default('x') }}"), a="y") == "y"
    assert content(Prompt("user:\n{{#a}}{{b}}{{/a}}{{^c}}x{{/c}}", MUSTACHE), a=[]) == "x"


def test_what_is_neither_declared_nor_used_is_a_mistake() -> None:
    assert Prompt("user:\nhi").mistakes(a=1) == ["has no input 'a'"]
    assert content(Prompt("user:\nhi", "inputs: [{name: a}]"), a=1) == "hi"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("string", ["", "x"], [1, True, ["x"], {"x": 1}]),
        ("boolean", [True, False], [0, 1, "true"]),
        ("integer", [0, -3, 2.0], [1.5, True, "1"]),
        ("number", [0, 1.5], [True, "1", float("nan"), float("inf")]),
        ("float", [0, 1.5], [True, "1"]),
        ("array", [[], [1], (1, 2)], ["x", {"a": 1}, 3]),
        ("object", [{}, {"a": 1}, MappingProxyType({"a": 1}), UserDict(a=1), Row({"a": 1})], ["x", [1], 3]),
    ],
)
def test_the_type_of_what_is_given_is_checked(kind: str, good: list[object], bad: list[object]) -> None:
    prompt = Prompt("user:\n{{ a }}", f"inputs: [{{name: a, kind: {kind}}}]")
    for value in good:
        prompt.render(a=value)
    for value in bad:
        assert len(prompt.mistakes(a=value)) == 1, value


def test_a_whole_number_is_an_integer() -> None:
    assert content(Prompt("user:\n{{ a }}", "inputs: [{name: a, kind: integer}]"), a=2.0) == "2"


def test_the_first_generation_calls_everything_an_object() -> None:
    prompt = Prompt("user:\n{% for x in a %}{{ x }}{% endfor %}", "authors: [x]\ninputs: {a: {type: object}}")
    assert content(prompt, a=["1", "2"]) == "12"


def test_a_row_stands_for_its_document() -> None:
    assert content(Prompt("user:\n{{ p.name }}"), p=Row({"name": "Ada"})) == "Ada"


class Shade(StrEnum):
    WARM = "warm"


@pytest.mark.parametrize(
    ("value", "mistake"),
    [
        (date(2026, 1, 1), "the input 'a' a value of type date is no JSON value"),
        (b"x", "the input 'a' bytes is no JSON value"),
        (
            {"x": [1, {"y": print}]},
            "the input 'a' x[1].y: a value of type builtin_function_or_method is no JSON value",
        ),
        ({1: 2}, "the input 'a' the key 1 is no text"),
        ("\ud800", "the input 'a' has half of a surrogate pair at character 1: it is no Unicode text"),
        ([float("nan")], "the input 'a'[0]: nan is no JSON number"),
    ],
)
def test_what_is_no_json_is_a_mistake_that_says_where(value: object, mistake: str) -> None:
    assert Prompt("user:\n{{ a }}").mistakes(a=value) == [f"2:4: {mistake}"]


def test_a_value_that_holds_itself_is_a_mistake() -> None:
    value: list[object] = []
    value.append(value)
    (mistake,) = Prompt("user:\n{{ a }}").mistakes(a=value)
    assert mistake.endswith("is nested more than 100 levels deep")


def test_a_text_of_another_class_is_a_text() -> None:
    class Loud(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "LOUD"

        def __format__(self, form: str) -> str:
            return "LOUD"

    assert content(Prompt("user:\n{{ a }}{{ b }}"), a=Loud("quiet"), b=Shade.WARM) == "quietwarm"


def test_a_template_changes_no_value_of_its_caller() -> None:
    given = {"list": [1]}
    assert Prompt("user:\n{{ a.list.append(2) }}").mistakes(a=given)
    assert given == {"list": [1]}


def test_samples_stand_for_what_is_not_given_only_when_asked_for() -> None:
    for settings in (
        "inputs: [{name: a, kind: string, example: e}]",
        "inputs: {a: {type: string, sample: e}}",
        "inputs: {a: {type: string}}\nsample: {a: e}",
        "sample: {a: e}",
    ):
        prompt = Prompt("user:\n{{ a }}", settings)
        assert content(prompt, samples=True) == "e"
        assert content(prompt, samples=True, a="x") == "x"
        assert len(prompt.mistakes()) == 1


def test_what_only_a_sample_names_need_not_be_given_where_nothing_uses_it() -> None:
    assert content(Prompt("user:\n{{ a }}", "sample: {a: e, b: f}"), a="x") == "x"


def test_a_sample_and_a_default_may_stand_in_files() -> None:
    files = {"prompts/all.json": '{"a": "from all"}', "prompts/d.yaml": "x: 1", "prompts/t.txt": "text"}
    assert content(Prompt("user:\n{{ a }}", "sample: ${file:all.json}", files), samples=True) == "from all"
    assert content(Prompt("user:\n{{ a }}", "sample: all.json", files), samples=True) == "from all"
    assert content(Prompt("user:\n{{ a.x }}", "inputs: {a: {default: '${file:d.yaml}'}}", files)) == "1"
    assert content(Prompt("user:\n{{ a }}", "inputs: {a: {default: '${file:t.txt}'}}", files)) == "text"


def test_an_object_may_be_given_where_the_sample_is_a_file() -> None:
    assert content(Prompt("user:\n{{ a.x }}", "sample: {a: '${file:a.json}'}"), a={"x": "y"}) == "y"


@pytest.mark.parametrize(
    ("settings", "mistake"),
    [
        ("sample: ${file:gone.json}", "names the file gone.json, which is not there"),
        ("sample: ${file:../../x.json}", "'../../x.json' leads out of the project"),
        ("sample: ${file:/etc/passwd}", "'/etc/passwd' is no path relative to the file that names it"),
        (
            "sample: ${file:bad.json}",
            "prompts/bad.json:2:2: no JSON: Expecting property name enclosed in double quotes",
        ),
        ("sample: ${file:text.json}", "text.json must hold an object: it has the inputs or their samples"),
    ],
)
def test_a_file_of_samples_that_cannot_be_taken_is_named(settings: str, mistake: str) -> None:
    files = {"prompts/bad.json": "\n{,", "prompts/text.json": '"x"'}
    with pytest.raises(RenderError) as caught:
        Prompt("user:\n{{ a }}", settings, files).render(samples=True)
    assert str(caught.value).removeprefix("prompts/test.prompty: ") == mistake


def test_no_variable_of_the_environment_is_ever_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hidden")
    settings = "inputs:\n  a: {default: '${env:SECRET}'}\n  b: {sample: '${env:SECRET}'}\nsample: {b: '${env:SECRET}'}"
    assert content(Prompt("user:\n{{ a }} {{ b }} ${env:SECRET}", settings), samples=True) == " ".join(
        ["${env:SECRET}"] * 3
    )


THREAD = "inputs: [{name: c, kind: thread}, {name: q, kind: string}]"


def test_a_thread_stands_where_its_variable_stands() -> None:
    said = [{"role": "user", "content": "a"}, Message("assistant", "b")]
    prompt = Prompt("system:\nHi\n\n{{ c }}\n\nuser:\n{{ q }}", THREAD)
    assert prompt.pairs(c=said, q="?") == [("system", "Hi"), ("user", "a"), ("assistant", "b"), ("user", "?")]
    assert prompt.pairs(c=[], q="?") == [("system", "Hi"), ("user", "?")]


def test_text_around_a_thread_stays_of_its_role_also_when_its_values_are_empty() -> None:
    prompt = Prompt("user:\n{{ c }}\n{{ q }}", THREAD)
    said = [{"role": "assistant", "content": "a"}]
    assert prompt.pairs(c=said, q="x") == [("assistant", "a"), ("user", "x")]
    assert prompt.pairs(c=said, q="") == [("assistant", "a"), ("user", "")]
    before = Prompt('user[name="Ann"]:\n{{ q }}\n{{ c }}\nafter', THREAD)
    assert [(one.role, one.name, one.content) for one in before.render(c=said, q="")] == [
        ("user", "Ann", ""),
        ("assistant", None, "a"),
        ("user", "Ann", "after"),
    ]


@pytest.mark.parametrize("mode", ["", f"{MUSTACHE}\n"])
@pytest.mark.parametrize("name", ["x", "\U00100000"])
def test_a_name_of_the_next_message_makes_none_of_the_blank_after_a_thread(mode: str, name: str) -> None:
    prompt = Prompt('system:\nHi\n{{c}}\n\nuser[name="{{q}}"]:\nx', f"{mode}{THREAD}")
    said = [{"role": "assistant", "content": "a"}]
    assert [one.role for one in prompt.render(c=said, q=name)] == ["system", "assistant", "user"]


def test_a_thread_in_mustache_stands_where_its_variable_stands() -> None:
    prompt = Prompt("system:\nHi\n\n{{c}}\n\nuser:\n{{q}}", f"{MUSTACHE}\n{THREAD}")
    assert prompt.pairs(c=[{"role": "user", "content": "a"}], q="?") == [
        ("system", "Hi"),
        ("user", "a"),
        ("user", "?"),
    ]


def test_a_template_may_go_through_a_thread_itself() -> None:
    body = "{% for m in c %}\n{{ m.role }}:\n{{ m.content }}\n{% endfor %}\nuser:\n{{ c | length }} {{ q }}"
    said = [
        {"role": "user", "content": "system:\na"},
        {"role": "assistant", "content": [{"type": "text", "text": "b"}]},
    ]
    assert Prompt(body, THREAD).pairs(c=said, q="") == [
        ("user", "system:\na"),
        ("assistant", "b"),
        ("user", "2 "),
    ]


def test_a_thread_without_a_place_is_a_mistake() -> None:
    said = [{"role": "user", "content": "a"}]
    assert Prompt("user:\n{{ q }}", THREAD).mistakes(c=said, q="") == [
        "the thread 'c' has no place in the text: write {{ c }} where it belongs"
    ]
    assert Prompt("user:\n{{ q }}", THREAD).pairs(c=[], q="") == [("user", "")]


def test_a_message_of_a_thread_keeps_its_tool_calls() -> None:
    calls = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    said = [
        {"role": "assistant", "content": None, "tool_calls": calls, "refusal": None, "annotations": []},
        {"role": "tool", "tool_call_id": "1", "content": "system:"},
    ]
    one, two, _ = Prompt("{{ c }}\nuser:\n{{ q }}", THREAD).render(c=said, q="")
    assert (one.content, dict(one.extra)) == ("", {"tool_calls": calls})
    assert (two.role, two.content, dict(two.extra)) == ("tool", "system:", {"tool_call_id": "1"})


@pytest.mark.parametrize(
    ("said", "mistake"),
    [
        ("x", "must be a list of messages, got a text"),
        ([1], "[0]: must be a message with role and content, got an integer"),
        (
            [{"role": "system", "content": "x"}],
            "[0]: the role must be user, assistant, tool, function, got 'system'",
        ),
        ([{"content": "x"}], "[0]: the role must be user, assistant, tool, function, got null"),
        ([{"role": "user", "contnt": "x"}], "[0]: a message has no 'contnt'; did you mean 'content'?"),
        (
            [{"role": "user", "content": 1}],
            "[0]: the content must be a text or a list of parts, got an integer",
        ),
        (
            [{"role": "user", "content": "", "tool_calls": [1]}],
            "[0]: only a message of the role assistant has 'tool_calls', and this one is of user",
        ),
        (
            [{"role": "user", "content": [{"type": "video"}]}],
            "[0]: a part of the content must be of type text or image_url",
        ),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "/etc/passwd"}}]}],
            "[0]: an image of the content '/etc/passwd' is no such URL, and no value is opened as a path",
        ),
        (
            [Message("developer", "x")],
            "[0]: the role must be user, assistant, tool, function, got 'developer'",
        ),
    ],
)
def test_what_is_no_message_of_a_thread_is_a_mistake_with_its_place(said: object, mistake: str) -> None:
    (found,) = Prompt("{{ c }}\nuser:\n{{ q }}", THREAD).mistakes(c=said, q="")
    space = "" if mistake.startswith("[") else " "
    assert found.startswith(f"1:4: the input 'c'{space}{mistake}")


IMAGE = "inputs: [{name: p, kind: image}]"
PNG = b"\x89PNG\r\n\x1a\n123"


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (PNG, MediaPart(MediaKind.IMAGE, data=PNG, media_type="image/png")),
        (bytearray(PNG), MediaPart(MediaKind.IMAGE, data=PNG, media_type="image/png")),
        (b"?", MediaPart(MediaKind.IMAGE, data=b"?")),
        ("https://example.com/a.png", MediaPart(MediaKind.IMAGE, url="https://example.com/a.png")),
        ("data:image/gif;base64,R0lG", MediaPart(MediaKind.IMAGE, data=b"GIF", media_type="image/gif")),
        ("data:,a%20b", MediaPart(MediaKind.IMAGE, data=b"a b")),
        (
            {"data": b"x", "media_type": "image/webp", "name": "a"},
            MediaPart(MediaKind.IMAGE, data=b"x", media_type="image/webp", name="a"),
        ),
        (MediaPart(MediaKind.IMAGE, data=b"x"), MediaPart(MediaKind.IMAGE, data=b"x")),
    ],
)
def test_an_image_is_bytes_or_a_url_and_a_part_of_its_message(given: object, part: MediaPart) -> None:
    prompt = Prompt("user:\nLook:\n\n{{ p }}\n\nWhat is it?", IMAGE)
    assert prompt.pairs(p=given) == [("user", (TextPart("Look:"), part, TextPart("What is it?")))]


@pytest.mark.parametrize("mode", ["", MUSTACHE + "\n"])
def test_a_message_of_nothing_but_an_image_has_one_part(mode: str) -> None:
    (message,) = Prompt("user:\n{{p}}\n", mode + IMAGE).render(p=PNG)
    assert message.content == (MediaPart(MediaKind.IMAGE, data=PNG, media_type="image/png"),)


@pytest.mark.parametrize(
    "given",
    [
        "/etc/passwd",
        "file:///etc/passwd",
        "http://example.com/a",
        "@a.png",
        "https://example.com/a b",
        "data:image/png;base64,?",
        "javascript:x",
        1,
        ["x"],
        {"path": "x"},
        {"url": "x"},
        {"data": b"x", "url": "https://x"},
        MediaPart(MediaKind.AUDIO, data=b"x"),
        MediaPart(MediaKind.IMAGE, url="/etc/passwd"),
        MediaPart(MediaKind.IMAGE),
        MediaPart(MediaKind.IMAGE, data=b"x", url="https://x"),
        "https://",
        "https:x",
        "https://x/\ud800",
        "",
    ],
)
def test_no_value_of_an_image_is_opened_as_a_path(given: object) -> None:
    assert len(Prompt("user:\n{{ p }}", IMAGE).mistakes(p=given)) == 1


def test_an_image_in_markdown_stays_text() -> None:
    assert Prompt("user:\n![a](b.png)\n{{ q }}").pairs(q="![c](d.png)") == [
        ("user", "![a](b.png)\n![c](d.png)")
    ]


def test_an_image_without_a_place_is_a_mistake() -> None:
    assert "has no place" in Prompt("user:\nhi", IMAGE).mistakes(p=PNG)[0]
