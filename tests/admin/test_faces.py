"""One question put to the reader, the command and the endpoint: all give one answer, or all refuse it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from docsync.cli.command_line import run
from docsync.errors import UsageError
from docsync.reader import open_reader
from docsync.reader.query.where_syntax import parse_all
from tests.admin.endpoint import Endpoint
from tests.helpers.project import Project

IDS = {
    "ana": "persona/team/ana",
    "bo": "persona/team/bo",
    "cy": "persona/cy",
    "greet": "prompt_template/greet",
}

Question = dict[str, Any]
"""What is asked: `where`, a list of conditions as people write them, and `limit`."""

Ask = Callable[[Question], list[str]]
"""Asks one face: the ids of what it finds. Raises UsageError, in the words of that face."""


@pytest.fixture(autouse=True)
def documents(project: Project) -> None:
    project.persona("personas/team/ana.json", name="Ana", age=30, tags=["business", "multi-site"])
    project.persona("personas/team/bo.json", name="Bo", age=40, tags=["business"])
    project.persona("personas/cy.json", name="Cy", age="30", tags=["multi-site"])
    project.write("prompts/greet.prompty", "---\nname: Greet\n---\nsystem:\nHello.\n")
    project.settle()


@pytest.fixture
def faces(endpoint: Endpoint, project: Project, capsys: pytest.CaptureFixture[str]) -> dict[str, Ask]:
    """The three ways to ask, by name."""

    def command(question: Question) -> list[str]:
        flags = [f"--where={text}" for text in question.get("where", ())]
        flags += [f"--limit={question['limit']}"] if "limit" in question else []
        capsys.readouterr()
        code = run(["-C", str(project.root), "list", "--json", *flags], {})
        value = json.loads(capsys.readouterr().out)
        if code == UsageError.exit_code:
            raise UsageError(value["error"]["message"])
        assert code == 0, value
        return [row["id"] for row in value["documents"]]

    def http(question: Question) -> list[str]:
        got = endpoint.ask("GET", f"/v1/documents?{urlencode(question, doseq=True)}")
        if (got.status, got.json.get("exit_code")) == (400, UsageError.exit_code):
            raise UsageError(got.json["detail"])
        assert got.status == 200, got.body
        return [row["id"] for row in got.json["documents"]]

    def python(question: Question) -> list[str]:
        where = parse_all(question.get("where", ()))
        with open_reader(project.root) as reader:
            return [row.id for row in reader.find(where=where, limit=question.get("limit"))]

    return {"command": command, "http": http, "python": python}


def answers(faces: dict[str, Ask], question: Question) -> dict[str, list[str]]:
    """What each face finds."""
    return {name: ask(question) for name, ask in faces.items()}


def refusals(faces: dict[str, Ask], question: Question) -> dict[str, str]:
    """Why each face refuses; one that does not is a failure."""
    told = {}
    for name, ask in faces.items():
        with pytest.raises(UsageError) as refusal:
            ask(question)
        told[name] = str(refusal.value)
    return told


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], ["cy", "ana", "bo", "greet"]),
        (["@tags contains business", "@tags contains multi-site"], ["ana"]),
        (["tags contains business", "tags contains multi-site"], ["ana"]),
        (["@tags contains business", "@tags contains business"], ["ana", "bo"]),
        (["age>=30", "age<40"], ["cy", "ana"]),
        (["age>=30", "age>=35"], ["bo"]),
        (["age=30", "age=40"], []),
        (["age=30", 'age="30"'], ["cy"]),
        (["name!=Ana", "name!=Bo"], ["cy", "greet"]),
        (["name in Ana,Bo", "name in Bo,Cy"], ["bo"]),
        (["age exists", "age exists"], ["cy", "ana", "bo"]),
        (["age exists", "age missing"], []),
        (["@name=Ana", "name=Ana"], ["ana"]),
        (["@name=Ana", "@name=Bo"], []),
        pytest.param(["age>=1"] * 200, ["cy", "ana", "bo"], id="200 conditions"),
        (["nothing exists", "nothing=1"], []),
    ],
    ids=str,
)
def test_all_conditions_must_hold_whichever_face_is_asked(
    faces: dict[str, Ask], conditions: list[str], expected: list[str]
) -> None:
    ids = [IDS[name] for name in expected]

    assert answers(faces, {"where": conditions}) == {"command": ids, "http": ids, "python": ids}


@pytest.mark.parametrize(
    "conditions",
    [
        [""], ["age"], ["age==3"], ["a..b=1"], ["name<=true"], ["@tags=calm"], ["@nothing=1"], ["@tags contains a", "age"],
        pytest.param(["age>=1"] * 201, id="201 conditions"), ["tags[٣]=x"], ['name="a'],
    ],
    ids=str,
)  # fmt: skip
def test_a_condition_that_makes_no_sense_is_refused_in_the_same_words(
    faces: dict[str, Ask], conditions: list[str]
) -> None:
    told = refusals(faces, {"where": conditions})

    assert len(set(told.values())) == 1, told


@pytest.mark.parametrize(
    ("id_", "similar"),
    [
        ("persona/ana", "persona/team/ana"),
        ("team/bo", "persona/team/bo"),
        ("persona/cyy", "persona/cy"),
        ("prompt/greet", "prompt_template/greet"),
    ],
)
def test_an_id_that_no_document_has_is_answered_with_the_same_guesses(
    endpoint: Endpoint, project: Project, capsys: pytest.CaptureFixture[str], id_: str, similar: str
) -> None:
    code = run(["-C", str(project.root), "get", id_], {})
    told = endpoint.ask("GET", f"/v1/documents/{id_}")

    assert (code, capsys.readouterr().err) == (
        5,
        f"docsync: {id_}: no such document; did you mean {similar}?\n",
    )
    assert (told.status, told.json["detail"]) == (404, f"There is no document {id_}. Did you mean {similar}?")


@pytest.mark.parametrize(("limit", "found"), [(1, 1), (3, 3), (4, 4), (1000, 4)])
def test_a_limit_cuts_the_answer_of_every_face(faces: dict[str, Ask], limit: int, found: int) -> None:
    assert {name: len(ids) for name, ids in answers(faces, {"limit": limit}).items()} == dict.fromkeys(
        faces, found
    )


@pytest.mark.parametrize("limit", [0, -1, -(2**80)])
def test_a_limit_below_one_is_refused_by_every_face_with_the_range(faces: dict[str, Ask], limit: int) -> None:
    told = refusals(faces, {"limit": limit})

    assert (
        told["command"]
        == f"Invalid value for '--limit': {limit} is not in the range x>=1. See: docsync list --help"
    )
    assert told["http"] == f"limit must be a number from 1 to 1000, got '{limit}'"
    assert told["python"] == f"limit must be 1 or more, got {limit}"


@pytest.mark.parametrize("limit", [1001, 2**62, 2**80])
def test_only_a_page_over_http_has_an_upper_limit(faces: dict[str, Ask], limit: int) -> None:
    assert {len(faces[name]({"limit": limit})) for name in ("command", "python")} == {4}
    with pytest.raises(UsageError, match="from 1 to 1000"):
        faces["http"]({"limit": limit})
