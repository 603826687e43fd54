"""Carries out what a step does to the tree, and says what a watcher would hint at. Never tells the daemon itself."""

from collections.abc import Mapping
from posixpath import dirname
from typing import Protocol

from docsync.model import Sign
from tests.simulation.content import octets
from tests.simulation.fake_filesystem import File, Folder
from tests.simulation.setup import PERSONA_NAMES, PROMPT_NAMES
from tests.simulation.step import Step, Verb

Hints = list[tuple[str, Sign]]


class Filesystem(Protocol):
    """Where steps are done: in memory (FakeFilesystem) or on a disk (Disk). What is not possible returns False."""

    @property
    def files(self) -> Mapping[str, File]: ...
    @property
    def folders(self) -> Mapping[str, Folder]: ...
    def write(self, path: str, octets: bytes | None, mtime_ns: int | None = None) -> bool: ...
    def save(self, path: str, octets: bytes) -> bool: ...
    def set_mtime(self, path: str, mtime_ns: int) -> bool: ...
    def delete(self, path: str) -> bool: ...
    def copy(self, source: str, target: str) -> bool: ...
    def make_folder(self, path: str) -> bool: ...
    def beneath(self, path: str) -> list[str]: ...
    def remove(self, path: str) -> bool: ...
    def move(self, source: str, target: str) -> bool: ...
    def shut(self, path: str, *, shut: bool) -> bool: ...


def do(step: Step, filesystem: Filesystem) -> Hints:
    """What the watcher sees of *step*; nothing if it was not possible."""
    path, other = step.path, step.other
    match step.verb:
        case Verb.WRITE | Verb.HALF | Verb.SAVE | Verb.KEEP:
            return _written(step, filesystem)
        case Verb.STAMP:
            return _if(filesystem.set_mtime(path, step.number * 10**9), (path, Sign.ATTRIBUTES))
        case Verb.PIPE:
            gone = filesystem.delete(path)
            return _if(gone, (path, Sign.GONE)) + _if(filesystem.write(path, None), (path, Sign.OPEN))
        case Verb.DELETE:
            return _if(filesystem.delete(path), (path, Sign.GONE))
        case Verb.MOVE:
            folder = path in filesystem.folders
            signs = (Sign.FOLDER, Sign.FOLDER) if folder else (Sign.GONE, Sign.RENAMED)
            return _if(filesystem.move(path, other), (path, signs[0]), (other, signs[1]))
        case Verb.COPY:
            return _if(filesystem.copy(path, other), (other, Sign.OPEN), (other, Sign.CLOSED))
        case _:
            return _to_folder(step, filesystem)


def _if(done: bool, *hints: tuple[str, Sign]) -> Hints:
    return list(hints) if done else []


def _written(step: Step, filesystem: Filesystem) -> Hints:
    path, text = step.path, octets(step.other)
    above = [] if dirname(path) in filesystem.folders else [(dirname(path), Sign.FOLDER)]
    old = filesystem.files.get(path)
    match step.verb:
        case Verb.SAVE:
            return _if(filesystem.save(path, text), *above, (path, Sign.RENAMED))
        case Verb.HALF:
            return _if(filesystem.write(path, text[: len(text) // 2]), *above, (path, Sign.OPEN))
        case Verb.KEEP:
            kept_ns = old.stamp.mtime_ns if old else None
            return _if(
                filesystem.write(path, text, kept_ns), *above, (path, Sign.CLOSED), (path, Sign.ATTRIBUTES)
            )
        case _:
            return _if(filesystem.write(path, text), *above, (path, Sign.OPEN), (path, Sign.CLOSED))


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
    hints: Hints = [] if folder in filesystem.folders else [(folder, Sign.FOLDER)]
    for pool, names, kind in (("personas", PERSONA_NAMES, "persona"), ("prompts", PROMPT_NAMES, "prompt")):
        for name, text in zip(names, texts[pool], strict=True):
            if name.startswith(folder + "/") and filesystem.write(name, octets(f"{kind}/{text}")):
                hints.append((name, Sign.CLOSED))
    return hints
