"""One field of a document, by its path, which is written as for `--where`. Asks no database."""

from typing import TYPE_CHECKING

from docsync.errors import NoSuchDocument
from docsync.reader.query.field import steps_of

if TYPE_CHECKING:
    from docsync.admin.http.json_body import Json


def field(document: "Json", path: str, name: str) -> "Json":
    """What stands at *path* in the document called *name*.

    Raises NoSuchDocument if nothing does, UsageError.
    """
    found, walked = document, ""
    for key in steps_of(path):
        match found, key:
            case dict(), str() if key in found:
                found = found[key]
            case list(), int() if key < len(found):
                found = found[key]
            case _:
                raise NoSuchDocument(f"{name} has no {path}; {_describe_value(found, walked)}")
        walked += f"[{key}]" if isinstance(key, int) else f"{'.' if walked else ''}{key}"
    return found


def _describe_value(found: "Json", walked: str) -> str:
    place = walked or "it"
    match found:
        case dict():
            return f"{place} has {', '.join(found) or 'no fields'}"
        case list():
            return f"{place} has {len(found)} elements"
        case _:
            return f"{place} is a single value"
