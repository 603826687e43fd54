"""One step of a history, as a value that can be printed, pasted and left out. Never acts by itself."""

from dataclasses import dataclass, fields
from enum import StrEnum


class Verb(StrEnum):
    """What happens."""

    WRITE = "write"  # in place, closed
    HALF = "half"  # the first half in place, not closed
    SAVE = "save"  # beside, then renamed into place
    KEEP = "keep"  # in place, the old mtime put back
    STAMP = "stamp"  # another mtime, `number` seconds after 1970
    PIPE = "pipe"  # a pipe takes the name
    DELETE = "delete"
    MOVE = "move"  # a file or a folder
    COPY = "copy"
    MAP = "map"  # other bytes of the same size, through a mapping: every time stays as it was
    LINK = (
        "link"  # a hard link `path` to `other`: made there, or with `number` 1 beside and renamed into place
    )
    SYMLINK = "symlink"  # a symbolic link that says `other`; `number` as above
    EXCHANGE = "exchange"  # two names, files or folders, trade places at once
    EMPTY = "empty"  # all files beneath a folder go, the folder stays
    REMOVE = "remove"  # a folder with all beneath
    FILL = "fill"  # all names of the pool beneath a folder are written
    SHUT = "shut"  # nobody may read it any more
    OPEN = "open"
    BUSY = (
        "busy"  # the next `number` steps happen in a sync, when it looks at the tree for the `late_ms`th time
    )
    FAULT = "fault"  # the `number`th next statement fails: crash, locked, full
    CRASH = "crash"  # now, between two batches
    RESTART = "restart"  # an orderly stop, then a start with the settings `number`
    RELEASE = "release"
    GIT = "git"  # takes its lock (`number` 1) or has done its work (0); with `late_ms` no cookie comes back until the next
    WALK = "walk"  # it is time for a rescan, which takes a step every `late_ms`
    SLICE = "slice"  # from now on a batch takes about `number` of the paths that are due, and `late_ms`
    LOOK = "look"  # a person asks for a reload of a scope
    WAIT = "wait"  # somebody waits for what was done before, in a scope or everywhere


class News(StrEnum):
    """What becomes of the hints."""

    NOW = "now"
    LATE = "late"
    TWICE = "twice"
    SHUFFLED = "shuffled"
    FOLDER = "folder"  # only the folder above is named
    LOST = "lost"  # lost, and announced
    SILENT = "silent"  # lost, and nobody says so


@dataclass(frozen=True, slots=True)
class Step:
    """`verb` happens to `path`, `after_ms` after the step before; `late_ms` is for hints that are late or shuffled."""

    after_ms: float
    verb: Verb
    path: str = ""
    other: str = ""
    number: int = 0
    news: News = News.NOW
    late_ms: float = 0

    def __repr__(self) -> str:
        """Python that makes this step, without what is as usual."""
        told = [f"{self.after_ms!r}", f"Verb.{self.verb.name}"]
        for field in fields(self)[2:]:
            value = getattr(self, field.name)
            if value != field.default:
                told.append(
                    f"{field.name}={'News.' + value.name if isinstance(value, News) else repr(value)}"
                )
        return f"Step({', '.join(told)})"


History = tuple[Step, ...]
