"""Files whose content proves that it is whole and belongs to its path, written in the ways in which programs write."""

import json
import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any


def seal(path: str, number: int, text: str) -> str:
    return sha256(f"{path}|{number}|{text}".encode()).hexdigest()


def sealed(path: str, number: int, generator: random.Random) -> str:
    """The *number*th content of the file *path*, of random length: JSON, or a prompt whose body has as many words."""
    text = "word " * generator.randrange(1, 400) + str(generator.random())
    if path.endswith(".json"):
        values = {"name": path, "tags": [f"t{number % 5}"], "number": number, "text": text}
        return json.dumps({**values, "seal": seal(path, number, text)})
    head = f"---\nname: p{number}\nsample:\n  number: {number}\n  seal: {seal(path, number, text)}\n---\n"
    return f"{head}system:\n{text}\nuser:\n{number} ends\n"


def why_not_whole(path: str, document: str) -> str | None:
    """What is wrong with the stored *document* of *path*; nothing with a file that was not sealed."""
    found: dict[str, Any] = json.loads(document)
    if "seal" in found:
        return (
            None
            if seal(path, found["number"], found["text"]) == found["seal"]
            else "torn, or of another path"
        )
    sample = found.get("frontmatter", {}).get("sample") or {}
    if "seal" in sample:
        number = sample["number"]
        body = str(found["body"])
        text, _, end = body.removeprefix("system:\n").partition("\nuser:\n")
        whole = end.strip() == f"{number} ends" and seal(path, number, text) == sample["seal"]
        return None if whole else "torn, or of another path"
    return None


def by_rename(file: Path, text: str, generator: random.Random) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(file)


def by_one_write(file: Path, text: str, generator: random.Random) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(descriptor, text.encode())
    os.close(descriptor)


def by_several_writes(file: Path, text: str, generator: random.Random) -> None:
    with file.open("w") as opened:
        for piece in _pieces(text, generator):
            opened.write(piece)
            opened.flush()


def by_several_opens(file: Path, text: str, generator: random.Random) -> None:
    file.write_text("")
    for piece in _pieces(text, generator):
        with file.open("a") as opened:
            opened.write(piece)


def _pieces(text: str, generator: random.Random) -> list[str]:
    cuts = sorted(generator.randrange(len(text)) for _ in range(generator.randrange(1, 5)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


STYLES: dict[str, Callable[[Path, str, random.Random], None]] = {
    "rename": by_rename,
    "one write": by_one_write,
    "several writes in one open": by_several_writes,
    "several opens": by_several_opens,
}
"""Those of the last one are seen in between by whoever looks; only JSON proves by itself that it is whole."""


class Scribe:
    """Edits sealed files of a project again and again, in some of the styles, until it is told to stop."""

    def __init__(
        self, root: Path, seed: int, styles: Sequence[str] = tuple(STYLES), *, mishaps: bool = True
    ) -> None:
        """With *mishaps* files are also deleted, saved broken, and renamed."""
        self.edits = 0
        self._root = root
        self._random = random.Random(seed)
        self._styles = styles
        self._mishaps = mishaps
        self._paths = [f"personas/{folder}p{number}.json" for number in range(5) for folder in ("", "team/")]
        # The beginning of a prompt is a prompt: only what is there at once is never seen half by a first scan.
        self._whole = [style for style in styles if style in ("rename", "one write")]
        self._paths += [f"prompts/p{number}.prompty" for number in range(5) if self._whole]

    def write(self, path: str) -> None:
        """Save one file in one of the styles."""
        style = self._random.choice(self._styles if path.endswith(".json") else self._whole)
        file = self._root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        self.edits += 1
        STYLES[style](file, sealed(path, self.edits, self._random), self._random)

    def write_all(self) -> None:
        for path in self._paths:
            self.write(path)

    def once(self) -> None:
        """One edit, or now and then a mishap."""
        path = self._random.choice(self._paths)
        file = self._root / path
        chance = self._random.random() if self._mishaps else 1
        if chance < 0.05:
            file.unlink(missing_ok=True)
        elif chance < 0.1 and path.endswith(".json"):
            file.write_text('{"broken": ')
        else:
            self.write(path)


@contextmanager
def scribbling(scribe: Scribe, pause_seconds: float = 0.005) -> Iterator[None]:
    """The scribe works in a thread, with a pause after each edit, until the block ends."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(pause_seconds):
            scribe.once()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
