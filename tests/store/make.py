"""Changes to write, as sync would make them."""

import hashlib
import json
from typing import Any

from docsync.change import Hold, Refuse, Upsert
from docsync.model import (
    Content,
    Document,
    Entry,
    FileState,
    Problem,
    Reference,
    ReferenceStatus,
    ResolvedReference,
    Severity,
    Stamp,
)
from docsync.names import Collection

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json")


def stamp(mtime_ns: int = 1, size: int = 10) -> Stamp:
    return Stamp(mtime_ns, 2, size, 3, 4)


def upsert(
    path: str,
    *,
    name: str = "Ana",
    mtime_ns: int = 1,
    size: int = 10,
    problems: tuple[Problem, ...] = (),
    **content: Any,
) -> Upsert:
    """A valid file; *content* are fields of Content, `references` and `type`."""
    references, type_ = content.pop("references", ()), content.pop("type", "persona")
    content.setdefault("document", json.dumps({"name": name}))
    content.setdefault("text", name)
    made = Content(name, "name", **content)
    content_hash = hashlib.sha256(made.document.encode()).hexdigest()
    id_ = f"{type_}/{path.partition('/')[2].removesuffix('.json')}"
    document = Document(id_, type_, path, made, content_hash, "2026-01-01T00:00:00.000Z", references)
    return Upsert(document, stamp(mtime_ns, size), racy=False, problems=problems)


def problem(path: str, code: str = "json-syntax", **values: Any) -> Problem:
    return Problem(path, code, values.pop("message", "what is wrong"), **values)


def warning(path: str, code: str, **values: Any) -> Problem:
    return problem(path, code, severity=Severity.WARNING, **values)


def refuse(path: str, *problems: Problem, state: FileState = FileState.BROKEN) -> Refuse:
    return Refuse(path, "persona", state, problems or (problem(path),), stamp(9), "hash of what is broken")


def hold(entry: Entry, message: str = "kept") -> Hold:
    return Hold(entry, warning(entry.path, "held", message=message))


def reference(path: str | None, status: ReferenceStatus = ReferenceStatus.MISSING) -> ResolvedReference:
    return ResolvedReference(Reference("file" if path else "env", path or "KEY", "at"), path, status)
