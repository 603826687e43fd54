import pytest

from tests.admin.endpoint import Endpoint
from tests.admin.fake_commands import HOSTILE, STATUS
from tests.helpers.project import Project

OWNER = {"Authorization": "Bearer s3cret"}


def test_status_is_the_status_of_the_daemon(endpoint: Endpoint) -> None:
    got = endpoint.ask_socket("GET", "/v1/status").json

    assert got["project"] == STATUS.project
    assert got["last_batch"]["revision"] == 7
    assert got["collections"][0]["documents"] == 3
    assert got["batches"][0] == {
        "at": STATUS.batches[0].at, "revision": 7, "duration_ms": 10.5, "upserts": 1, "deletes": 0, "trigger": "hint",
    }  # fmt: skip
    assert got["latency"] == {
        "count": 2,
        "p50_ms": 30.0,
        "p99_ms": 30.0,
        "recent": [[STATUS.started_at, 20.0], [STATUS.started_at, 30.0]],
    }


def test_a_neighbour_is_not_told_where_things_lie(endpoint: Endpoint) -> None:
    got = endpoint.ask("GET", "/v1/status")

    assert (got.json["project"], got.json["database"]) == ("project", ".docsync/docsync.db")
    assert got.json["socket"] == "docsync.sock"
    assert b"secret" not in got.body


def test_who_shows_the_token_is_told(guarded: Endpoint) -> None:
    assert guarded.ask("GET", "/v1/status", None, OWNER).json["database"] == STATUS.database


def test_problems_are_listed_flat_and_no_name_is_alive(endpoint: Endpoint, project: Project) -> None:
    project.write(HOSTILE, '{\n "name": ,}')
    project.settle()

    got = endpoint.ask("GET", "/v1/problems")

    [problem] = got.json["problems"]
    assert (problem["path"], problem["line"], problem["severity"]) == (HOSTILE, 2, "error")
    assert got.headers["content-type"] == "application/json"
    assert all(0x20 <= byte < 0x7F for byte in got.body)


def test_problems_come_in_pages_errors_first_and_none_twice(endpoint: Endpoint, project: Project) -> None:
    for number in range(7):
        project.write(f"personas/p{number}.json", "{")
        project.write(f"personas/w{number}.json", '{"name": "a", "name": "b"}')
    project.settle()
    whole = endpoint.ask("GET", "/v1/problems").json
    found, cursor = [], None
    while True:
        page = endpoint.ask("GET", "/v1/problems?limit=4" + (f"&cursor={cursor}" if cursor else "")).json
        found += page["problems"]
        cursor = page["cursor"]
        if cursor is None:
            break
        assert len(page["problems"]) == 4

    assert (whole["cursor"], len(whole["problems"])) == (None, 14)
    assert found == whole["problems"]
    assert [problem["severity"] for problem in found] == ["error"] * 7 + ["warning"] * 7


def test_several_problems_of_one_file_are_not_lost_between_pages(
    endpoint: Endpoint, project: Project
) -> None:
    project.write("personas/a.json", '{"a": 1, "a": 2, "b": 1, "b": 2, "c": 1, "c": 2, "name": "x"}')
    project.settle()

    first = endpoint.ask("GET", "/v1/problems?limit=2").json
    second = endpoint.ask("GET", f"/v1/problems?limit=2&cursor={first['cursor']}").json

    columns = [problem["column"] for problem in (*first["problems"], *second["problems"])]
    assert columns == sorted(set(columns))
    assert len(columns) == 3


def test_held_deletions_come_in_pages(endpoint: Endpoint, project: Project) -> None:
    project.start(min_deletes=1)
    for name in "abcde":
        project.persona(f"personas/{name}.json")
    project.settle()
    for name in "abcd":
        (project.root / f"personas/{name}.json").unlink()
    project.settle()

    first = endpoint.ask("GET", "/v1/held?limit=3").json
    second = endpoint.ask("GET", f"/v1/held?limit=3&cursor={first['cursor']}").json

    assert [one["id"] for one in (*first["held"], *second["held"])] == [f"persona/{name}" for name in "abcd"]
    assert (first["held"][0]["path"], second["cursor"]) == ("personas/a.json", None)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "cursor=abc", "type=x", "cursor=%FF"]
)
@pytest.mark.parametrize("path", ["/v1/problems", "/v1/held"])
def test_a_page_that_there_cannot_be_is_refused_with_the_reason(
    endpoint: Endpoint, path: str, query: str
) -> None:
    got = endpoint.ask("GET", f"{path}?{query}")

    assert (got.status, got.json["type"], got.json["exit_code"]) == (400, "urn:docsync:usage", 2)


@pytest.mark.parametrize("path", ["/v1/status", "/v1/problems", "/v1/held"])
def test_what_shows_state_takes_no_post(endpoint: Endpoint, path: str) -> None:
    got = endpoint.ask("POST", path, None, {"Docsync-Request": "1"})

    assert (got.status, got.headers["allow"]) == (405, "GET, HEAD")
