"""What the endpoint says when it will not or cannot (RFC 9457).

Never shows a path of the file system or a traceback.
"""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from starlette.responses import Response

from docsync.admin.http.json_body import Json, dump_json
from docsync.commands import Busy
from docsync.errors import (
    DocsyncError,
    ExitCode,
    NotFilledYet,
    NotReachable,
    StoreUnavailable,
    TimedOut,
    UsageError,
)

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
SAFE_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
)
"""Security headers of every answer, also of those that the protocol writes itself."""


class Refusal(Exception):
    """An answer that is an error.

    *detail* ends with the next step; *kind* names errors that programs tell apart.
    """

    def __init__(
        self, status: int, detail: str, kind: str | None = None, *, exit_code: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = f"urn:docsync:{kind}" if kind else "about:blank"
        self.exit_code = exit_code
        self.headers = NO_HEADERS
        self.members: Mapping[str, Json] = {}

    def body(self) -> bytes:
        """The problem document of RFC 9457; `exit_code` is what a command should end with."""
        members: dict[str, Json] = {
            "type": self.kind,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }
        return dump_json(members if self.exit_code is None else {**members, "exit_code": self.exit_code})

    def response(self) -> Response:
        """This refusal as an answer."""
        return Response(self.body(), self.status, dict(self.headers), media_type="application/problem+json")

    def add_members(self, members: Mapping[str, Json]) -> "Refusal":
        """This refusal with *members* beside the usual ones."""
        self.members = members
        return self

    def set_headers(self, headers: Mapping[str, str]) -> "Refusal":
        """This refusal with *headers* beside the usual ones."""
        self.headers = headers
        return self


class DaemonStopping(DocsyncError):
    """The daemon stops while a call is under way."""

    exit_code = ExitCode.NOT_REACHABLE


EXPECTED = (TimedOut, Busy, UsageError, StoreUnavailable, NotReachable, DaemonStopping)
"""The errors of `Commands` that are answers; every other exception is a bug."""


def refusal_of(error: Exception) -> Refusal:
    """The refusal for *error*: for one of `EXPECTED` its text, for any other a 500 without details."""
    match error:
        case Refusal():
            return error
        case TimedOut():
            return Refusal(504, _describe_error(error), "timed-out", exit_code=error.exit_code)
        case Busy():
            refusal = Refusal(429, _describe_error(error), "busy", exit_code=error.exit_code)
            return refusal.set_headers({"retry-after": str(error.retry_after)})
        case UsageError():
            return Refusal(400, _describe_error(error), "usage", exit_code=error.exit_code)
        case DaemonStopping():
            return Refusal(
                503,
                "The daemon stops. Start it again with: docsync run",
                "stopping",
                exit_code=DaemonStopping.exit_code,
            )
        case NotFilledYet():
            detail = (
                "The files are read for the first time: nothing can be said of them yet. Ask again, or wait."
            )
            refusal = Refusal(503, detail, "not-filled-yet", exit_code=error.exit_code)
            return refusal.set_headers({"retry-after": "1"})
        case StoreUnavailable() | NotReachable():
            return _make_unavailable(error)
        case _:
            detail = "A bug in docsync; the daemon's log has the details. Please report it."
            return Refusal(500, detail, "bug", exit_code=ExitCode.BUG)


def _make_unavailable(error: StoreUnavailable | NotReachable) -> Refusal:
    # Not the error's own text: it names the database's path.
    reason = f" ({error.reason})" if isinstance(error, StoreUnavailable) else ""
    detail = f"The database cannot be used now{reason}; nothing was changed. See: docsync status"
    return Refusal(503, detail, "database-unavailable", exit_code=error.exit_code)


def _describe_error(error: DocsyncError) -> str:
    return str(error) or (type(error).__doc__ or "")
