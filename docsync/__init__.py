"""docsync keeps one SQLite database equal to folders of personas and prompts.

Module map; imports point to a strictly lower rank or stay inside one's own sub-package:

    7  cli                                 commands, output, exit codes
    6  daemon, doctor                      composes the parts, start and stop order, signals; examines them
    5  admin, export                       faces of the database to the outside
    4  reader, verify                      rows to callers; the proof
    3  sync, commands                      files to rows; what can be asked of a daemon
    2  scan, watch, store, git, lock       the effects: file tree, hints, SQLite, Git's state, the instance lock
    1  plan, guard, belief, coalesce,      pure or self-contained decisions
       formats, lint, config, log, status,
       counters
    0  model, errors, names                values, errors, paths and patterns
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docsync.reader import FallbackWarning, Reader, Row, open_reader
    from docsync.reader.service import PersonaService, PromptTemplateService

__all__ = ["FallbackWarning", "PersonaService", "PromptTemplateService", "Reader", "Row", "open_reader"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Public names are loaded when they are first used, so that importing docsync costs nothing."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("docsync.reader.service" if name.endswith("Service") else "docsync.reader"), name)
    raise AttributeError(f"module 'docsync' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, also those that were not used yet."""
    return [*__all__, "__version__"]
