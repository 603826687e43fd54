from dataclasses import replace

from docsync.errors import StoreUnavailable
from tests.admin.endpoint import POST, Endpoint
from tests.admin.fake_commands import FakeCommands


def state(got) -> tuple[str | None, str | None]:
    return got.headers["docsync-epoch"], got.headers["docsync-revision"]


def test_every_answer_under_v1_names_epoch_and_revision_and_no_other_does(endpoint: Endpoint, commands: FakeCommands):
    for path in ("/v1/status", "/v1/problems", "/v1/held", "/v1/nothing", "/v1/reload"):
        assert state(endpoint.ask("GET", path)) == ("e1", "7"), path
    commands.failure = RuntimeError()
    assert state(endpoint.ask("GET", "/v1/held")) == ("e1", "7")
    assert state(endpoint.ask("GET", "/health")) == (None, None)


def test_a_listing_is_never_older_than_its_headers_say(endpoint: Endpoint, commands: FakeCommands, monkeypatch):
    def held(self: FakeCommands):
        self.now = replace(self.now, revision=9)
        return []

    monkeypatch.setattr(FakeCommands, "held", held)

    assert state(endpoint.ask("GET", "/v1/held")) == ("e1", "7")


def test_what_was_done_names_its_own_revision(endpoint: Endpoint):
    assert state(endpoint.ask("POST", "/v1/reload", None, POST)) == ("e1", "8")


def test_an_unknown_state_is_left_out(endpoint: Endpoint, monkeypatch):
    def status(_: FakeCommands) -> None:
        raise StoreUnavailable("locked", "")

    monkeypatch.setattr(FakeCommands, "status", status)
    got = endpoint.ask("GET", "/v1/held")

    assert (got.status, state(got)) == (200, (None, None))
