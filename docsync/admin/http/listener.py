"""Opens the sockets that the endpoint listens on. Never takes a socket from a program that answers on it."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from docsync.errors import AlreadyRunning, ConfigError, UsageError

# What fits into sun_path with its final NUL; macOS takes 103, which bind says itself.
_MAX_SOCKET_PATH_BYTES = 107
_BACKLOG = 128
_ASK_SECONDS = 1.0
_LOOPBACKS = ("127.0.0.1", "::1")


@contextmanager
def unix_listener(path: Path) -> Iterator[socket.socket]:
    """A listening Unix socket at *path*, for this user only; its file is gone afterwards."""
    _check_length(path)
    _remove_stale(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(os.fspath(path))
        mine = _identity(path)
        try:
            # No client can connect before listen(), so the mode is set in time. A umask would affect files of
            # other threads.
            path.chmod(0o600)
            listener.listen(_BACKLOG)
            yield listener
        finally:
            if _identity(path) == mine:
                path.unlink()


def _check_length(path: Path) -> None:
    length = len(os.fsencode(path))
    if length > _MAX_SOCKET_PATH_BYTES:
        raise UsageError(
            f"{path}: a Unix socket's path may have {_MAX_SOCKET_PATH_BYTES} bytes, this one has {length}; "
            "set XDG_RUNTIME_DIR to a short folder, or move the project to a shorter path"
        )


def _remove_stale(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise UsageError(f"{path} is in the way and no socket; move it elsewhere, then start again")
    if _answers(path):
        raise AlreadyRunning(f"another docsync answers on {path}; stop it with: docsync stop")
    path.unlink()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(_ASK_SECONDS)
        try:
            peer.connect(os.fspath(path))
        except ConnectionRefusedError:
            return False
        except OSError:  # a busy listener or one of another user: taken for alive
            return True
        return True


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def check_exposure(host: str, *, is_guarded: bool) -> None:
    """Raise ConfigError where *host* would be open to other machines and no token is asked for."""
    if not is_guarded and not is_loopback(host):
        raise ConfigError(
            f'admin.host: {host!r} is open to other machines and needs admin.token_file; or set host = "127.0.0.1"'
        )


def is_loopback(host: str) -> bool:
    """True when only this machine can reach *host*. A name other than localhost can lead anywhere."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def list_addresses(host: str) -> tuple[str, ...]:
    """The addresses to listen on for *host*: whoever is told `localhost` may come by either loopback."""
    return _LOOPBACKS if host == "localhost" else (host,)


def tcp_listener(host: str, port: int) -> socket.socket:
    """A listening TCP socket; the caller closes it. Raises OSError where the address cannot be had.

    On `::` it listens on every address, also those of IPv4.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    takes_both = _is_every_ipv6(host) and socket.has_dualstack_ipv6()
    return socket.create_server((host, port), family=family, backlog=_BACKLOG, dualstack_ipv6=takes_both)


def _is_every_ipv6(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.version == 6 and address.is_unspecified
