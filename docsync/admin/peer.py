"""Who is at the other end of a Unix socket, as the system says."""

import socket
import struct

_CREDENTIALS = struct.Struct("3i")


def credentials_of(connection: socket.socket) -> tuple[int, int] | None:
    """Process and user at the other end; None over TCP, and where the system does not tell."""
    if connection.family != socket.AF_UNIX or not hasattr(socket, "SO_PEERCRED"):
        return None
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, _ = _CREDENTIALS.unpack(found)
    return pid, uid


def uid_of_peer(connection: socket.socket) -> int | None:
    """The user at the other end; None where nobody tells."""
    found = credentials_of(connection)
    return None if found is None else found[1]
