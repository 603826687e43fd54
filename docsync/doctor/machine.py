"""The machine: versions, limits, and the port. Looks at no file of the project."""

import errno
import platform
import resource
import socket
from collections.abc import Iterator

import apsw

import docsync
from docsync.doctor.finding import Diagnosis, Level

_TOPIC = "machine"
# Python, SQLite, the watcher and 200 connections of the endpoint stay below it.
_MIN_DESCRIPTORS = 256


def examine_machine() -> Iterator[Diagnosis]:
    """What docsync runs on."""
    system = f"{platform.system()} {platform.release()}"
    versions = f"docsync {docsync.__version__}, Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}"
    yield Diagnosis(_TOPIC, Level.OK, f"{versions}, {system}")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _MIN_DESCRIPTORS:
        may_raise = hard == resource.RLIM_INFINITY or hard >= _MIN_DESCRIPTORS
        advice = (
            "start docsync with more: ulimit -n 1024"
            if may_raise
            else "raise the limit: LimitNOFILE= of systemd"
        )
        yield Diagnosis(_TOPIC, Level.WARNING, f"a process may open no more than {soft} files", advice)


def examine_port(http: tuple[str, int] | None) -> Iterator[Diagnosis]:
    """Whether the endpoint could listen at *http*, host and port; asked while no daemon does."""
    if http is None or http[1] == 0:
        return
    host, number = http
    try:
        socket.create_server(http, family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        what = (
            "is taken by another program"
            if error.errno == errno.EADDRINUSE
            else f"cannot be had ({error.strerror})"
        )
        advice = "set another admin.port; the Unix socket, which the commands use, works all the same"
        yield Diagnosis("endpoint", Level.WARNING, f"{host}:{number} {what}", advice)
    else:
        yield Diagnosis("endpoint", Level.OK, f"{host}:{number} is free")
