import pytest

from tests.admin.endpoint import Endpoint
from tests.admin.fake_commands import HOSTILE, STATUS

OWNER = {"Authorization": "Bearer s3cret"}


def test_status_is_the_status_of_the_daemon(endpoint: Endpoint):
    got = endpoint.ask_socket("GET", "/v1/status").json

    assert got["project"] == STATUS.project
    assert got["last_batch"]["revision"] == 7
    assert got["collections"][0]["documents"] == 3


def test_a_neighbour_is_not_told_where_things_lie(endpoint: Endpoint):
    got = endpoint.ask("GET", "/v1/status")

    assert (got.json["project"], got.json["database"]) == ("project", ".docsync/docsync.db")
    assert got.json["socket"] == "docsync.sock"
    assert b"secret" not in got.body


def test_who_shows_the_token_is_told(guarded: Endpoint):
    assert guarded.ask("GET", "/v1/status", None, OWNER).json["database"] == STATUS.database


def test_problems_are_listed_flat_and_no_name_is_alive(endpoint: Endpoint):
    got = endpoint.ask("GET", "/v1/problems")

    [problem] = got.json["problems"]
    assert (problem["path"], problem["line"], problem["severity"]) == (HOSTILE, 3, "error")
    assert got.headers["content-type"] == "application/json"
    assert all(0x20 <= byte < 0x7F for byte in got.body)


def test_held_deletions_are_listed(endpoint: Endpoint):
    assert endpoint.ask("GET", "/v1/held").json["held"][0]["id"] == "persona/ana"


@pytest.mark.parametrize("path", ["/v1/status", "/v1/problems", "/v1/held"])
def test_what_shows_state_takes_no_post(endpoint: Endpoint, path: str):
    got = endpoint.ask("POST", path, None, {"Docsync-Request": "1"})

    assert (got.status, got.headers["allow"]) == (405, "GET, HEAD")
