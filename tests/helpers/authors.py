"""Programs that change one project at the same time, each in its own way and each with its own chance.

Whatever another one took away in the same moment is no mistake: an author goes on with the next thing.
"""

import json
import os
import random
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.helpers.ways_of_writing import WAYS, Save, exchange

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_EDITOR": "true", "GIT_SEQUENCE_EDITOR": "true",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
}  # fmt: skip
_MAX_FILES = 150


class Author:
    """Works on a folder of a project; `acts` are what it does, one at a time."""

    def __init__(self, folder: Path, outside: Path, seed: str) -> None:
        self.folder, self.outside = folder, outside
        self.random = random.Random(seed)
        self.count = 0
        self.acts: Sequence[Callable[[], None]] = ()
        folder.mkdir(parents=True, exist_ok=True)
        outside.mkdir(parents=True, exist_ok=True)

    def act(self) -> None:
        """One act, or the beginning of one that another author, or a folder with nothing in it, made impossible."""
        with suppress(OSError, IndexError, subprocess.CalledProcessError, shutil.Error):
            self.random.choice(self.acts)()

    def text(self) -> str:
        self.count += 1
        return json.dumps(
            {"name": f"N{self.random.randrange(10**6)}", "text": "x" * self.random.randrange(3000)}
        )

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*.json") if not path.is_symlink())

    def file(self) -> Path:
        files = self.files()
        if files and (len(files) > _MAX_FILES or self.random.random() < 0.7):
            return self.random.choice(files)
        return self.new()

    def new(self) -> Path:
        """A name in the folder that is free."""
        self.count += 1
        parents = [self.folder, *(path for path in sorted(self.folder.rglob("*")) if path.is_dir())]
        return self.random.choice(parents) / f"n{self.count}.json"

    def subfolder(self) -> Path:
        folders = sorted(path for path in self.folder.rglob("*") if path.is_dir() and not path.is_symlink())
        if folders and self.random.random() < 0.8:
            return self.random.choice(folders)
        self.count += 1
        made = self.folder / f"d{self.count}"
        made.mkdir()
        (made / "in.json").write_text(self.text())
        return made


class Editor(Author):
    """Saves in every way, breaks files, deletes and renames them."""

    def __init__(self, folder: Path, outside: Path, seed: str) -> None:
        super().__init__(folder, outside, seed)
        self.acts = (*[self.save] * 8, self.delete, self.rename, self.break_file, self.rename_folder)

    def save(self) -> None:
        way = self.random.choice(list(WAYS.values()))
        way(Save(self.file(), self.text(), self.outside, self.random))

    def delete(self) -> None:
        self.file().unlink()

    def rename(self) -> None:
        self.file().rename(self.new())

    def break_file(self) -> None:
        self.file().write_text('{"name": ')

    def rename_folder(self) -> None:
        self.count += 1
        self.subfolder().rename(self.folder / f"m{self.count}")


class Linker(Author):
    """Hard links, symbolic links, and names that change places."""

    def __init__(self, folder: Path, outside: Path, seed: str) -> None:
        super().__init__(folder, outside, seed)
        self.acts = (
            self.link_hard, self.link_hard_from_outside, self.write_through_any_name, self.write_through_any_name,
            self.link_softly, self.link_to_nothing, self.retarget, self.unlink, self.exchange_files,
            self.exchange_folders, self.exchange_file_and_folder, self.exchange_with_outside,
        )  # fmt: skip

    def link_hard(self) -> None:
        self.new().hardlink_to(self.file())

    def link_hard_from_outside(self) -> None:
        self.count += 1
        source = self.outside / f"o{self.count}.json"
        source.write_text(self.text())
        self.new().hardlink_to(source)

    def write_through_any_name(self) -> None:
        names = [*self.folder.rglob("*.json"), *self.outside.glob("o*.json")]
        self.random.choice(sorted(names)).write_text(self.text())

    def link_softly(self) -> None:
        self.new().symlink_to(self.random.choice(sorted(self.folder.rglob("*.json"))))

    def link_to_nothing(self) -> None:
        self.new().symlink_to(self.new().name)

    def retarget(self) -> None:
        links = sorted(path for path in self.folder.rglob("*.json") if path.is_symlink())
        link = self.random.choice(links) if links else self.new()
        draft = link.with_name(".retarget")
        draft.unlink(missing_ok=True)
        draft.symlink_to(self.file())
        draft.replace(link)

    def unlink(self) -> None:
        self.random.choice(sorted(self.folder.rglob("*.json"))).unlink()

    def exchange_files(self) -> None:
        exchange(self.file(), self.file())

    def exchange_folders(self) -> None:
        exchange(self.subfolder(), self.subfolder())

    def exchange_file_and_folder(self) -> None:
        exchange(self.file(), self.subfolder())

    def exchange_with_outside(self) -> None:
        self.count += 1
        other = self.outside / f"f{self.count}"
        other.mkdir()
        (other / "swapped.json").write_text(self.text())
        exchange(other, self.subfolder())


class Committer(Author):
    """Git in the whole project: commits, branches, checkouts, stashes, rebases."""

    def __init__(self, project: Path, folder: Path, outside: Path, seed: str) -> None:
        super().__init__(folder, outside, seed)
        self.project = project
        if not (project / ".git").exists():
            (project / ".gitignore").write_text(".docsync/\n*.log\n")
            self.git("init", "-q", "-b", "main")
            self.commit()
        self.acts = (
            *[self.write] * 3,
            self.commit,
            self.commit,
            self.branch,
            self.check_out,
            self.stash,
            self.rebase,
        )

    def git(self, *arguments: str) -> None:
        command = ["git", *arguments]
        subprocess.run(command, cwd=self.project, env=os.environ | GIT, check=True, capture_output=True)

    def write(self) -> None:
        for number in self.random.sample(range(20), 5):
            (self.folder / f"g{number}.json").write_text(self.text())

    def commit(self) -> None:
        self.git("add", "-A", str(self.folder))
        self.git("commit", "-q", "--allow-empty", "-m", f"c{self.count}")

    def branch(self) -> None:
        self.git("branch", "-f", f"b{self.random.randrange(3)}")

    def check_out(self) -> None:
        self.git("checkout", "-q", "-f", self.random.choice(("main", "b0", "b1", "b2")))

    def stash(self) -> None:
        self.git("stash", "-q")
        self.git("stash", "pop", "-q")

    def rebase(self) -> None:
        try:
            self.git("rebase", "-q", "-X", "theirs", f"b{self.random.randrange(3)}")
        except subprocess.CalledProcessError:
            self.git("rebase", "--abort")


class Mirrorer(Author):
    """Keeps a folder equal to a mirror outside: rsync, with and without new files being renamed into place."""

    def __init__(self, folder: Path, outside: Path, seed: str) -> None:
        super().__init__(folder, outside, seed)
        self.mirror = outside / "mirror"
        self.mirror.mkdir(exist_ok=True)
        self.acts = (*[self.change] * 3, self.forget, self.send, self.send_in_place)

    def change(self) -> None:
        (self.mirror / f"r{self.random.randrange(12)}.json").write_text(self.text())

    def forget(self) -> None:
        (self.mirror / f"r{self.random.randrange(12)}.json").unlink()

    def send(self) -> None:
        subprocess.run(["rsync", "-a", "--delete", f"{self.mirror}/", f"{self.folder}/"], check=True)

    def send_in_place(self) -> None:
        subprocess.run(["rsync", "-a", "--inplace", f"{self.mirror}/", f"{self.folder}/"], check=True)


class Publisher(Author):
    """A ConfigMap as Kubernetes mounts it: links to `..data/NAME`, and `..data` is swapped by a rename."""

    def __init__(self, folder: Path, outside: Path, seed: str) -> None:
        super().__init__(folder, outside, seed)
        self.acts = (self.publish,)

    def publish(self) -> None:
        self.count += 1
        version = self.folder / f"..v{self.random.randrange(10**9)}"
        version.mkdir()
        names = [f"k{number}.json" for number in self.random.sample(range(6), 4)]
        for name in names:
            (version / name).write_text(self.text())
        old = self.folder / "..data"
        before = old.resolve() if old.is_symlink() else None
        draft = self.folder / "..data_tmp"
        draft.symlink_to(version.name)
        draft.replace(old)
        for name in names:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")
        for link in sorted(self.folder.glob("k*.json")):
            if link.name not in names:
                link.unlink()
        if before is not None:
            shutil.rmtree(before)


@contextmanager
def at_work(authors: Sequence[Author], pause_seconds: float = 0.01) -> Iterator[None]:
    """All of them work at once, each in a thread, until the block ends; each ends the act that it is in."""
    stop = threading.Event()

    def work(author: Author) -> None:
        while not stop.wait(author.random.random() * pause_seconds):
            author.act()

    threads = [threading.Thread(target=work, args=(author,)) for author in authors]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
