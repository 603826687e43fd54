"""Answers that are asked for page by page: never more than one page is in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from docsync.reader import Answer, Reader
    from docsync.reader.query.find import FindArguments
    from docsync.reader.row import StoredRow

R = TypeVar("R")

# So many documents are in memory at a time.
_PAGE_SIZE = 500


class Ask(Protocol[R]):
    """A question that is answered page by page."""

    def __call__(self, *, limit: int, cursor: str | None) -> "Answer[R]": ...


@dataclass(slots=True)
class Pages(Generic[R]):
    """Iterates over what *ask* gives after the cursor *begin*, *limit* at most: one page of it is in memory.

    Afterwards `done` is their number and `cursor` that of the next page. Each iteration asks anew.
    """

    ask: Ask[R]
    limit: int | None = None
    begin: str | None = None
    page_size: int = 1_000
    done: int = field(default=0, init=False)
    cursor: str | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[R]:
        self.done, self.cursor = 0, self.begin
        while True:
            left = self.page_size if self.limit is None else min(self.page_size, self.limit - self.done)
            page = self.ask(limit=left, cursor=self.cursor)
            for row in page:
                self.done += 1
                yield row
            self.cursor = page.cursor
            if page.cursor is None or self.done == self.limit:
                return


def page_documents(
    reader: "Reader",
    asked: "FindArguments",
    *,
    whole: bool,
    limit: int | None = None,
    begin: str | None = None,
) -> "Pages[StoredRow]":
    """The documents as they are stored; not *whole* without what they hold."""

    def ask(*, limit: int, cursor: str | None) -> "Answer[StoredRow]":
        page: FindArguments = {**asked, "limit": limit, "cursor": cursor}
        return reader.find_stored(whole=whole, **page)

    return Pages(ask, limit, begin, _PAGE_SIZE)
