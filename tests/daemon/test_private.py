"""Private stays private: whatever modes and umask are, nobody reads through docsync what the folders do not give."""

import importlib
import itertools
import os
import pkgutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import pytest

import docsync
from docsync.cli.command_line import run
from docsync.permission import Mode
from tests.daemon.running import Daemon
from tests.helpers.project import Tell
from tests.helpers.user import (
    GROUP,
    NEEDS_ROOT,
    OWNER,
    READERS,
    STRANGER,
    User,
    demand_that_users_can_read_docsync,
    find_python_of_users,
)

pytestmark = NEEDS_ROOT

SECRET = "vellum-hedgehog-4711"
QUIET = {"DOCSYNC_ADMIN__ENABLED": "false", "DOCSYNC_WATCH__DEBOUNCE_MS": "50"}
FILES, FOLDERS, ABOVE = (0o600, 0o640, 0o644, 0o604), (0o700, 0o750, 0o755), (0o700, 0o750, 0o711, 0o755)
UMASKS = (0o000, 0o022, 0o077)


@dataclass(frozen=True, slots=True)
class Cell:
    """The modes of the folder above the project, of the collection's folder, of its file, and the umask."""

    above: int
    folder: int
    file: int
    umask: int

    def gives_all(self) -> bool:
        return (self.above & 0o1, self.folder & 0o5, self.file & 0o44) == (0o1, 0o5, 0o44)

    def __str__(self) -> str:
        return f"above {self.above:o}, folder {self.folder:o}, file {self.file:o}, umask {self.umask:03o}"


CELLS = [Cell(*modes) for modes in itertools.product(ABOVE, FOLDERS, FILES, UMASKS)]
LONG = os.environ.get("DOCSYNC_LONG") == "1"
TRIED = CELLS if LONG else CELLS[::5]
"""Every fifth has each mode and each umask."""


@contextmanager
def project_of(cell: Cell, toml: str = "") -> Iterator[Path]:
    """A project of OWNER and GROUP with one document."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        above = Path(name)
        root, elsewhere = above / "project", above / "elsewhere"
        (root / "personas").mkdir(parents=True)
        (root / "prompts").mkdir()
        elsewhere.mkdir()
        (root / "docsync.toml").write_text(toml)
        (root / "personas/ada.json").write_text(f'{{"name": "{SECRET}"}}')
        for path in (above, *above.rglob("*")):
            os.chown(path, OWNER.uid, GROUP)
            path.chmod(0o755 if path.is_dir() else 0o644)
        (root / "prompts").chmod(cell.folder)
        (root / "personas/ada.json").chmod(cell.file)
        (root / "personas").chmod(cell.folder)
        above.chmod(cell.above)
        yield root


def finds_secret(place: Path) -> bool:
    """True when the secret is in the file *place*, or in a file of the folder, and may be read."""
    with suppress(OSError):
        return any(map(holds_secret, place.iterdir() if place.is_dir() else [place]))
    return False


def holds_secret(file: Path) -> bool:
    with suppress(OSError):
        return file.is_file() and SECRET.encode() in file.read_bytes()
    return False


def reads_in_folders(root: Path) -> bool:
    with suppress(OSError):
        return os.listdir(root / "personas") == ["ada.json"] and finds_secret(root / "personas/ada.json")
    return False


def commands_in(root: Path) -> list[list[str]]:
    """Sync, back up and export, into the project and out of it."""
    places = (root, root.parent / "elsewhere")
    backups = [["backup", str(place / "kept.db")] for place in places]
    return [["sync"], *backups, *(["export", "--out", str(place / "all.json")] for place in places)]


def write_all(root: Path) -> list[int]:
    """Carry all of that out: the exit codes."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    return [run(["-C", str(root), *command], QUIET) for command in commands_in(root)]


def load_all() -> None:
    """Import all that a child will need: it may not be allowed to read it."""
    for module in pkgutil.walk_packages(docsync.__path__, "docsync."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    with project_of(CELLS[0]) as root:
        for command in commands_in(root):
            assert run(["-C", str(root), "--quiet", *command], QUIET) == 0, command


@pytest.mark.timeout(600)
def test_no_cell_of_the_matrix_gives_more_than_the_folders(tell: Tell) -> None:
    demand_that_users_can_read_docsync()
    load_all()
    looks, shared = 0, 0
    for cell in TRIED:
        with project_of(cell) as root:
            assert OWNER.ask(partial(write_all, root), cell.umask) == [0] * 5, str(cell)
            elsewhere = root.parent / "elsewhere"
            mode = stat.S_IMODE((root / ".docsync/docsync.db").stat().st_mode)
            for reader in READERS:
                given = reader.ask(partial(reads_in_folders, root))
                places = [root / ".docsync", root / "kept.db", root / "all.json"]
                got = [reader.ask(partial(finds_secret, place)) for place in places]
                assert given or not any(got), f"{reader.name}: {cell}: {got}"
                out = [reader.ask(partial(finds_secret, f)) for f in elsewhere.iterdir()]
                assert any(out) == (reader.uid in (0, OWNER.uid)), f"{reader.name}: {cell}: {out}"
                looks += len(got) + len(out)
                if reader is STRANGER and all(got):
                    shared += 1
            assert mode in {kind.file_bits for kind in Mode}
    assert shared == sum(cell.gives_all() for cell in TRIED) > 0, "what all may read is shared"
    tell(
        f"{len(TRIED)} trees, {looks} looks by {len(READERS)} users: 0 gave more; {shared} trees were shared"
    )


@contextmanager
def daemon_of(root: Path) -> Iterator[int]:
    """A daemon of OWNER; its port."""
    port = free_port()
    python, environ = find_python_of_users()
    environ = os.environ | environ | {"DOCSYNC_ADMIN__PORT": str(port)}
    process = subprocess.Popen(
        [python, "-m", "docsync", "run"],
        cwd=root,
        env=environ,
        user=OWNER.uid,
        group=OWNER.gid,
        extra_groups=list(OWNER.groups),
        umask=0,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        Daemon(root).until(lambda: process.poll() is not None or ready(port))
        assert process.poll() is None, process.stderr and process.stderr.read()
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(port: int) -> bool:
    with suppress(OSError):
        return ask(port, "/readyz")[0] == 200
    return False


def ask(port: int, path: str, token: str | None = None) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        connection.request("GET", path, None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def asks_socket(root: Path) -> bool:
    """True when the daemon answers on its Unix socket."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(10)
        peer.connect(str(root / ".docsync/docsync.sock"))
        peer.sendall(b"GET /v1/documents HTTP/1.1\r\nHost: x\r\n\r\n")
        return b" 200 " in peer.recv(100)
    return False


@pytest.mark.parametrize(
    ("cell", "toml", "opened"),
    [
        (Cell(0o755, 0o755, 0o644, 0), "", True),
        (Cell(0o755, 0o755, 0o644, 0), '[database]\nmode = "private"\n', False),
        (Cell(0o755, 0o755, 0o640, 0), "", False),
        (Cell(0o755, 0o700, 0o644, 0), "", False),
        (Cell(0o700, 0o755, 0o644, 0), "", False),
        (Cell(0o755, 0o755, 0o600, 0), '[database]\nmode = "shared"\n', True),
    ],
)
def test_content_over_tcp_is_for_those_with_the_token_where_not_all_may_read(
    cell: Cell, toml: str, *, opened: bool
) -> None:
    with project_of(cell, toml) as root, daemon_of(root) as port:
        status, text = ask(port, "/v1/documents")
        assert (status == 200, SECRET in text) == (opened, opened)
        for path in ("/livez", "/readyz?verbose", "/health", "/metrics", "/v1/status", "/"):
            status, text = ask(port, path)
            assert (status, SECRET in text, opened or str(root) in text) == (200, False, opened), path
        read_token = (root / ".docsync/token").read_text
        tokens: list[User] = [
            user for user in READERS if user.ask(partial(os.access, root / ".docsync/token", os.R_OK))
        ]
        assert [user.name for user in tokens] == ["root", "owner"]
        assert SECRET in ask(port, "/v1/documents", read_token().strip())[1]
        assert [user.name for user in READERS if user.ask(partial(asks_socket, root))] == ["root", "owner"]
        private = {"docsync.sock", "token", "daemon.json", "lock", "holder.json"}
        bits = {path.name: path.stat().st_mode & 0o077 for path in (root / ".docsync").iterdir()}
        assert {name for name, others in bits.items() if name in private and others} == set()
