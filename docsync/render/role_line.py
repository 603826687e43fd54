"""Which names may stand for a role, and which roles data may have. Never looks at a text's place."""

import re

from docsync.names import find_closest
from docsync.render.mark import Role
from docsync.render.text import TextPlace

DATA_ROLES = ("user", "assistant", "tool", "function")
"""The roles that a message from data may have (promise P12)."""

_AFTER = re.compile(r"(?>[^\S\n]*):(?>[^\S\n]*)(?=\n|\Z)")


def find_line(source: str, start: int, end: int) -> tuple[int, int] | None:
    """The line that holds nothing but *source* from *start* to *end* and a colon, None if it has more."""
    after = _AFTER.match(source, end)
    if not after:
        return None
    begin = source.rfind("\n", 0, start) + 1
    is_alone = source[begin:start].strip() in ("", "#") and "\n" not in source[start:end]
    return (begin, after.end()) if is_alone else None


def names_role(name: str, *, in_loop: bool) -> bool:
    """True if the last name of an expression says that its value is a role."""
    return name.lower() == "role" or (in_loop and name.lower() == "type")


def role_of(value: object, place: TextPlace) -> Role:
    """The role that data gives. RenderError if a message from data may not have it."""
    given = value.strip() if isinstance(value, str) else value
    if isinstance(given, str) and given.lower() in DATA_ROLES:
        return Role(given.lower())
    near = find_closest(given.lower(), DATA_ROLES, 1) if isinstance(given, str) else []
    shown = repr(given) if isinstance(given, str) else f"a {type(given).__name__}"
    raise place.error(
        f"data says that the role is {shown[:80]}; it may be {', '.join(DATA_ROLES)}",
        f"did you mean {near[0]}?" if near else "write the line of another role into the prompt itself",
    )
