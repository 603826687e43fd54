"""The orders that documents can be asked for in, and how to go on after one of them. Never asks anything."""

from dataclasses import dataclass

from docsync.errors import UsageError
from docsync.store.columns import Use, columns_for

_COLUMNS = columns_for(Use.ORDERED)


@dataclass(frozen=True, slots=True)
class Order:
    """A column of documents, up or down. Ties are in the order of ids, so that there is only one order."""

    column: str
    descending: bool

    @property
    def sql(self) -> str:
        """The ORDER BY clause, for documents AS d."""
        direction = "DESC" if self.descending else "ASC"
        if self.column == "id":
            return f"ORDER BY d.id {direction}"
        return f"ORDER BY d.{self.column} {direction}, d.id"

    @property
    def after(self) -> str:
        """The condition for what comes after the place (value of the column, id), which it takes twice over: ?, ?, ?."""
        less = "<" if self.descending else ">"
        if self.column == "id":
            return f"d.id {less} ?"
        # The first term lets SQLite begin in an index; the second one decides.
        return f"d.{self.column} {less}= ? AND (d.{self.column} {less} ? OR d.id > ?)"

    def place(self, value: str | int, id_: str) -> list[str | int]:
        """The values that `after` takes."""
        return [id_] if self.column == "id" else [value, value, id_]


def order_of(text: str) -> Order:
    """The order that *text* names: a column, with "-" in front for descending. Raises UsageError."""
    column = text.removeprefix("-")
    if column not in _COLUMNS:
        raise UsageError(f"cannot order by {column!r}; there are {', '.join(_COLUMNS)}")
    return Order(column, text.startswith("-"))
