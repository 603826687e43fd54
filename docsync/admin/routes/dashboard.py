"""The dashboard at `/`: one page and the files it is made of, each known by name.

Holds no data and reads no database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER = Path(__file__).parents[1] / "dashboard"
_MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        # No script may turn text into markup, also if one of them has a mistake.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)


@dataclass(frozen=True, slots=True)
class _File:
    """One file of the page. `headers` let a browser keep it and ask whether it is still the same."""

    octets: bytes
    headers: tuple[tuple[str, str], ...]

    async def answer(self, request: Request) -> Response:
        """The file, or 304 if If-None-Match names its ETag."""
        headers = dict(self.headers)
        if _knows(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        return Response(self.octets, headers=headers)


class DashboardRoutes:
    """The routes of this module. They answer everybody: the page asks for the token where one is needed."""

    @staticmethod
    def routes() -> list[Route]:
        """What this group answers to."""
        return [Route(path, file.answer) for path, file in _files().items()]


def is_page(path: str) -> bool:
    """True when *path* is of the page itself, which tells nothing about the project."""
    return path in _files()


@cache
def _files() -> dict[str, _File]:
    """All dashboard files by URL path.

    Read once a process: after an upgrade, files of two versions would not fit together.
    """
    return dict(_read())


def _read() -> Iterator[tuple[str, _File]]:
    for file in sorted(_FOLDER.iterdir()):
        if file.suffix in _MEDIA_TYPES:
            path = "/" if file.name == "index.html" else f"/dashboard/{file.name}"
            yield path, _file(file.read_bytes(), _MEDIA_TYPES[file.suffix])


def _file(octets: bytes, media_type: str) -> _File:
    headers = {
        "content-type": f"{media_type}; charset=utf-8",
        "content-security-policy": _POLICY,
        "cache-control": "no-cache",
        "etag": f'"{sha256(octets).hexdigest()[:32]}"',
    }
    return _File(octets, tuple(headers.items()))


def _knows(request: Request, etag: str) -> bool:
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    return bool(known & {etag, "*"})
