import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docsync.admin.feed_pages import FeedPage, FeedPages
from docsync.admin.http.listener import tcp_listener
from docsync.admin.routes.changes import MAX_STREAMS
from docsync.admin.server import ListenSettings
from docsync.admin.services import Backend
from docsync.model import BatchRecord
from tests.admin.endpoint import Endpoint, Got, endpoint_of, everything
from tests.admin.events import Stream
from tests.admin.fake_commands import AT, FakeCommands
from tests.helpers.project import Project


class Writer:
    """Saves files, and tells the endpoint as the sync thread does: after the commit."""

    def __init__(self, project: Project, commands: FakeCommands) -> None:
        self.project = project
        self.commands = commands

    def save(self, *names: str) -> None:
        for name in names:
            self.project.persona(f"personas/{name}.json", v=time.monotonic_ns())
        self.project.settle()
        self.commands.counters.record_batch(
            BatchRecord(AT, self.project.revision, 1.0, len(names), 0, "hint")
        )


@pytest.fixture
def writer(project: Project, commands: FakeCommands) -> Writer:
    made = Writer(project, commands)
    made.save("ana")
    return made


def changes(endpoint: Endpoint, query: str = "") -> Any:
    return endpoint.ask("GET", f"/v1/changes?{query}").json


def wait_for(endpoint: Endpoint, since: str) -> Got:
    """A poll that waits, however long it takes to be let in."""
    while (got := endpoint.ask("GET", f"/v1/changes?since={since}&wait=60")).status == 429:
        pass
    return got


# The long poll


def test_without_a_cursor_all_that_is_there_is_told_and_the_feed_goes_on_from_there(
    endpoint: Endpoint, writer: Writer
) -> None:
    first = changes(endpoint)
    assert (first["start_over"], first["more"], [one["id"] for one in first["changes"]]) == (
        True,
        False,
        ["persona/ana"],
    )

    writer.save("bo")
    second = changes(endpoint, f"since={first['cursor']}")

    assert (second["start_over"], [(one["id"], one["op"]) for one in second["changes"]]) == (
        False,
        [("persona/bo", "upsert")],
    )
    assert second["changes"][0]["cursor"] == second["cursor"]
    assert changes(endpoint, f"since={second['cursor']}")["changes"] == []


def test_a_feed_may_begin_at_now(endpoint: Endpoint, writer: Writer) -> None:
    now = changes(endpoint, "since=now")
    assert (now["changes"], now["start_over"], now["more"]) == ([], False, False)
    assert now["cursor"] == changes(endpoint)["cursor"]

    writer.save("bo")

    found = changes(endpoint, f"since={now['cursor']}")
    assert [one["id"] for one in found["changes"]] == ["persona/bo"]


def test_a_poll_that_begins_at_now_waits_for_the_next_commit(
    endpoint: Endpoint, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.routes.changes.MAX_POLLS", 1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait_for, endpoint, "now")
        while not waiting.done() and endpoint.ask("GET", "/v1/changes?since=now&wait=0.01").status == 200:
            pass  # until it waits in the one place that there is
        writer.save("bo")

        assert [one["id"] for one in waiting.result(timeout=20).json["changes"]] == ["persona/bo"]


def test_a_feed_comes_in_pages(endpoint: Endpoint, writer: Writer) -> None:
    begin = changes(endpoint)["cursor"]
    writer.save(*"cdefg")
    found, cursor, more = [], begin, True
    while more:
        page = changes(endpoint, f"since={cursor}&limit=2")
        found += [one["id"] for one in page["changes"]]
        cursor, more = page["cursor"], page["more"]

    assert sorted(found) == [f"persona/{name}" for name in "cdefg"]


def test_a_poll_that_finds_something_does_not_wait(endpoint: Endpoint, writer: Writer) -> None:
    begin = changes(endpoint)["cursor"]
    writer.save("bo")

    started = time.monotonic()
    assert len(changes(endpoint, f"since={begin}&wait=60")["changes"]) == 1
    assert changes(endpoint, "wait=60")["start_over"]
    assert time.monotonic() - started < 30


def test_a_poll_waits_for_the_next_commit(endpoint: Endpoint, writer: Writer, project: Project) -> None:
    begin = changes(endpoint)["cursor"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(changes, endpoint, f"since={begin}&wait=9")
        assert not waiting.done()
        writer.save("bo")

        got = waiting.result(timeout=20)

    assert ([one["id"] for one in got["changes"]], got["revision"]) == (["persona/bo"], project.revision)


def test_a_poll_ends_after_its_time_with_nothing_and_the_same_cursor(
    endpoint: Endpoint, writer: Writer
) -> None:
    begin = changes(endpoint)["cursor"]

    got = changes(endpoint, f"since={begin}&wait=0.2")

    assert (got["changes"], got["cursor"], got["more"]) == ([], begin, False)


def test_polls_that_wait_have_a_limit_and_do_not_take_the_place_of_others(
    endpoint: Endpoint, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.routes.changes.MAX_POLLS", 2)
    begin = changes(endpoint)["cursor"]
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(wait_for, endpoint, begin) for _ in range(2)]
        while (refused := endpoint.ask("GET", f"/v1/changes?since={begin}&wait=0.01")).status == 200:
            pass
        assert (refused.status, refused.headers["retry-after"]) == (429, "1")
        monkeypatch.setattr("docsync.admin.http.protocol.MAX_CONNECTIONS", 1)
        while endpoint.ask("GET", "/v1/status").status != 200:  # the probe before may still be closing
            pass
        writer.save("bo")
        assert {got.result(timeout=20).status for got in waiting} == {200}


def test_those_who_wait_for_the_same_changes_share_one_page(
    endpoint: Endpoint, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.routes.changes.MAX_POLLS", 8)
    right, reads = FeedPages.read, list[object]()

    async def read(self: FeedPages, *asked: Any) -> FeedPage:
        reads.append(asked)
        return await right(self, *asked)

    monkeypatch.setattr(FeedPages, "read", read)
    begin = changes(endpoint)["cursor"]
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(wait_for, endpoint, begin) for _ in range(8)]
        while endpoint.ask("GET", f"/v1/changes?since={begin}&wait=0.01").status == 200:
            pass  # until all of them wait
        reads.clear()
        writer.save("bo")
        answers = [got.result(timeout=20).json for got in waiting]
    assert [answer["changes"][0]["id"] for answer in answers] == ["persona/bo"] * 8
    assert len(reads) < 4


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """A list that grows with each look into the database for a page."""
    right, reads = FeedPages.read, list[tuple[Any, ...]]()

    async def read(self: FeedPages, *asked: Any) -> FeedPage:
        reads.append(asked)
        return await right(self, *asked)

    monkeypatch.setattr(FeedPages, "read", read)
    return reads


def tell_one_who_waits(endpoint: Endpoint, writer: Writer) -> str:
    """The cursor that somebody got who had to wait for it."""
    begin = changes(endpoint)["cursor"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait_for, endpoint, begin)
        while not waiting.done():
            writer.save("bo")
        cursor: str = changes(endpoint, f"since={waiting.result().json['cursor']}")["cursor"]
    changes(endpoint, f"since={cursor}&wait=0.01")
    return cursor


def test_whoever_comes_back_at_once_waits_without_a_look(
    endpoint: Endpoint, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.feed_pages._MOMENT_SECONDS", 60)
    cursor = tell_one_who_waits(endpoint, writer)
    reads = count_reads(monkeypatch)
    writer.project.persona("personas/cy.json")
    writer.project.settle()  # and nobody is told yet
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait_for, endpoint, cursor)
        while "dan" not in str(told := changes(endpoint)["changes"]):
            writer.save("dan")
        told = [one["id"] for one in waiting.result(timeout=20).json["changes"]]
    assert told == ["persona/cy", "persona/dan"]
    assert len([asked for asked in reads if asked[0]]) == 1, "of all but those without a cursor"


def test_when_the_time_of_whoever_came_back_is_over_what_is_there_counts(
    endpoint: Endpoint, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.feed_pages._MOMENT_SECONDS", 60)
    cursor = tell_one_who_waits(endpoint, writer)
    for name in ("cy", "dan"):
        writer.project.persona(f"personas/{name}.json")
        writer.project.settle()  # and nobody is told yet
        got = changes(endpoint, f"since={cursor}&wait=0.001")
        assert [one["id"] for one in got["changes"]][-1] == f"persona/{name}"
        assert got["revision"] == writer.project.revision


def test_whoever_comes_back_to_another_database_is_told_so(
    endpoint: Endpoint, writer: Writer, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.feed_pages._MOMENT_SECONDS", 60)
    cursor = tell_one_who_waits(endpoint, writer)
    writer.project.query("UPDATE sync_state SET value = 'ffffffffffffffff' WHERE key = 'epoch'")
    commands.now = replace(commands.now, epoch="ffffffffffffffff")  # no batch was made
    assert wait_for(endpoint, cursor).json["start_over"]


def test_after_a_moment_there_is_a_look(
    endpoint: Endpoint, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.feed_pages._MOMENT_SECONDS", 0)
    cursor = tell_one_who_waits(endpoint, writer)
    reads = count_reads(monkeypatch)
    changes(endpoint, f"since={cursor}&wait=0.01")
    assert reads


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=%00",
        "since=zz:1",
        "wait=61",
        "wait=-1",
        "wait=x",
        "wait=nan",
        "wait=1e1",
        "limit=0",
        "a=b",
    ],
)
def test_a_feed_that_there_cannot_be_is_refused(endpoint: Endpoint, writer: Writer, query: str) -> None:
    assert endpoint.ask("GET", f"/v1/changes?{query}").status == 400


# The stream


def test_a_stream_begins_at_now_and_tells_every_change(endpoint: Endpoint, writer: Writer) -> None:
    with Stream(endpoint.port) as stream:
        assert (stream.response.status, stream.response.headers["content-type"]) == (
            200,
            "text/event-stream; charset=utf-8",
        )
        assert stream.response.headers["docsync-epoch"]
        assert stream.cursor() == changes(endpoint)["cursor"]
        writer.save("bo")

        event = stream.until("change")

    assert (event.data["id"], event.data["op"], event.data["cursor"]) == ("persona/bo", "upsert", event.id)


def test_a_stream_may_be_told_to_begin_at_now(endpoint: Endpoint, writer: Writer) -> None:
    with Stream(endpoint.port, "/v1/events?since=now") as stream:
        assert stream.cursor() == changes(endpoint)["cursor"]
        writer.save("bo")
        assert stream.until("change").data["id"] == "persona/bo"


@pytest.mark.parametrize("by_header", [True, False])
def test_a_stream_resumes_after_the_last_event(endpoint: Endpoint, writer: Writer, by_header: bool) -> None:
    with Stream(endpoint.port) as stream:
        stream.cursor()
        writer.save("bo")
        seen = stream.until("change")
    writer.save("cy")
    writer.save("di")
    assert seen.id is not None
    path, headers = (
        ("/v1/events", {"Last-Event-ID": seen.id}) if by_header else (f"/v1/events?since={seen.id}", {})
    )

    with Stream(endpoint.port, path, headers) as stream:
        found = [stream.until("change").data["id"] for _ in range(2)]

    assert found == ["persona/cy", "persona/di"]


def test_a_stream_that_comes_back_before_anything_changed_misses_nothing(
    endpoint: Endpoint, writer: Writer
) -> None:
    with Stream(endpoint.port) as stream:
        begin = stream.cursor()
    writer.save("bo")

    with Stream(endpoint.port, headers={"Last-Event-ID": begin}) as stream:
        assert stream.until("change").data["id"] == "persona/bo"


def test_a_cursor_of_another_life_starts_over_with_all_that_is_there(
    endpoint: Endpoint, writer: Writer
) -> None:
    writer.save("bo")
    with Stream(endpoint.port, headers={"Last-Event-ID": "0123456789abcdef:7"}) as stream:
        events = stream.events()
        assert [next(events).type for _ in range(2)] == [None, "start_over"]
        found = [next(events).data["id"] for _ in range(2)]
        # The listing is over: from here on the feed goes on.
        end = next(event.id for event in events if event.type is None)

    assert found == ["persona/ana", "persona/bo"]
    assert end == changes(endpoint)["cursor"]


def test_the_state_is_told_at_first_and_whenever_it_changes(
    endpoint: Endpoint, writer: Writer, commands: FakeCommands
) -> None:
    with Stream(endpoint.port) as stream:
        first = stream.until("status")
        commands.degrade("watcher_dead")

        second = stream.until("status")

    assert (first.data["state"], first.data["ready"], first.data["documents"]) == ("in_sync", True, 3)
    assert (second.data["ready"], [reason["code"] for reason in second.data["reasons"]]) == (
        False,
        ["watcher_dead"],
    )
    assert "project" not in first.data
    assert first.id == changes(endpoint)["cursor"]


def test_a_stream_on_which_nothing_happens_beats(
    endpoint: Endpoint, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docsync.admin.routes.changes._HEARTBEAT_SECONDS", 0.1)
    with Stream(endpoint.port) as stream:
        assert [stream.until("").data for _ in range(3)] == [None] * 3


def test_a_stream_with_a_cursor_that_is_none_never_begins(endpoint: Endpoint, writer: Writer) -> None:
    for headers in ({"Last-Event-ID": "x"}, {"Last-Event-ID": "a b"}):
        assert endpoint.ask("GET", "/v1/events", None, headers).status == 400
    assert endpoint.ask("GET", "/v1/events?x=1").status == 400


def test_there_are_only_so_many_streams_and_one_that_ends_makes_room(
    endpoint: Endpoint, writer: Writer
) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(Stream(endpoint.port)) for _ in range(MAX_STREAMS)]
        refused = endpoint.ask("GET", "/v1/events")
        assert (refused.status, refused.headers["retry-after"]) == (429, "1")
        assert endpoint.ask("GET", "/v1/status").status == 200
        streams[0].__exit__()
        while True:
            with Stream(endpoint.port) as another:
                if another.response.status == 200:
                    break


def test_all_streams_tell_the_same_and_one_thread_waits_for_all_of_them(
    endpoint: Endpoint, writer: Writer
) -> None:
    before = threading.active_count()
    with ExitStack() as stack:
        streams = [stack.enter_context(Stream(endpoint.port)) for _ in range(20)]
        for stream in streams:
            stream.until("status")
        assert (
            threading.active_count() - before <= 8
        )  # four that read, one that waits, those that look at the status
        writer.save("bo", "cy")

        told = [[stream.until("change").data["id"] for _ in range(2)] for stream in streams]

    assert sorted(told[0]) == ["persona/bo", "persona/cy"]
    assert told == [told[0]] * 20


def test_whoever_takes_nothing_is_dropped_and_the_others_go_on(
    backend: Backend, writer: Writer, socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def narrow(host: str, port: int) -> socket.socket:
        listener = tcp_listener(host, port)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # every connection has it from here
        return listener

    monkeypatch.setattr("docsync.admin.server.tcp_listener", narrow)
    monkeypatch.setattr("docsync.admin.http.protocol._STALL_SECONDS", 0.5)
    writer.save(*(f"{'n' * 200}{number}" for number in range(300)))
    with ExitStack() as stack:
        listening = ListenSettings(socket_path, "127.0.0.1", 0)
        served = stack.enter_context(endpoint_of(backend, listening, lambda *_: None, lambda *_: None))
        port = int(str(served.http).rpartition(":")[2])
        greedy = stack.enter_context(socket.socket())
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.settimeout(20)
        greedy.connect(("127.0.0.1", port))
        greedy.sendall(f"GET /v1/events?since=00:1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert greedy.recv(12) == b"HTTP/1.1 200"
        other = stack.enter_context(Stream(port))
        monkeypatch.setattr("docsync.admin.routes.changes.MAX_STREAMS", 2)
        while (
            Endpoint(socket_path, port).ask("GET", "/v1/events", None, {"Last-Event-ID": "x"}).status == 429
        ):
            pass  # until the greedy one has lost its place

        writer.save("last")
        assert other.until("change").data["id"] == "persona/last"
        # What the system had taken still arrives; then the stream is cut, without the chunk that ends it.
        assert not everything(greedy).endswith(b"0\r\n\r\n")


def test_a_stop_ends_streams_and_polls_within_two_seconds_and_in_order(
    backend: Backend,
    writer: Writer,
    socket_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    recwarn: pytest.WarningsRecorder,
) -> None:
    monkeypatch.setattr("docsync.admin.routes.changes.MAX_POLLS", 1)
    warnings: list[tuple[str, str]] = []
    listening = ListenSettings(socket_path, "127.0.0.1", 0)
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        with endpoint_of(backend, listening, lambda *told: warnings.append(told), lambda *_: None) as served:
            endpoint = Endpoint(socket_path, int(str(served.http).rpartition(":")[2]))
            streams = [stack.enter_context(Stream(endpoint.port)) for _ in range(20)]
            cursor = streams[0].cursor()
            poll = pool.submit(wait_for, endpoint, cursor)
            for stream in streams:
                stream.until("status")
            while endpoint.ask("GET", f"/v1/changes?since={cursor}&wait=0.01").status == 200:
                pass  # until the poll waits
            started = time.monotonic()
        took = time.monotonic() - started

        assert took < 2
        assert (poll.result(timeout=10).status, poll.result().json["changes"]) == (200, [])
        for stream in streams:
            assert [
                event.type for event in stream.events() if event.type
            ] == []  # ended by its last chunk, not cut
    assert warnings == []
    assert [str(warning.message) for warning in recwarn.list] == []


def test_a_database_that_goes_ends_the_stream_and_is_a_clear_answer(
    endpoint: Endpoint, writer: Writer, project: Project
) -> None:
    with Stream(endpoint.port) as stream:
        stream.until("status")
        project.close()
        for file in project.database.parent.iterdir():
            file.unlink()
        writer.commands.counters.record_batch(BatchRecord(AT, 9, 1.0, 0, 0, "hint"))

        assert "change" not in [event.type for event in stream.events()]
    assert endpoint.ask("GET", "/v1/changes").status == 503
    assert endpoint.warnings == []


def test_nobody_waits_when_nobody_listens(
    endpoint: Endpoint, writer: Writer, commands: FakeCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Semaphore(0)
    real = FakeCommands.wait_for_change

    def changed(self: FakeCommands, after: int, timeout: float) -> int:
        asked.release()
        return real(self, after, timeout)

    monkeypatch.setattr(FakeCommands, "wait_for_change", changed)
    with Stream(endpoint.port) as stream:
        stream.until("status")
        assert asked.acquire(timeout=10)
    while asked.acquire(timeout=1.5):
        pass
    commands.now = replace(commands.now, revision=99)

    assert not asked.acquire(timeout=0.7)


def test_to_ask_what_a_stream_would_be_takes_none_of_the_places(endpoint: Endpoint) -> None:
    for _ in range(40):
        assert endpoint.ask("HEAD", "/v1/events").status == 200
