"""Lets requests in or refuses them, and puts the safe headers on every answer. Never looks into a body."""

import re
import traceback
from collections.abc import Callable, Collection
from email.utils import formatdate
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docsync.admin.http.access import Admission, Principal, read_single_header, set_principal
from docsync.admin.http.body import MAX_BODY_BYTES, make_too_large
from docsync.admin.http.problem_response import SAFE_HEADERS, Refusal, refusal_of
from docsync.names import is_presentable

OnWarning = Callable[[str, str], None]
"""Called with the event's stable name and a message."""

_MAX_TARGET_BYTES = 8 * 1024
_MAX_HEADER_BYTES = 16 * 1024
_MAX_HEADERS = 64
_JSON = re.compile(r"application/json\s*(;.*)?\Z", re.IGNORECASE)
_WARNING_SECONDS = 1.0


class AdmissionMiddleware:
    """*app* behind the rules that hold for every request and those of *admission*.

    *posts* are the paths that take POST.
    """

    def __init__(
        self, app: ASGIApp, admission: Admission, posts: Collection[str], on_warning: OnWarning
    ) -> None:
        self._app = app
        self._admission = admission
        self._posts = posts
        self._on_warning = on_warning
        self._last_warning = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of any kind; no exception leaves it."""
        body = _Body(receive, Headers(scope=scope))
        answer = _Answer(send, body)
        try:
            set_principal(scope, self._admit(scope))
            await self._app(scope, body, answer)
        except ClientDisconnect:
            return
        except Refusal as refusal:
            await refusal.response()(scope, body, answer)
        except Exception as error:  # noqa: BLE001 -- a bug in one answer is reported, and ends nothing
            self._report(scope, error)
            if not answer.started:
                await refusal_of(error).response()(scope, body, answer)

    def _admit(self, scope: Scope) -> Principal:
        headers = Headers(scope=scope)
        _check_size(scope)
        principal = self._admission(scope, headers)
        has_body = _check_framing(headers)
        # Other paths are answered with 404 or 405, so their POST needs no check.
        if scope["method"] == "POST" and scope["path"] in self._posts:
            _check_post(headers, has_body=has_body)
        return principal

    def _report(self, scope: Scope, error: Exception) -> None:
        now = monotonic()
        if now - self._last_warning >= _WARNING_SECONDS:  # a bug that can be caused must not fill the log
            self._last_warning = now
            trace = "".join(traceback.format_exception(error))
            self._on_warning("admin.failed", f"{scope['method']} {scope['path']!a}: {trace}")


class _Body:
    """Receives the body of a request and knows whether there is more of it."""

    def __init__(self, receive: Receive, headers: Headers) -> None:
        self._receive = receive
        self._more = "transfer-encoding" not in headers and _length(headers) <= MAX_BODY_BYTES

    async def __call__(self) -> Message:
        message = await self._receive()
        self._more = self._more and message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Read and drop the rest of the body: closing a connection with unread data would discard the answer.

        A body over the limit is not read.
        """
        while self._more:
            await self()


class _Answer:
    """Sends an answer with the headers that each one carries."""

    def __init__(self, send: Send, body: _Body) -> None:
        self._send = send
        self._body = body
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            await self._body.drain()
            headers = MutableHeaders(scope=message)
            headers["date"] = formatdate(usegmt=True)
            # Headers of the answer win over the defaults: the dashboard sets its own policy and caching.
            for name, value in SAFE_HEADERS.items():
                headers.setdefault(name, value)
            if message["status"] >= 400:
                headers["connection"] = "close"
        await self._send(message)


def _length(headers: Headers) -> int:
    return int(headers.get("content-length", "0"))  # the protocol lets only digits through


def _check_size(scope: Scope) -> None:
    if not scope["raw_path"].startswith(b"/"):
        raise Refusal(400, "The request target must be a path, such as /v1/status.")
    if not is_presentable(scope["path"]):  # a route's pattern would let a line break at the end pass
        raise Refusal(404, "There is nothing at this path. GET /v1/status is a good start.")
    if len(scope["raw_path"]) + len(scope["query_string"]) > _MAX_TARGET_BYTES:
        raise Refusal(414, f"A request target may have {_MAX_TARGET_BYTES} bytes.")
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if len(scope["headers"]) > _MAX_HEADERS or size > _MAX_HEADER_BYTES:
        raise Refusal(431, f"A request may have {_MAX_HEADERS} headers of {_MAX_HEADER_BYTES} bytes in all.")


def _check_framing(headers: Headers) -> bool:
    """Whether there is a body."""
    chunked = "transfer-encoding" in headers
    length = _length(headers)
    if chunked and "content-length" in headers:
        raise Refusal(400, "Send Content-Length or Transfer-Encoding, not both.")
    if length > MAX_BODY_BYTES:
        raise make_too_large()
    return chunked or length > 0


def _check_post(headers: Headers, *, has_body: bool) -> None:
    # No HTML form can send this header, and no script of another site without being allowed to, which it
    # never is.
    if "docsync-request" not in headers:
        raise Refusal(403, "A POST needs the header Docsync-Request: 1")
    if has_body and not _JSON.match(read_single_header(headers, "content-type") or ""):
        raise Refusal(415, "Send the body as Content-Type: application/json")
