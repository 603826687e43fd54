"""One field of a document, by its path. Knows paths as `--where` writes them: words with dots, [0] for an element."""

import re
from typing import TYPE_CHECKING

from docsync.errors import NoSuchDocument, UsageError

if TYPE_CHECKING:
    from docsync.admin.wire import Json

_STEP = re.compile(r'(?:\A|\.)(?P<word>[^\W\d][\w-]*|"[^"]+")|\[(?P<place>\d{1,9})\]')


def field(document: "Json", path: str, name: str) -> "Json":
    """What stands at *path* in the document called *name*. Raises NoSuchDocument if nothing does, UsageError."""
    found, walked = document, ""
    for key in _steps(path):
        match found, key:
            case dict(), str() if key in found:
                found = found[key]
            case list(), int() if key < len(found):
                found = found[key]
            case _:
                raise NoSuchDocument(f"{name} has no {path}; {_there(found, walked)}")
        walked += f"[{key}]" if isinstance(key, int) else f"{'.' if walked else ''}{key}"
    return found


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    end = 0
    while end < len(path):
        step = _STEP.match(path, end)
        if step is None:
            break
        steps.append(int(step["place"]) if step["place"] else step["word"].strip('"'))
        end = step.end()
    if not steps or end < len(path):
        raise UsageError(f"{path!r} is not a path into a document; write words with dots, like demographics.ageGroup")
    return steps


def _there(found: "Json", walked: str) -> str:
    place = walked or "it"
    match found:
        case dict():
            return f"{place} has {', '.join(found) or 'no fields'}"
        case list():
            return f"{place} has {len(found)} elements"
        case _:
            return f"{place} is a single value"
