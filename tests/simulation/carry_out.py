"""Carries out what a step does to the tree, and says what a watcher would hint at. Never tells the daemon itself."""

from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename
from typing import Protocol

from docsync.model import Sign
from docsync.names import VOLUME_LINK, ancestors, is_hidden, strip_folder
from tests.simulation.content import octets
from tests.simulation.name_table import File, Folder
from tests.simulation.setup import PERSONA_NAMES, PROMPT_NAMES
from tests.simulation.step import Step, Verb
from tests.simulation.symlink import Symlink

Hints = list[tuple[str, Sign]]


class Filesystem(Protocol):
    """Where steps are done: in memory (FakeFilesystem) or on a disk (Disk). What is not possible returns False."""

    @property
    def files(self) -> Mapping[str, File]: ...
    @property
    def links(self) -> Mapping[str, Symlink]: ...
    @property
    def folders(self) -> Mapping[str, Folder]: ...
    def real(self, path: str) -> str | None: ...
    def write(self, path: str, octets: bytes | None, mtime_ns: int | None = None) -> bool: ...
    def half(self, path: str, octets: bytes) -> bool: ...
    def map(self, path: str, octets: bytes) -> bool: ...
    def save(self, path: str, octets: bytes) -> bool: ...
    def set_mtime(self, path: str, mtime_ns: int) -> bool: ...
    def delete(self, path: str) -> bool: ...
    def copy(self, source: str, target: str) -> bool: ...
    def link(self, path: str, source: str, *, beside: bool = False) -> bool: ...
    def symlink(self, path: str, target: str, *, beside: bool = False) -> bool: ...
    def make_folder(self, path: str) -> bool: ...
    def beneath(self, path: str) -> list[str]: ...
    def remove(self, path: str) -> bool: ...
    def move(self, source: str, target: str) -> bool: ...
    def exchange(self, one: str, other: str) -> bool: ...
    def shut(self, path: str, *, shut: bool) -> bool: ...


def do(step: Step, filesystem: Filesystem) -> Hints:
    """What happens to names by *step*, in the signs of the watcher; nothing if it was not possible."""
    path, other = step.path, step.other
    match step.verb:
        case Verb.WRITE | Verb.HALF | Verb.SAVE | Verb.KEEP | Verb.STAMP | Verb.MAP | Verb.COPY:
            return _written(step, filesystem)
        case Verb.PIPE:
            gone = filesystem.delete(path)
            return _if(gone, (path, Sign.GONE)) + _if(filesystem.write(path, None), (path, Sign.OPEN))
        case Verb.DELETE:
            return _if(filesystem.delete(path), (path, Sign.GONE))
        case Verb.MOVE:
            (leaves, enters), above = _signs(path, filesystem), _above(other, filesystem)
            return _if(filesystem.move(path, other), (path, leaves), *above, (other, enters))
        case Verb.EXCHANGE:
            # Two renames for the kernel: the second name leaves when the first one has entered there already.
            signs = [_signs(name, filesystem) for name in (path, other)]
            there = ((path, signs[0][0]), (other, signs[0][1]))
            back = ((other, signs[1][0]), (path, signs[1][1]))
            return _if(filesystem.exchange(path, other), *there, *back)
        case Verb.LINK | Verb.SYMLINK:
            return _linked(step, filesystem)
        case _:
            return _to_folder(step, filesystem)


def watched(hints: Iterable[tuple[str, Sign]], roots: Iterable[str]) -> Iterator[tuple[str, Sign]]:
    """Those of *hints* that the watcher of these folders gives: no name outside, no hidden one but a volume's link."""
    for path, sign in hints:
        for root in roots:
            inner = "" if path == root else strip_folder(root, path)
            if inner is None:
                continue
            parts = inner.split("/")
            if not any(is_hidden(part) for part in parts if part):
                yield path, sign
            elif (
                basename(path) == VOLUME_LINK and not any(map(is_hidden, parts[:-1])) and sign is Sign.FOLDER
            ):
                yield root, Sign.SWAPPED


def _if(done: bool, *hints: tuple[str, Sign]) -> Hints:
    return list(hints) if done else []


def _signs(path: str, filesystem: Filesystem) -> tuple[Sign, Sign]:
    """How the watcher calls it when what has the name *path* leaves, and when it enters elsewhere."""
    if path in filesystem.folders:
        return Sign.FOLDER, Sign.FOLDER
    return Sign.GONE, Sign.FOLDER if path in filesystem.links else Sign.RENAMED


def _linked(step: Step, filesystem: Filesystem) -> Hints:
    """A name is made where none is (a hint of it going comes first), or renamed into place."""
    path, other, beside = step.path, step.other, step.number == 1
    above = _above(path, filesystem)
    there = path in filesystem.files or path in filesystem.links
    if step.verb is Verb.LINK:
        done, made = filesystem.link(path, other, beside=beside), Sign.OPEN
    else:
        done, made = filesystem.symlink(path, other, beside=beside), Sign.FOLDER
    moved = Sign.RENAMED if step.verb is Verb.LINK else Sign.FOLDER
    gone = [(path, Sign.GONE)] if there and not beside else []
    return _if(done, *above, *gone, (path, moved if beside else made))


def _above(path: str, filesystem: Filesystem) -> Hints:
    """The highest folder that has to be made for *path*."""
    missing = [folder for folder in ancestors(path) if folder not in filesystem.folders]
    return [(missing[-1], Sign.CREATED)] if missing else []


def _written(step: Step, filesystem: Filesystem) -> Hints:
    """What is written through a link is hinted at where it leads."""
    path, above = step.path, _above(step.path, filesystem)
    if step.verb is Verb.SAVE:
        return _if(filesystem.save(path, octets(step.other)), *above, (path, Sign.RENAMED))
    if step.verb is Verb.COPY:
        real = filesystem.real(step.other) or ""
        return _if(filesystem.copy(path, step.other), (real, Sign.OPEN), (real, Sign.CLOSED))
    real = filesystem.real(path) or ""
    if step.verb is Verb.STAMP:
        return _if(filesystem.set_mtime(path, step.number * 10**9), (real, Sign.ATTRIBUTES))
    text = octets(step.other)
    match step.verb:
        case Verb.HALF:
            return _if(filesystem.half(path, text[: len(text) // 2]), *above, (real, Sign.OPEN))
        case Verb.MAP:
            return _if(filesystem.map(path, text), (real, Sign.CLOSED))
        case Verb.KEEP:
            old = filesystem.files.get(real)
            kept_ns = old.stamp.mtime_ns if old else None
            closed = ((real, Sign.CLOSED), (real, Sign.ATTRIBUTES))
            return _if(filesystem.write(path, text, kept_ns), *above, *closed)
        case _:
            return _if(filesystem.write(path, text), *above, (real, Sign.OPEN), (real, Sign.CLOSED))


def _to_folder(step: Step, filesystem: Filesystem) -> Hints:
    path = step.path
    match step.verb:
        case Verb.EMPTY:
            return [(name, Sign.GONE) for name in filesystem.beneath(path) if filesystem.delete(name)]
        case Verb.REMOVE:
            hints = [(name, Sign.GONE) for name in filesystem.beneath(path)]
            return _if(filesystem.remove(path), *hints, (path, Sign.FOLDER))
        case Verb.FILL:
            return _filled(path, filesystem)
        case Verb.SHUT | Verb.OPEN:
            sign = Sign.FOLDER if path in filesystem.folders else Sign.ATTRIBUTES
            return _if(filesystem.shut(path, shut=step.verb is Verb.SHUT), (path, sign))
        case _:
            return []


def _filled(folder: str, filesystem: Filesystem) -> Hints:
    """Every name of the pool beneath *folder*, each with a content of its own but for two that are equal."""
    texts = {
        "personas": ("ada", "bob", "cyd", "eve", "ada", "bob", "twice"),
        "prompts": ("pia", "quo", "ref", "image"),
    }
    hints: Hints = []
    was_there = folder in filesystem.folders
    for pool, names, kind in (("personas", PERSONA_NAMES, "persona"), ("prompts", PROMPT_NAMES, "prompt")):
        for name, text in zip(names, texts[pool], strict=True):
            if name.startswith(folder + "/"):
                real = filesystem.real(name) or ""
                if filesystem.write(name, octets(f"{kind}/{text}")):
                    hints.append((real, Sign.CLOSED))
    is_made = not was_there and folder in filesystem.folders  # unless a file is in the way
    return [(folder, Sign.CREATED), *hints] if is_made else hints
