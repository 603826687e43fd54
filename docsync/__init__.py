"""docsync keeps one SQLite database equal to folders of personas and prompts.

Module map; imports point to a strictly lower rank or stay inside one's own sub-package:

    6  cli                                 commands, output, exit codes
    5  daemon                              composes the parts; start and stop order; signals
    4  admin, verify                       the HTTP face of a running daemon; the proof
    3  sync, reader, commands              files to rows, rows to callers
    2  scan, watch, store, git, lock       the effects: file tree, hints, SQLite, Git's state, the instance lock
    1  plan, guard, belief, coalesce,      pure or self-contained decisions
       formats, lint, config, log, status
    0  model, errors, names                values, errors, paths and patterns
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docsync.reader import Reader, Row, open_reader

__all__ = ["Reader", "Row", "open_reader"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Public names are loaded when they are first used, so that importing docsync costs nothing."""
    if name in __all__:
        import docsync.reader

        return getattr(docsync.reader, name)
    raise AttributeError(f"module 'docsync' has no attribute {name!r}")
