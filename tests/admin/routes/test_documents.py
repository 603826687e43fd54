import json
import threading
from urllib.parse import quote

import pytest

from docsync.admin.http import json_body, version_headers
from docsync.admin.http.json_body import Json
from docsync.admin.routes import documents as documents_routes
from docsync.admin.routes import status as status_routes
from tests.admin.endpoint import Endpoint, Got
from tests.admin.fake_commands import FakeCommands
from tests.helpers.project import Project

PROMPT = "---\nname: Greet\nmodel:\n  api: chat\n  connection:\n    apiKey: ${env:KEY}\n---\nsystem:\nHello {{name}}.\n"


@pytest.fixture(autouse=True)
def documents(project: Project) -> None:
    project.persona("personas/team/ana.json", name="Ana", description="calm", age=30, tags=["a", "b"])
    project.persona("personas/team/bo.json", name="Bo", age=40, tags=["b"])
    project.persona("personas/cy.json", name="Cy", age="30")
    project.write("prompts/greet.prompty", PROMPT)
    project.settle()


def ids(got: Got) -> list[str]:
    return [row["id"] for row in got.json["documents"]]


def test_without_a_question_all_documents_are_listed_by_id(endpoint: Endpoint) -> None:
    got = endpoint.ask("GET", "/v1/documents")

    assert ids(got) == ["persona/cy", "persona/team/ana", "persona/team/bo", "prompt_template/greet"]
    assert got.json["cursor"] is None
    ana = got.json["documents"][1]
    assert (ana["document"]["age"], ana["tags"], ana["state"]) == (30, ["a", "b"], "ok")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=persona", ["cy", "ana", "bo"]),
        ("tag=b", ["ana", "bo"]),
        ("type=persona&order=-name", ["cy", "bo", "ana"]),
        ("where=age<=35", ["cy", "ana"]),
        ("where=age=30", ["cy", "ana"]),
        ("where=age>=30&where=age<40", ["cy", "ana"]),
        ("where=@name>=B&where=@name<C", ["bo"]),
        ("where=tags contains a&where=tags contains b", ["ana"]),
        ("where=age>=30&where=name=Bo", ["bo"]),
        ("where=tags contains a", ["ana"]),
        ("where=name in Ana,Bo&tag=b", ["ana", "bo"]),
        ("where=nothing exists", []),
        ("where=@name in Ana,Bo&where=@updated_at>=2020", ["ana", "bo"]),
    ],
)
def test_every_part_of_a_question_must_hold(endpoint: Endpoint, query: str, expected: list[str]) -> None:
    got = endpoint.ask("GET", f"/v1/documents?{quote(query, safe='&=')}")

    assert [id_.rpartition("/")[2] for id_ in ids(got)] == expected


def test_an_answer_without_documents_says_why(endpoint: Endpoint) -> None:
    got = endpoint.ask("GET", f"/v1/documents?{quote('where=naem=Bo&tag=c', safe='&=')}").json

    assert got["documents"] == []
    assert got["remarks"] == [
        "no document has the tag c",
        "no document has a field naem; did you mean name?",
    ]
    assert "remarks" not in endpoint.ask("GET", "/v1/documents").json


def test_a_summary_leaves_the_document_out(endpoint: Endpoint) -> None:
    whole, short = (endpoint.ask("GET", f"/v1/documents{query}").json for query in ("", "?fields=summary"))

    assert [dict(row, document=None, assets=None) for row in whole["documents"]] == [
        {**row, "document": None, "assets": None} for row in short["documents"]
    ]
    assert all(not {"document", "assets"} & row.keys() for row in short["documents"])


def test_pages_go_on_where_the_one_before_ended(endpoint: Endpoint) -> None:
    first = endpoint.ask("GET", "/v1/documents?limit=3&order=-id")
    second = endpoint.ask("GET", f"/v1/documents?limit=3&order=-id&cursor={first.json['cursor']}")

    assert ids(first) + ids(second) == [
        "prompt_template/greet",
        "persona/team/bo",
        "persona/team/ana",
        "persona/cy",
    ]
    assert second.json["cursor"] is None


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=1001", "limit=-1", "limit=1e3", "limit=%D9%A1", "limit=99999999999", "limit=1&limit=1", "order=x",
        "order=-", "cursor=x", "cursor=%00", "fields=name", "where=", "where=age", "where=%C3%28<3", "tpye=persona",
        "where=age%3D1&where=age", "where=a..b%3D1", "where=name%3C%3Dtrue",
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_understood_is_400_with_the_reason(endpoint: Endpoint, query: str) -> None:
    got = endpoint.ask("GET", f"/v1/documents?{query}")

    assert (got.status, got.json["type"], got.json["exit_code"]) == (400, "urn:docsync:usage", 2), got.body
    assert got.json["detail"]


def test_one_document_comes_with_what_it_refers_to(endpoint: Endpoint) -> None:
    got = endpoint.ask("GET", "/v1/documents/prompt_template/greet").json

    assert (got["name"], got["document"]["variables"]) == ("Greet", ["name"])
    assert got["references"] == [
        {
            "kind": "env",
            "target": "KEY",
            "at": "model.connection.apiKey",
            "resolved": None,
            "status": "not_checked",
        }
    ]
    assert "as_of" not in got


def test_an_etag_stands_for_the_whole_answer_and_saves_sending_it_again(
    endpoint: Endpoint, project: Project
) -> None:
    path = "/v1/documents/persona/team/ana"
    first = endpoint.ask("GET", path)
    etag = first.headers["etag"]
    for known in (etag, f'"x", {etag}', "*", f"W/{etag}"):  # RFC 9110, 13.1.2: compared weakly
        again = endpoint.ask("GET", path, None, {"If-None-Match": known})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)

    project.persona("personas/else.json")
    project.settle()
    assert endpoint.ask("GET", path, None, {"If-None-Match": etag}).status == 304
    assert int(endpoint.ask("GET", path).headers["docsync-revision"]) > int(first.headers["docsync-revision"])

    project.write("personas/team/ana.json", "{")
    project.settle()
    broken = endpoint.ask("GET", path, None, {"If-None-Match": etag})
    assert (broken.status, broken.json["state"], broken.json["document"]) == (
        200,
        "stale",
        first.json["document"],
    )


def test_head_answers_as_get_without_the_body(endpoint: Endpoint) -> None:
    got, head = (endpoint.ask(method, "/v1/documents/persona/cy") for method in ("GET", "HEAD"))

    assert (head.status, head.body, head.headers["etag"]) == (200, b"", got.headers["etag"])


@pytest.mark.parametrize(
    ("id_", "guess"),
    [("persona/team/anna", "persona/team/ana"), ("persona/ana", "persona/team/ana"), ("x/y", None)],
)
def test_a_document_that_is_not_there_is_404_with_what_was_meant(
    endpoint: Endpoint, id_: str, guess: str | None
) -> None:
    got = endpoint.ask("GET", f"/v1/documents/{id_}")

    assert (got.status, got.json["type"], got.json["exit_code"]) == (404, "urn:docsync:no-such-document", 5)
    assert (f"Did you mean {guess}" if guess else "GET /v1/documents") in got.json["detail"]


@pytest.mark.parametrize(
    "id_",
    ["persona/%00", "persona/%FF%FE", "persona/..%2f..%2fetc", "persona/" + "a" * 3000, "a/%0d%0aX:%20y"],
)
def test_a_hostile_id_is_404_and_says_so_in_plain_ascii(endpoint: Endpoint, id_: str) -> None:
    got = endpoint.ask("GET", f"/v1/documents/{id_}")

    assert (got.status, got.headers["x"]) == (404, None)
    assert all(0x20 <= byte < 0x7F for byte in got.body)


def test_a_search_shows_why_each_document_was_found(endpoint: Endpoint) -> None:
    got = endpoint.ask("GET", "/v1/search?q=calm").json

    [hit] = got["hits"]
    assert (hit["id"], hit["name"], hit["description"], hit["state"]) == (
        "persona/team/ana",
        "Ana",
        "calm",
        "ok",
    )
    [[start, end]] = hit["marks"]
    assert hit["snippet"][start:end] == "calm"
    assert hit["score"] > 0
    assert "document" not in hit


def test_a_search_is_limited_to_a_type_and_goes_on_in_pages(endpoint: Endpoint) -> None:
    assert endpoint.ask("GET", "/v1/search?q=hello&type=persona").json["hits"] == []
    first = endpoint.ask("GET", "/v1/search?q=a*&limit=1").json
    second = (
        endpoint.ask("GET", f"/v1/search?q=a*&limit=1&cursor={first['cursor']}").json
        if first["cursor"]
        else None
    )
    found = [hit["id"] for page in (first, second) if page for hit in page["hits"]]
    assert len(found) == len(set(found)) >= 1


@pytest.mark.parametrize("query", ["", "q=", "q=a&x=1", "q=a&limit=0", "q=%22", "q=a&cursor=x"])
def test_a_search_for_nothing_or_with_mistakes_is_refused(endpoint: Endpoint, query: str) -> None:
    got = endpoint.ask("GET", f"/v1/search?{query}")

    assert (got.status, got.json["exit_code"]) == (400, 2), got.body


def test_hostile_text_is_data_in_every_answer(endpoint: Endpoint, project: Project) -> None:
    name = "<script>alert(1)</script>\u202e\x1b[31m\u2028!"
    project.write("personas/h.json", json.dumps({"name": name, "tags": [name]}))
    project.settle()
    for path in ("documents", "documents/persona/h", "search?q=script", "changes"):
        got = endpoint.ask("GET", f"/v1/{path}")
        assert (got.status, got.headers["content-type"]) == (200, "application/json")
        assert all(0x20 <= byte < 0x7F for byte in got.body)
    assert endpoint.ask("GET", "/v1/documents/persona/h").json["name"] == name


def test_reads_are_counted(endpoint: Endpoint, commands: FakeCommands) -> None:
    before = commands.counters.reads().get("database", 0)
    endpoint.ask("GET", "/v1/documents")

    assert commands.counters.reads()["database"] == before + 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=000000001999999999", 400),
        ("limit=" + "1" * 5000, 400),
        ("where=a%3D" + "9" * 5000, 200),
        ("where=tags%5B%D9%A3%5D%3Dx", 400),
        ("where=a%20in%20b" + "%20" * 2000 + "c", 200),
    ],
    ids=["zeros before", "5000 digits", "a long number", "another script's digit", "many blanks"],
)
def test_no_query_costs_or_breaks_more_than_it_should(endpoint: Endpoint, query: str, status: int) -> None:
    assert endpoint.ask("GET", f"/v1/documents?{query}").status == status
    assert endpoint.warnings == []


@pytest.mark.parametrize("path", ["/v1/documents?type=personas", "/v1/search?q=calm&type=personas"])
def test_a_type_that_no_collection_has_is_400_with_those_that_there_are(
    endpoint: Endpoint, path: str
) -> None:
    got = endpoint.ask("GET", path)

    assert (got.status, got.json["exit_code"]) == (400, 2)
    assert "'personas': no collection has this type; there are persona, prompt_template" in got.json["detail"]


def test_a_page_is_written_out_where_it_keeps_nobody_waiting(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def dumped(value: Json) -> bytes:
        threads.append(threading.current_thread().name)
        return json_body.dump_json(value)

    for module in (documents_routes, status_routes, version_headers):
        monkeypatch.setattr(module, "dump_json", dumped)

    for path in ("/v1/documents", "/v1/search?q=ana", "/v1/problems", "/v1/held"):
        assert endpoint.ask("GET", path).status == 200

    assert len(threads) > 8
    assert all(name.startswith("docsync-read") for name in threads)


def test_a_document_is_sent_as_it_is_stored_in_ascii(endpoint: Endpoint, project: Project) -> None:
    value = {"name": "Größe \U0001f600", "deep": [{"\u65e5": '\\\\u0041 \\x41 "\u00e9"', "n": 1.5}] * 2}
    project.write("personas/odd.json", json.dumps(value, ensure_ascii=False))
    project.settle()

    one = endpoint.ask("GET", "/v1/documents/persona/odd")
    page = endpoint.ask("GET", "/v1/documents?where=@id=persona/odd")

    assert one.json["document"] == page.json["documents"][0]["document"] == value
    assert one.body.isascii()
    assert page.body.isascii()


def test_a_page_of_large_documents_ends_early_with_its_cursor(endpoint: Endpoint, project: Project) -> None:
    for number in range(12):
        project.persona(f"personas/large/{number:02}.json", text="x" * 900_000)
    project.settle()

    found: list[str] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        got = endpoint.ask("GET", f"/v1/documents?limit=1000&cursor={cursor}")
        assert got.json["documents"]
        assert len(got.body) < 5_000_000
        found += ids(got)
        cursor, pages = got.json["cursor"], pages + 1

    assert found == sorted(set(found))
    assert (len(found), pages) == (16, 3)
    assert len(ids(endpoint.ask("GET", "/v1/documents?limit=1000&fields=summary"))) == 16
