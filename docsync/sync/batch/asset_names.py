"""Which files a document takes in, by the names that are written in it. Opens none."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from docsync.model import ReferenceStatus, ResolvedReference
from docsync.names import is_presentable

_INCLUDES = ("include", "optional_include")
_TAKEN = (*_INCLUDES, "file", "sample")
_BODY = "body"  # where an image stays text
# What is named there may be a key, of a model or of a tool.
_SECRET_PLACE = re.compile(
    r"(^|[.\]])(connection|configuration|authentication|\w*(key|token|secret|password))([.\[]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to read: who names it and how, and how many files lie between it and the document.

    `is_current` is false below a text that is not, or may not be, what the tree has: nothing is warned there,
    for a database that is made anew would not know of it.
    """

    path: str
    name: str
    namer: str
    depth: int
    is_template: bool
    is_optional: bool
    is_current: bool = True
    must_be_text: bool = True


def list_direct(path: str, links: Iterable[ResolvedReference]) -> Iterator[Wanted]:
    """The files that the references *links* of the document *path* take in."""
    for link in links:
        reference = link.reference
        is_include = reference.kind in _INCLUDES
        is_open = reference.at != _BODY and not _SECRET_PLACE.search(reference.at)
        is_taken = is_include or (reference.kind in _TAKEN and is_open)
        if is_taken and link.path is not None and link.status is not ReferenceStatus.OUTSIDE:
            is_optional = reference.kind == "optional_include"
            must_be_text = reference.kind != "file"  # an image, perhaps
            yield Wanted(
                link.path,
                reference.target,
                path,
                1,
                is_include,
                is_optional,
                must_be_text=must_be_text,
            )


def list_taken_in(text: str, kind: str | None, by: Wanted, *, is_current: bool) -> Iterator[Wanted]:
    """The files that *text*, a template in the language *kind*, takes in; *by* is its own file."""
    from docsync.formats.prompty.include import includes_of  # for projects with prompts

    for one in includes_of(text, kind):
        target = normpath(join(dirname(by.path), one.name))
        if not target.startswith(("/", "..")) and is_presentable(target) and "\\" not in one.name:
            yield Wanted(
                target,
                one.name,
                by.path,
                by.depth + 1,
                is_template=True,
                is_optional=one.is_optional,
                is_current=is_current,
            )
