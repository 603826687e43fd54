"""Decides who asks and what they may: by the file mode of the Unix socket, by loopback, or by a token.

Reads no file.
"""

import hmac
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from typing import Literal

from starlette.datastructures import Headers
from starlette.types import Scope

from docsync.admin.http.problem_response import Refusal
from docsync.admin.routes.dashboard import is_page

Role = Literal["read", "operate"]
"""read: look at everything. operate: also ask for work."""

_OPEN_PATHS = ("/livez", "/readyz")
# What tells of no document: codes and counts. Answers leave names and paths out for a stranger.
_COUNTING_PATHS = (*_OPEN_PATHS, "/health", "/health/db", "/metrics", "/openapi.json", "/v1/status")
_COUNTING_POSTS = ("/v1/reload", "/v1/wait")
_READ_METHODS = ("GET", "HEAD")
# Sent as POST for the inputs that they carry; they change nothing.
_READING_POSTS = ("/v1/render",)
# Where a request keeps its principal, among what ASGI says of it.
_PRINCIPAL = "docsync.principal"
_HASH = re.compile(r"[0-9a-f]{64}")


class Trust(Enum):
    """Which details an answer may hold, by how the sender was authenticated."""

    OWNER = "owner"  # through the Unix socket, or with a token
    LOCAL = "local"  # a program on this machine, where every user may read all that there is
    STRANGER = "stranger"  # a program on this machine without the token that content needs: counts and codes
    ANONYMOUS = "anonymous"  # a token is needed and was not shown: only what is open to all


@dataclass(frozen=True, slots=True)
class Principal:
    """The sender of a request. `name` appears in the log as `who`."""

    trust: Trust
    name: str
    may_operate: bool = True


def set_principal(scope: Scope, principal: Principal) -> None:
    """Note that *principal* sent the request of *scope*, and was admitted."""
    scope[_PRINCIPAL] = principal


def principal_of(scope: Scope) -> Principal:
    """The sender of the request of *scope*, which was admitted."""
    principal = scope[_PRINCIPAL]
    assert isinstance(principal, Principal)
    return principal


def is_admitted(scope: Scope) -> bool:
    """True once the request of *scope* has a principal; False while, and when, it is refused."""
    return _PRINCIPAL in scope


@dataclass(frozen=True, slots=True)
class Key:
    """A client and the SHA-256 of its token. The token itself is not kept."""

    name: str
    digest: bytes = field(repr=False)
    role: Role = "operate"

    @staticmethod
    def of_token(name: str, token: str, role: Role = "operate") -> "Key":
        """A key for the client *name* that presents *token*."""
        return Key(name, sha256(token.encode()).digest(), role)

    @staticmethod
    def of_hash(name: str, token_hash: str, role: Role) -> "Key":
        """The key for a token of which only the hash is known: SHA-256, 64 hexadecimal digits."""
        assert _HASH.fullmatch(token_hash)
        return Key(name, bytes.fromhex(token_hash), role)


Admission = Callable[[Scope, Headers], Principal]
"""Who sends a request. Raises Refusal."""


def admit_owner(scope: Scope, _headers: Headers) -> Principal:
    """Admit who may open the Unix socket, mode 0600, as owner: this user and root, whatever its mode is."""
    if scope["state"].get("uid") not in (None, 0, os.geteuid()):
        raise Refusal(403, "This socket answers only to the user who runs docsync.")
    return Principal(Trust.OWNER, scope["state"].get("peer", "socket"))


@dataclass(frozen=True, slots=True)
class TcpAdmission:
    """Access rules of a TCP listener.

    `hosts` are the Host headers that are allowed, None for any. `keys` are the configured tokens: with one
    of them every request needs a token. Any host without them would not be safe. `own_key` is docsync's own
    token, which content needs unless `is_open`: then every user of this machine may read all that there is.
    """

    hosts: frozenset[str] | None
    keys: tuple[Key, ...]
    own_key: Key | None = None
    is_open: Callable[[], bool] = field(default=lambda: True)

    def __call__(self, scope: Scope, headers: Headers) -> Principal:
        host = self._check_host(headers)
        if not _is_visit(scope, headers):
            self._check_origin(headers, host)
        key = _find_key(headers, [*self.keys, *([self.own_key] if self.own_key else [])])
        if key is not None:
            return _authorize(key, scope)
        return self._admit_without_token(scope["method"], scope["path"])

    def _admit_without_token(self, method: str, path: str) -> Principal:
        reads = method in _READ_METHODS
        if self.keys:
            if reads and (path in _OPEN_PATHS or is_page(path)):
                return Principal(Trust.ANONYMOUS, "stranger", may_operate=False)
            raise _ask_for("the token of [admin] token_file or of [[clients]]")
        if self.is_open():
            return Principal(Trust.LOCAL, "loopback")
        if reads and (path in _COUNTING_PATHS or is_page(path)):
            return Principal(Trust.STRANGER, "loopback", may_operate=False)
        if method == "POST" and path in _COUNTING_POSTS:
            return Principal(Trust.STRANGER, "loopback")
        raise _ask_for("the token that 'docsync token' prints")

    def _check_host(self, headers: Headers) -> str:
        host = read_single_header(headers, "host") or ""
        # A browser that was lured to a name which now leads here (DNS rebinding) still sends that name.
        if self.hosts is not None and host not in self.hosts:
            raise Refusal(403, "Unknown Host. Use the address that docsync status shows.")
        return host

    @staticmethod
    def _check_origin(headers: Headers, host: str) -> None:
        if read_single_header(headers, "sec-fetch-site") not in (None, "same-origin", "none"):
            raise Refusal(403, "Requests from pages of other sites are refused. Ask from a program.")
        if read_single_header(headers, "origin") not in (None, f"http://{host}"):
            raise Refusal(403, "Requests from pages of another origin are refused. Ask from a program.")


def read_single_header(headers: Headers, name: str) -> str | None:
    """The value of a header that may be sent once. Raises Refusal."""
    values = headers.getlist(name)
    if len(values) > 1:
        raise Refusal(400, f"The header {name} was sent more than once.")
    return values[0] if values else None


def _is_visit(scope: Scope, headers: Headers) -> bool:
    """True for a person who follows a link to the page, which holds nothing: 'docsync open' makes one."""
    modes = (read_single_header(headers, "sec-fetch-mode"), read_single_header(headers, "sec-fetch-dest"))
    return scope["path"] == "/" and scope["method"] == "GET" and modes == ("navigate", "document")


def _ask_for(token: str) -> Refusal:
    refusal = Refusal(401, f"Send {token} as: Authorization: Bearer TOKEN")
    return refusal.set_headers({"www-authenticate": "Bearer"})


def _find_key(headers: Headers, keys: Iterable[Key]) -> Key | None:
    """The key of *keys* whose token the Authorization header holds, or None.

    Compares all keys, in constant time.
    """
    scheme, _, token = (read_single_header(headers, "authorization") or "").partition(" ")
    digest = sha256(token.encode("latin-1")).digest()
    found = [key for key in keys if hmac.compare_digest(key.digest, digest)]
    return found[0] if found and scheme.lower() == "bearer" else None


def _authorize(key: Key, scope: Scope) -> Principal:
    reads = scope["method"] in _READ_METHODS or (
        scope["method"] == "POST" and scope["path"] in _READING_POSTS
    )
    if key.role != "operate" and not reads:
        raise Refusal(403, f"The client {key.name!a} may only read. Ask with a token whose role is operate.")
    return Principal(Trust.OWNER, key.name, may_operate=key.role == "operate")
