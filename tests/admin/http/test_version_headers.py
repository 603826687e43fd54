import pytest

from docsync.errors import TimedOut
from tests.admin.endpoint import POST, Endpoint, Got
from tests.admin.fake_commands import FakeCommands
from tests.helpers.project import Project


@pytest.fixture(autouse=True)
def documents(project: Project) -> None:
    project.persona("personas/ana.json")
    project.settle()


def state(got: Got) -> tuple[str | None, str | None, str | None]:
    return got.headers["docsync-epoch"], got.headers["docsync-revision"], got.headers["docsync-source"]


def now(project: Project) -> tuple[str, str, str]:
    ((epoch,),) = project.query("SELECT value FROM sync_state WHERE key = 'epoch'")
    return epoch, str(project.revision), "database"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/documents", "/v1/documents/persona/ana", "/v1/documents/persona/bo", "/v1/search?q=ana", "/v1/search",
        "/v1/changes", "/v1/problems", "/v1/held", "/v1/nothing", "/v1/reload", "/v1/documents?limit=x",
    ],
)  # fmt: skip
def test_every_answer_under_v1_names_the_state_of_the_database(
    endpoint: Endpoint, project: Project, path: str
) -> None:
    assert state(endpoint.ask("GET", path)) == now(project)


def test_no_other_answer_does(endpoint: Endpoint) -> None:
    assert state(endpoint.ask("GET", "/health")) == (None, None, None)


def test_a_page_names_the_state_in_its_body_as_well(endpoint: Endpoint, project: Project) -> None:
    for path in ("documents", "search?q=ana", "changes", "problems", "held"):
        got = endpoint.ask("GET", f"/v1/{path}").json
        assert (got["epoch"], str(got["revision"]), got["source"]) == now(project), path


def test_the_status_and_what_was_done_name_their_own_state(endpoint: Endpoint) -> None:
    assert state(endpoint.ask("GET", "/v1/status")) == ("e1", "7", "database")
    assert state(endpoint.ask("POST", "/v1/reload", None, POST)) == ("e1", "8", "database")


def test_an_error_of_the_daemon_names_the_state_that_there_is(
    endpoint: Endpoint, commands: FakeCommands, project: Project
) -> None:
    commands.failure = TimedOut("not done")

    got = endpoint.ask("POST", "/v1/wait", None, POST)

    assert (got.status, state(got)) == (504, now(project))


def test_a_state_that_cannot_be_read_is_left_out(endpoint: Endpoint, project: Project) -> None:
    project.close()
    project.database.unlink()

    got = endpoint.ask("GET", "/v1/nothing")

    assert (got.status, state(got)) == (404, (None, None, None))
    assert endpoint.ask("GET", "/v1/documents").status == 503
