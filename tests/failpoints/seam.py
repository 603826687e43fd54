"""Where a program can be made to stumble: calls and SQL statements of the product, wrapped from outside.

The product knows nothing of this: a seam is a name that it looks up anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import apsw

Spring = Callable[..., None]
Moments = Mapping[str, Spring]
"""What to do "before" and "after" an effect; it is given what the effect was asked with."""


def always(*_: Any, **__: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Call:
    """Calls of `name` as `module` knows it, such as os.open in docsync.scan.read. Only those that `when` picks.

    A function of another module is replaced for this one module; a method is replaced in its class.
    """

    module: str
    name: str
    when: Callable[..., bool] = always

    def install(self, moments: Moments) -> None:
        owner: Any = import_module(self.module)
        *way, last = self.name.split(".")
        for step in way:
            inner = getattr(owner, step)
            if isinstance(inner, ModuleType):
                inner = _own_copy(owner, step, inner)
            owner = inner
        setattr(owner, last, _wrapped(getattr(owner, last), self.when, moments))


@dataclass(frozen=True, slots=True)
class Statement:
    """What the store asks of a connection: a method and, where it takes a statement, how that begins."""

    method: str
    beginning: str = ""

    def install(self, moments: Moments) -> None:
        module = import_module("docsync.store.connection")
        library: Any = _own_copy(module, "apsw", module.apsw)
        method = getattr(library.Connection, self.method)
        wrapped = _wrapped(
            method, lambda _, *args, **__: not args or str(args[0]).startswith(self.beginning), moments
        )
        library.Connection = type("Connection", (library.Connection,), {self.method: wrapped})


Seam = Call | Statement


def disk_error(*arguments: object) -> OSError:
    """What the system says when a disk fails, of the first path that was given."""
    path = next(
        (argument for argument in arguments if isinstance(argument, str) or hasattr(argument, "__fspath__")),
        "?",
    )
    return OSError(5, "Input/output error", str(path))


def _own_copy(owner: ModuleType, name: str, library: ModuleType) -> ModuleType:
    """A copy of *library* that only *owner* sees."""
    copy = ModuleType(library.__name__)
    copy.__dict__.update(library.__dict__)
    setattr(owner, name, copy)
    return copy


def _wrapped(function: Any, when: Callable[..., bool], moments: Moments) -> Any:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        hit = when(*args, **kwargs)
        if hit and "before" in moments:
            moments["before"](*args)
        answer = function(*args, **kwargs)
        if hit and "after" in moments:
            moments["after"](*args)
        return answer

    return wrapped


def unopened(*_: object) -> Exception:
    return apsw.CantOpenError("unable to open database file")


def locked(*_: object) -> Exception:
    return apsw.BusyError("database is locked")


def full(*_: object) -> Exception:
    return apsw.FullError("database or disk is full")


def failing(*_: object) -> Exception:
    return apsw.exception_for(apsw.SQLITE_IOERR_WRITE)
