"""docsync check renders prompts: with samples, else with values of the declared types, and says what does not."""

import pytest

from tests.cli.conftest import Shell

HEAD = "---\nname: P\n{}\n---\n{}\n"


def write(shell: Shell, inputs: str, body: str, name: str = "p") -> None:
    text = HEAD.format(f"inputs: [{inputs}]" if inputs else "tags: [t]", body)
    (shell.root / "prompts" / f"{name}.prompty").write_text(text, "utf-8")


def told(shell: Shell, *arguments: str) -> list[tuple[object, ...]]:
    problems = shell("check", "--json", *arguments).json["problems"]
    return [
        (one["path"], one["line"], one["column"], one["message"], one["severity"])
        for one in problems
        if one["code"] == "does-not-render"
    ]


@pytest.mark.parametrize(
    ("inputs", "body"),
    [
        ("{name: q, kind: string}", "Hi {{ q | upper }}"),
        ("{name: n, kind: integer}", "{{ n + 1 }}"),
        ("{name: b, kind: boolean, default: true}", "{% if b %}x{% endif %}"),
        ("{name: c, kind: string, enumValues: [a, b]}", "{{ {'a': 1, 'b': 2}[c] }}"),
        ("{name: l, kind: array, items: {kind: string}}", "{{ l[0] | upper }}"),
        ("{name: o, kind: object, properties: {x: {kind: number}}}", "{{ o.x + 1 }}"),
        ("{name: p, kind: image}, {name: t, kind: thread}", "user:\n{{ p }}\n{{ t }}"),
        ("{name: o, kind: object}", "{{ o.x.y.z }}"),  # what an object holds, nobody says
        ("", "{{ o.x + o.y }}"),  # nor what is not declared
    ],
)
def test_a_prompt_that_renders_with_values_of_its_types_is_not_warned_of(
    filled: Shell, inputs: str, body: str
) -> None:
    write(filled, inputs, body)
    assert told(filled) == []


def test_a_mistake_has_its_line_and_column_and_is_a_warning(filled: Shell) -> None:
    write(filled, "{name: o, kind: object, example: {name: Ada}}", "user:\nHello {{ o.nmae }}")
    message = "there is no 'nmae' in the object here"
    (found,) = told(filled)
    assert found[:3] == ("prompts/p.prompty", 6, 11)
    assert str(found[3]).startswith(message)
    assert found[4] == "warning"
    assert filled("check").code == 0
    assert filled("check", "--strict").code == 1
    assert "prompts/p.prompty:6:11: warning[does-not-render]:" in filled("check").out


def test_values_that_were_made_are_said_to_be(filled: Shell) -> None:
    write(filled, "{name: q, kind: string}", "{{ q + 1 }}")
    (one,) = filled("check", "--json").json["problems"]
    assert one["hint"] == "tried with values made of the declared types: give samples of q"


def test_what_is_taken_in_is_found_also_where_only_some_files_are_checked(filled: Shell) -> None:
    write(filled, "", '{% include "tone.prompty" %}')
    assert told(filled) == []  # it is told already that there is no such file
    write(filled, "", "Be warm.", "tone")
    assert told(filled, str(filled.root / "prompts" / "p.prompty")) == []


def test_a_runaway_prompt_is_ended_and_the_others_are_looked_at(filled: Shell) -> None:
    write(filled, "", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "a")
    write(filled, "", "{{ 1 / 0 }}", "b")
    first, second = told(filled)
    assert "takes longer than 2 s" in str(first[3]) or "was ended" in str(first[3])
    assert second[:2] == ("prompts/b.prompty", 5)


def test_it_can_be_left_out_and_ignored(filled: Shell) -> None:
    write(filled, "", "{{ 1 / 0 }}")
    assert told(filled, "--no-render") == []
    with (filled.root / "docsync.toml").open("a", encoding="utf-8") as file:
        file.write('\n[lint]\nignore = ["does-not-render"]\n')
    assert told(filled) == []


def test_a_broken_template_is_warned_of_once(filled: Shell) -> None:
    write(filled, "", "{% if %}")
    codes = [one["code"] for one in filled("check", "--json").json["problems"]]
    assert codes == ["template-syntax"]


def test_it_is_never_a_problem_of_a_row(filled: Shell) -> None:
    write(filled, "", "{{ 1 / 0 }}")
    filled("sync")
    assert filled("problems", "--json").json["problems"] == []
    assert filled("verify").code == 0


def test_no_variable_of_the_environment_is_read(filled: Shell) -> None:
    write(filled, "{name: q, kind: string, example: '${env:THE_KEY}'}", "{{ 1 / 0 }} {{ q }}")
    answer = filled("check", THE_KEY="s3cret")
    assert "s3cret" not in answer.out + answer.err
