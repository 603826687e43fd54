"""`docsync init`: writes a docsync.toml for the folder, samples where there is nothing, and editor settings.

Never overwrites a file.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from docsync.cli.flags import command, pass_session
from docsync.cli.session import Session
from docsync.cli.view.text import count_noun
from docsync.errors import UsageError
from docsync.names import Collection, to_printable
from docsync.regular_file import read_regular

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from docsync.cli.discover import Discovery

_FILE = "docsync.toml"
_MAX_BYTES = 1 << 20
_IGNORED = ".docsync/"
_SAMPLES = ("personas/first-time-caller.json", "prompts/answer-politely.prompty")


@dataclass(frozen=True, slots=True)
class InitResult:
    """What init did: the files it wrote, and what it found there before."""

    root: Path
    written: tuple[str, ...]
    found: "Discovery"
    collections: tuple[Collection, ...]


@command
@pass_session
def init_command(session: Session) -> int:
    """Make this folder a docsync project.

    Writes a docsync.toml for the personas and prompts that are here already, or samples of both where there
    are none; and, for editors, JSON Schemas and VS Code settings that name them. Files that exist are left
    alone.
    """
    root = session.here.absolute()
    if os.path.lexists(root / _FILE):
        raise UsageError(f"{root / _FILE} exists already; see what holds with: docsync config show")
    begun = init(root)
    found = {"personas": len(begun.found.personas), "prompts": len(begun.found.prompts)}
    folders = [
        {"type": one.type, "path": one.path, "include": list(one.include)} for one in begun.collections
    ]
    value = {"root": str(root), "written": list(begun.written), "found": found, "collections": folders}
    session.out.answer(value, _lines(begun))
    if ".gitignore" not in begun.written and not _is_ignored(root):
        session.out.remark(f"add this line to .gitignore: {_IGNORED}")
    session.out.remark("next: docsync run")
    return 0


def init(root: Path) -> InitResult:
    """Write what *root* lacks."""
    from docsync.cli.discover import discover, propose_collections
    from docsync.cli.editor_files import editor_files

    found = discover(str(root))
    collections = propose_collections(found)
    drafts = {_FILE: _configuration(collections), ".gitignore": f"{_IGNORED}\n"}
    if not found.personas and not found.prompts:
        drafts |= {name: _sample(name) for name in _SAMPLES}
    drafts |= editor_files(collections)
    return InitResult(
        root, tuple(name for name, text in drafts.items() if _write(root / name, text)), found, collections
    )


def _configuration(collections: tuple[Collection, ...]) -> str:
    """The sample docsync.toml with the folders and patterns of *collections* in it."""
    head, *tables = _sample(_FILE).split("[[collections]]\n")
    filled = (_table(table, collection) for table, collection in zip(tables, collections, strict=True))
    return "[[collections]]\n".join([head, *filled])


def _table(table: str, collection: Collection) -> str:
    values = {"path": collection.path, "include": collection.include}
    lines = []
    for line in table.splitlines():
        key, _, rest = line.partition(" = ")
        comment = rest[rest.index("#") :] if "#" in rest else ""
        lines.append(f"{key} = {json.dumps(values[key])}  {comment}".rstrip() if key in values else line)
        if key == "include" and collection.exclude:
            lines.append(f"exclude = {json.dumps(collection.exclude)}")
    return "\n".join(lines) + "\n"


def _sample(name: str) -> str:
    sample: Traversable = files("docsync.cli").joinpath("sample", *name.split("/"))
    return sample.read_text("utf-8")


def _write(path: Path, text: str) -> bool:
    """Write *text* to a new file; False when there is one already."""
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _is_ignored(root: Path) -> bool:
    try:
        lines = read_regular(root / ".gitignore", _MAX_BYTES).octets.decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.strip().strip("/") == _IGNORED.strip("/") for line in lines)


def _lines(begun: InitResult) -> Iterator[str]:
    if begun.found.personas or begun.found.prompts:
        personas = count_noun(len(begun.found.personas), "persona")
        yield f"found {personas} and {count_noun(len(begun.found.prompts), 'prompt')}"
    yield from (f"wrote {to_printable(name)}" for name in begun.written)
    for one in begun.collections:
        yield f"{one.type}: {', '.join(one.include)} in {to_printable(one.path)}"
