"""Puts epoch and revision of the database on answers: those they were read from, or of a newer state."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docsync.admin.http.access import is_admitted
from docsync.admin.http.json_body import Json, dump_json
from docsync.admin.question_pool import QuestionPool
from docsync.errors import DocsyncError
from docsync.reader import Reader

_EPOCH = "docsync-epoch"


class Versioned(Protocol):
    """What a reader answers with."""

    @property
    def source(self) -> str: ...
    @property
    def epoch(self) -> str | None: ...
    @property
    def revision(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class DatabaseVersion:
    """Names a state of the database for ever."""

    epoch: str
    revision: int
    source: str = "database"

    @staticmethod
    def of(answer: Versioned) -> "DatabaseVersion":
        """The version of *answer*, which came from the database."""
        assert answer.epoch is not None
        assert answer.revision is not None
        return DatabaseVersion(answer.epoch, answer.revision, answer.source)

    @staticmethod
    def read(reader: Reader) -> "DatabaseVersion":
        """That of the state which *reader* sees."""
        epoch, revision = reader.epoch(), reader.revision()
        assert epoch is not None
        assert revision is not None
        return DatabaseVersion(epoch, revision, reader.source)

    def headers(self) -> dict[str, str]:
        """What an answer carries."""
        return {_EPOCH: self.epoch, "docsync-revision": str(self.revision), "docsync-source": self.source}


def set_version_headers(response: Response, version: DatabaseVersion) -> Response:
    """*response* marked with the very state that it tells of."""
    response.headers.update(version.headers())
    return response


def dump_members(version: DatabaseVersion, members: dict[str, Json]) -> bytes:
    """*members* as JSON, with the state that they tell of beside them."""
    named: dict[str, Json] = {"source": version.source, "epoch": version.epoch, "revision": version.revision}
    return dump_json({**members, **named})


def make_json_response(version: DatabaseVersion, members: dict[str, Json]) -> Response:
    """*members* as JSON, with the state that they tell of beside them and in the headers."""
    response = Response(dump_members(version, members), media_type="application/json")
    return set_version_headers(response, version)


def make_page_response(
    version: DatabaseVersion, name: str, items: Iterable[bytes], cursor: str | None, **more: Json
) -> Response:
    """A page of a list called *name*, each item as JSON. Make it in a thread of `QuestionPool`.

    *more* are further members. One by one: the event loop gets its turn between two items, and not only after
    the last one.
    """
    rest: dict[str, Json] = {"cursor": cursor, **more, "source": version.source}
    rest |= {"epoch": version.epoch, "revision": version.revision}
    body = b"{%s: [%s], %s" % (dump_json(name), b", ".join(items), dump_json(rest)[1:])
    return set_version_headers(Response(body, media_type="application/json"), version)


class VersionMiddleware:
    """Middleware: adds the version headers to answers under /v1 that have none."""

    def __init__(self, app: ASGIApp, readers: QuestionPool) -> None:
        self._app = app
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def stamp(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"].startswith("/v1/"):
                headers = MutableHeaders(scope=message)
                if _EPOCH not in headers and is_admitted(scope):  # a refusal has no version headers
                    headers.update(await self._read_headers())
            await send(message)

        await self._app(scope, receive, stamp)

    async def _read_headers(self) -> dict[str, str]:
        try:
            return (await self._readers.ask(DatabaseVersion.read)).headers()
        except DocsyncError:  # the answer itself, or /health, says what is wrong
            return {}
