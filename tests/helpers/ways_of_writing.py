"""Every way in which a program can give a file other content: each leaves `file` with `text`, closed, before it returns."""

import ctypes
import mmap
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.failpoints.sealed import STYLES

RENAME_EXCHANGE = 2
AT_FDCWD = -100
AT_SYMLINK_FOLLOW = 0x400
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Save:
    """One save: the file, what it is to hold, a folder outside of every collection, and chance."""

    file: Path
    text: str
    outside: Path
    random: random.Random

    def spare(self, folder: Path) -> Path:
        """A name in *folder* that no file has."""
        while (path := folder / f"spare-{self.random.randrange(10**9)}").exists():
            pass
        return path

    def draft(self, folder: Path) -> Path:
        """A closed file in *folder* with the text."""
        path = self.spare(folder)
        path.write_text(self.text)
        return path


def exchange(one: Path, other: Path) -> None:
    """Swap two names in one step: renameat2 with RENAME_EXCHANGE. Raises OSError."""
    _call(_LIBC.renameat2, AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE)


def _call(function: Callable[..., int], *arguments: int | str | Path) -> None:
    if function(*(value if isinstance(value, int) else os.fsencode(value) for value in arguments)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def replace_from_outside(save: Save) -> None:
    save.draft(save.outside).replace(save.file)


def keep_a_backup(save: Save) -> None:
    """As vim does: the old file is renamed away, a new one written, the old one deleted."""
    backup = save.file.with_name(f"{save.file.name}~")
    with suppress(FileNotFoundError):
        save.file.rename(backup)
    save.file.write_text(save.text)
    backup.unlink(missing_ok=True)


def delete_and_write(save: Save) -> None:
    save.file.unlink(missing_ok=True)
    save.file.write_text(save.text)


def link_from_outside(save: Save) -> None:
    draft = save.draft(save.outside)
    save.file.unlink(missing_ok=True)
    save.file.hardlink_to(draft)
    if save.random.random() < 0.5:
        draft.unlink()


def link_a_hidden_file(save: Save) -> None:
    draft = save.file.with_name(f".{save.file.name}.draft")
    draft.unlink(missing_ok=True)
    draft.write_text(save.text)
    save.file.unlink(missing_ok=True)
    save.file.hardlink_to(draft)
    draft.unlink()


def link_over(save: Save) -> None:
    """As `ln -f` does: a link under another name, renamed over the file."""
    draft, link = save.draft(save.outside), save.spare(save.file.parent)
    link.hardlink_to(draft)
    link.replace(save.file)
    link.unlink(missing_ok=True)  # POSIX: renaming one name of a file over another does nothing


def link_a_nameless_file(save: Save) -> None:
    """O_TMPFILE and linkat: no close is ever reported under the name."""
    descriptor = os.open(save.file.parent, os.O_TMPFILE | os.O_WRONLY, 0o644)
    os.write(descriptor, save.text.encode())
    save.file.unlink(missing_ok=True)
    _call(_LIBC.linkat, AT_FDCWD, f"/proc/self/fd/{descriptor}", AT_FDCWD, save.file, AT_SYMLINK_FOLLOW)
    os.close(descriptor)


def write_through_a_name_outside(save: Save) -> None:
    name = save.spare(save.outside)
    with suppress(FileNotFoundError):
        name.hardlink_to(save.file)
    name.write_text(save.text)
    if not save.file.exists():
        save.file.hardlink_to(name)
    name.unlink()


def write_through_a_link_outside(save: Save) -> None:
    link = save.spare(save.outside)
    link.symlink_to(save.file)
    link.write_text(save.text)
    link.unlink()


def write_mapped(save: Save) -> None:
    octets = save.text.encode()
    with save.file.open("a+b") as opened:
        opened.truncate(len(octets))
        with mmap.mmap(opened.fileno(), len(octets)) as mapped:
            mapped[:] = octets
            mapped.flush()


def restore_the_time(save: Save) -> None:
    stat = save.file.stat() if save.file.exists() else None
    save.file.write_text(save.text)
    if stat:
        os.utime(save.file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def set_an_old_time(save: Save) -> None:
    draft = save.draft(save.outside)
    os.utime(draft, (1_000_000, 1_000_000))
    shutil.copystat(draft, draft)
    draft.replace(save.file)


def overwrite_without_truncating(save: Save) -> None:
    octets = save.text.encode()
    descriptor = os.open(save.file, os.O_WRONLY | os.O_CREAT, 0o644)
    os.pwrite(descriptor, octets, 0)
    os.ftruncate(descriptor, len(octets))
    os.close(descriptor)


def copy_in_the_kernel(save: Save) -> None:
    draft = save.draft(save.outside)
    shutil.copyfile(draft, save.file)
    draft.unlink()


def exchange_files(save: Save) -> None:
    draft = save.draft(save.outside)
    if save.file.exists():
        exchange(draft, save.file)
    else:
        draft.rename(save.file)


def exchange_folders(save: Save) -> None:
    """A copy of the whole folder is made outside, and the two are swapped."""
    copy = save.spare(save.outside)
    shutil.copytree(save.file.parent, copy, symlinks=True)
    (copy / save.file.name).unlink(missing_ok=True)
    (copy / save.file.name).write_text(save.text)
    exchange(copy, save.file.parent)
    shutil.rmtree(copy)


def move_the_folder_away_and_back(save: Save) -> None:
    away = save.spare(save.outside)
    save.file.parent.rename(away)
    (away / save.file.name).unlink(missing_ok=True)
    (away / save.file.name).write_text(save.text)
    away.rename(save.file.parent)


def retarget_a_link(save: Save) -> None:
    """The file becomes a symbolic link to another file of the folder, by a rename, and is made a file again."""
    target, link = save.draft(save.file.parent), save.spare(save.file.parent)
    link.symlink_to(target.name)
    link.replace(save.file)
    target.replace(save.file)


def fill_in_a_dangling_link(save: Save) -> None:
    """A symbolic link to nothing; then its target comes, then takes the place of the link."""
    target = save.spare(save.file.parent)
    save.file.unlink(missing_ok=True)
    save.file.symlink_to(target.name)
    target.write_text(save.text)
    if save.random.random() < 0.5:
        target.replace(save.file)


def change_the_mode_last(save: Save) -> None:
    save.file.unlink(missing_ok=True)
    descriptor = os.open(save.file, os.O_WRONLY | os.O_CREAT, 0o200)
    os.write(descriptor, save.text.encode())
    os.close(descriptor)
    save.file.chmod(0o644)


def _rsync(save: Save, *options: str) -> None:
    folder = save.spare(save.outside)
    folder.mkdir()
    (folder / save.file.name).write_text(save.text)
    subprocess.run(["rsync", "-a", *options, f"{folder}/", f"{save.file.parent}/"], check=True)
    shutil.rmtree(folder)


def rsync(save: Save) -> None:
    _rsync(save)


def rsync_in_place(save: Save) -> None:
    _rsync(save, "--inplace", "--ignore-times")


def extract_an_archive(save: Save) -> None:
    folder = save.spare(save.outside)
    folder.mkdir()
    (folder / save.file.name).write_text(save.text)
    os.utime(folder / save.file.name, (1_000_000, 1_000_000))
    command = f'tar -C "{folder}" -cf - . | tar -C "{save.file.parent}" --no-overwrite-dir -xf -'
    subprocess.run(["sh", "-c", command], check=True)
    shutil.rmtree(folder)


def _in_the_style(name: str) -> Callable[[Save], None]:
    return lambda save: STYLES[name](save.file, save.text, save.random)


WAYS: dict[str, Callable[[Save], None]] = {
    **{name: _in_the_style(name) for name in STYLES},
    **{
        way.__name__.strip("_").replace("_", " "): way
        for way in (
            replace_from_outside, keep_a_backup, delete_and_write, link_from_outside, link_a_hidden_file, link_over,
            link_a_nameless_file, write_through_a_name_outside, write_through_a_link_outside, write_mapped,
            restore_the_time, set_an_old_time, overwrite_without_truncating, copy_in_the_kernel, exchange_files,
            exchange_folders, move_the_folder_away_and_back, retarget_a_link, fill_in_a_dangling_link,
            change_the_mode_last, extract_an_archive,
        )
    },
}  # fmt: skip
if shutil.which("rsync"):
    WAYS |= {"rsync": rsync, "rsync in place": rsync_in_place}
