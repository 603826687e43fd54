"""Role markers: which lines split a body, in which dialect."""

import pytest

from docsync.formats.prompty.dialect import Dialect
from docsync.formats.prompty.role import MAX_MESSAGES, messages_of


def roles(body: str, dialect: Dialect = Dialect.V2) -> list[tuple[object, object]]:
    return [(message["role"], message["content"]) for message in messages_of(body, 1, dialect).messages]


def attributes(line: str) -> object:
    messages = messages_of(line + "\nhi", 1, Dialect.V2).messages
    assert len(messages) == 1
    return messages[0]["attributes"] if messages[0]["role"] == "user" else None


@pytest.mark.parametrize(
    "line", ["user:", "USER :", "  user:", "\tuser:", "# user:", "#user:", " # user : ", "user:\u00a0"]
)
def test_a_line_of_a_role_and_a_colon_is_a_marker(line: str) -> None:
    assert roles(f"{line}\nhi") == [("user", "hi")]


@pytest.mark.parametrize(
    "line",
    [
        "## user:", "**user**:", "- user:", "> user:", "user: hi", "the user:", "xuser:", "user\uff1a", "user", ": user:",
        "tool:", "function:", "tools:", "thread:", "![thread]", 'user [name="A"]:', "user[]:", "user[name]:", "# # user:",
        "user[a=1", "user[a=1]", 'user[a="1]:',
    ],
)  # fmt: skip
def test_anything_else_is_text(line: str) -> None:
    assert roles(f"{line}\nhi") == [("system", f"{line}\nhi")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("user:", {}),
        ('user[name="A"]:', {"name": "A"}),
        ("user[name=Bob, id=7]:", {"name": "Bob", "id": 7}),
        ("user[a=1.5,b=true,c=x y]:", {"a": 1.5, "b": True, "c": "x y"}),
        ("user[name='A']:", {"name": "'A'"}),
        ('user[name="{{x}}"]:', {"name": "{{x}}"}),
        ('user[name="Ann, B", n=-2, ok=FALSE]:', {"name": "Ann, B", "n": -2, "ok": False}),
        ('user[ a = "1" ] :', {"a": "1"}),
        ("user[a=]:", {"a": ""}),
        (f"user[a={'9' * 30}]:", {"a": "9" * 30}),
    ],
)
def test_attributes_have_types_unless_quoted(line: str, expected: object) -> None:
    assert attributes(line) == expected


@pytest.mark.parametrize(
    ("dialect", "taken"),
    [
        (Dialect.V1, ["system", "user", "assistant", "function"]),
        (Dialect.BETA, ["system", "user", "assistant", "function", "tools", "thread"]),
        (Dialect.V2, ["system", "user", "assistant", "developer"]),
        (Dialect.NONE, ["system", "user", "assistant", "developer"]),
    ],
)
def test_each_dialect_has_its_roles(dialect: Dialect, taken: list[str]) -> None:
    lines = ["system:", "user:", "assistant:", "developer:", "function:", "tools:", "![thread]"]
    body = "".join(f"{line}\nx\n" for line in lines)

    assert [role for role, _ in roles(body, dialect)] == taken


def test_attributes_came_after_v1() -> None:
    assert roles("user[a=1]:\nhi", Dialect.V1) == [("system", "user[a=1]:\nhi")]
    assert roles("user[a=1]:\nhi", Dialect.BETA) == [("user", "hi")]


def test_content_loses_line_ends_around_it_and_nothing_else() -> None:
    assert roles("user:\r\n\r\n  a \r\nb\rc\n\n") == [("user", "  a \nb\nc")]
    assert roles("user:\n  \n\n") == [("user", "  ")]


def test_lines_end_only_where_lines_end() -> None:
    body = "user:\na\u2028b\x0cc\x85d\x0be\n"

    assert roles(body) == [("user", "a\u2028b\x0cc\x85d\x0be")]
    assert roles("a\u2028user:\nb") == [("system", "a\u2028user:\nb")]


def test_empty_messages_are_kept_and_an_empty_start_is_none() -> None:
    assert roles("system:\nuser:\nhi") == [("system", ""), ("user", "hi")]
    assert roles(" \n\nuser:\nhi") == [("user", "hi")]
    assert roles("") == roles(" \n ") == []


def test_lines_are_counted_with_every_kind_of_line_end() -> None:
    body = "\n\rpre\r\nuser:\rx\r\n\r\nassistant:\ny"

    assert [message["line"] for message in messages_of(body, 10, Dialect.V2).messages] == [12, 13, 16]


def test_code_fences_protect_nothing() -> None:
    assert [role for role, _ in roles("```\nuser:\n```")] == ["system", "user"]


def test_a_marker_with_a_pipe_is_told_and_kept_as_text() -> None:
    found = messages_of("x\nsystem: |\n  hi\nuser: | \nassistant:\n", 1, Dialect.V2)

    assert found.almost == [(2, "system: |"), (17, "user: |")]
    assert [(m["role"], m["content"]) for m in found.messages] == [
        ("system", "x\nsystem: |\n  hi\nuser: | "),
        ("assistant", ""),
    ]


def test_markers_are_limited_and_no_text_is_lost() -> None:
    found = messages_of("user:\n" * (MAX_MESSAGES + 2), 1, Dialect.V2)

    assert len(found.messages) == MAX_MESSAGES
    assert found.beyond == MAX_MESSAGES * len("user:\n")
    assert found.messages[-1]["content"] == "user:\nuser:"


@pytest.mark.parametrize(
    "line",
    [
        "{% if x %}system:{% endif %}",
        "user:{{ '' }}",
        "{# c #}# USER :",
        'user :{{-""-}}',
        "{%- if x %}  user:",
    ],
)
def test_a_role_beside_a_tag_that_puts_nothing_out_only_looks_like_a_marker(line: str) -> None:
    found = messages_of(f"a\n{line}\r\nb", 1, Dialect.V2)
    assert (found.almost, len(found.messages)) == ([(2, line)], 1)


@pytest.mark.parametrize(
    "line",
    [
        "user: {{ name }}",
        "{{ x }}user:",
        "{{ item.role }}:",
        "x {% if y %}user:{% endif %}",
        "user: x {# c #}",
    ],
)
def test_a_value_beside_a_role_makes_it_text_that_is_meant(line: str) -> None:
    assert messages_of(f"a\n{line}\nb", 1, Dialect.V2).almost == []


def test_what_looks_like_markers_is_looked_at_in_time_that_grows_with_the_text() -> None:
    found = messages_of("{%" + "user:" * 100_000 + "{% x %}user:\n" * 3_000, 1, Dialect.V2)
    assert len(found.almost) == MAX_MESSAGES
