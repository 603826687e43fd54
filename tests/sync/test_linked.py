"""Files that come into the tree by another way than being written there: whoever waits finds them.

Of a name that link(2) makes nobody hears that its file was closed, for that was long ago or is under another name.
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.project import Project
from tests.sync.scene import Scene, watched

NEW = "personas/new.json"
PROMPT = "prompts/new.prompty"
TEXT = "---\nname: new\n---\nsystem:\n" + "You answer politely.\n" * 20


@pytest.fixture
def scene(project: Project) -> Iterator[Scene]:
    project.persona("outside/new.json", name="new")
    project.persona("outside/folder/new.json", name="new")
    project.persona("personas/old.json", name="old")
    project.persona("personas/.hidden.json", name="new")
    with watched(project) as scene:
        yield scene


def link_unnamed(root: Path, path: str, text: str) -> int:
    """Write a file without a name and link it in; it stays open. Returns its descriptor."""
    try:
        descriptor = os.open((root / path).parent, os.O_TMPFILE | os.O_RDWR)
    except OSError:
        pytest.skip("there are no files without a name here")
    os.write(descriptor, text.encode())
    top = os.open("/", os.O_PATH)  # without a folder Python links the link in /proc itself
    os.link(f"proc/self/fd/{descriptor}", root / path, src_dir_fd=top, follow_symlinks=True)
    os.close(top)
    return descriptor


def run(root: Path, *command: str) -> None:
    subprocess.run(command, cwd=root, check=True)


def link_unnamed_and_close(root: Path) -> None:
    os.close(link_unnamed(root, NEW, '{"name": "new"}'))


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))  # a path of its own may be too long for an address


def move_a_link_in(root: Path) -> None:
    os.link(root / "outside/new.json", root / "linked")
    (root / "linked").rename(root / NEW)


def move_a_folder_with_links_in(root: Path) -> None:
    run(root, "cp", "-rl", "outside/folder", "linked")
    (root / "linked").rename(root / "personas/linked")


def write_to_a_new_link(root: Path) -> None:
    os.link(root / "outside/new.json", root / NEW)
    (root / NEW).write_text('{"name": "new", "again": true}')


def write_to_the_other_name_of_a_new_link(root: Path) -> None:
    (root / "outside/new.json").write_text('{"name": "older"}')
    os.link(root / "outside/new.json", root / NEW)
    (root / "outside/new.json").write_text('{"name": "new", "again": true}')


WAYS: dict[str, Callable[[Path], None]] = {
    "ln": lambda root: run(root, "ln", "outside/new.json", NEW),
    "ln -f over an older one": lambda root: run(root, "ln", "-f", "outside/new.json", "personas/old.json"),
    "cp -l": lambda root: run(root, "cp", "-l", "outside/new.json", NEW),
    "cp -rl of a folder": lambda root: run(root, "cp", "-rl", "outside/folder", "personas/folder"),
    "a second name inside": lambda root: run(root, "ln", "personas/.hidden.json", NEW),
    "a file that had no name": link_unnamed_and_close,
    "a linked file moved in": move_a_link_in,
    "a folder with links moved in": move_a_folder_with_links_in,
    "a link that is written": write_to_a_new_link,
    "a link written through its other name": write_to_the_other_name_of_a_new_link,
}


@pytest.mark.parametrize("way", WAYS)
def test_what_a_link_brought_is_there_when_a_wait_returns(scene: Scene, way: str) -> None:
    WAYS[way](scene.project.root)
    assert scene.barrier.wait()
    asked = scene.ask()
    scene.step()  # time stands still: nothing settles, and no debounce time ends
    assert scene.answer(asked)
    assert "new" in scene.project.names().values()


@pytest.mark.parametrize("make", [os.mkfifo, make_socket])
def test_what_is_no_file_is_listed_when_a_wait_returns_for_nobody_writes_it(
    scene: Scene, make: Callable[[Path], None]
) -> None:
    make(scene.project.root / NEW)
    assert scene.barrier.wait()
    asked = scene.ask()
    scene.step()
    assert scene.answer(asked)
    assert scene.project.query("SELECT file_path, code FROM problems") == [(NEW, "skipped")]


def test_a_link_to_a_file_that_is_written_still_is_not_waited_for(scene: Scene) -> None:
    root = scene.project.root
    with (root / "outside/new.prompty").open("w") as file:
        file.write(TEXT[: len(TEXT) * 3 // 4])
        file.flush()
        os.link(root / "outside/new.prompty", root / PROMPT)
        assert scene.barrier.wait()
        asked = scene.ask()
        scene.step()
        assert scene.answer(asked)
        assert PROMPT not in scene.project.paths()
        file.write(TEXT[len(TEXT) * 3 // 4 :])
    scene.step()
    asked = scene.ask()
    scene.step()
    assert scene.answer(asked)
    (document,) = scene.project.query("SELECT document FROM documents WHERE file_path = ?", PROMPT)[0]
    assert json.loads(document)["body"].count("politely") == 20


def test_a_file_without_a_name_that_is_open_still_is_not_waited_for(scene: Scene) -> None:
    descriptor = link_unnamed(scene.project.root, PROMPT, TEXT[: len(TEXT) * 3 // 4])
    try:
        assert scene.barrier.wait()
        asked = scene.ask()
        scene.step()
        assert scene.answer(asked)
        assert scene.project.paths() == ["personas/old.json"]
    finally:
        os.close(descriptor)


def test_a_rescan_does_not_take_half_of_a_file_that_another_name_is_written_through(scene: Scene) -> None:
    root = scene.project.root
    scene.project.write("outside/new.prompty", TEXT)
    scene.do(lambda: os.link(root / "outside/new.prompty", root / PROMPT))
    scene.settle()
    with (root / "outside/new.prompty").open("w") as file:
        file.write(TEXT.replace("name: new", "name: newer")[: len(TEXT) * 3 // 4])
        file.flush()
        scene.inbox.requests()
        scene.project.sync()
        assert scene.project.names()[PROMPT] == "new"


def test_a_wait_at_a_folder_or_a_file_reads_it_whatever_was_heard(scene: Scene) -> None:
    root = scene.project.root
    os.link(root / "personas/old.json", root / "elsewhere.json")
    scene.settle()
    for number, scope in enumerate(("personas/old.json", "personas")):
        (root / "elsewhere.json").write_text(json.dumps({"name": f"other {number}"}))
        asked = scene.ask(scope)
        scene.step()
        assert scene.answer(asked)
        assert scene.project.names() == {"personas/old.json": f"other {number}"}


def test_a_copy_that_is_under_way_is_not_waited_for(scene: Scene) -> None:
    root = scene.project.root
    with (root / "outside/new.json").open("rb") as source, (root / NEW).open("wb") as target:
        target.write(source.read(3))
        target.flush()
        assert scene.barrier.wait()
        asked = scene.ask()
        scene.step()
        assert scene.answer(asked)
        assert NEW not in scene.project.paths()
        source.seek(3)
        shutil.copyfileobj(source, target)


def test_a_wait_at_a_link_reads_the_document_that_it_leads_to_under_each_name(scene: Scene) -> None:
    root = scene.project.root
    scene.do(lambda: os.symlink("old.json", root / "personas/way.json"))
    scene.do(lambda: os.symlink("way.json", root / "personas/link.json"))
    scene.until(5000)
    os.link(root / "personas/old.json", root / "elsewhere.json")
    (root / "elsewhere.json").write_text(json.dumps({"name": "other"}))
    asked = scene.ask("personas/link.json")
    scene.step()
    assert scene.answer(asked)
    assert set(scene.project.names().values()) == {"other"}


@pytest.mark.parametrize("name", ["personas/notes.txt", "prompts/notes.txt"])
def test_a_write_through_a_name_that_is_no_document_is_heard(scene: Scene, name: str) -> None:
    """The kernel tells of the new name only: it leads to the document, which is followed from then on."""
    root = scene.project.root
    scene.until(5000)
    scene.do(lambda: os.link(root / "personas/old.json", root / name))
    scene.until(10_000)
    scene.do(lambda: (root / name).write_text('{"name": "written"}'))
    scene.until(11_000)
    assert scene.project.names()["personas/old.json"] == "written"
