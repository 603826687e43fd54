"""Values that are not there: of an input that may be left out, and of a name that nobody knows."""

from jinja2 import ChainableUndefined, StrictUndefined
from jinja2.utils import missing

from docsync.names import find_closest

_MAX_GUESSES = 200


class Absent(ChainableUndefined):
    """An input that was left out and may be: empty, false, without items, and not defined."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Absent) or (isinstance(other, str) and not other)

    def __hash__(self) -> int:
        return hash("")


class Unknown(StrictUndefined):
    """A name that is not there: false in a test, a mistake for everything else.

    Jinja's own stops at a test, too. But `{% if persona.quote %}` is how a template asks for what only some
    documents have.
    """

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]  # Jinja's never returns
        return False

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        name, value = self._undefined_name, self._undefined_obj
        if value is missing:
            return f"'{name}' is not given"
        if not isinstance(value, dict):
            return f"{_describe(value)} has no '{name}'"
        near = find_closest(str(name), [key for key in list(value)[:_MAX_GUESSES] if isinstance(key, str)], 1)
        return f"there is no '{name}' in the object here" + (f"; did you mean '{near[0]}'?" if near else "")


def _describe(value: object) -> str:
    kinds = {str: "a text", list: "a list", int: "a number", float: "a number", bool: "true or false"}
    return kinds.get(type(value), f"a value of type {type(value).__name__}") if value is not None else "null"
