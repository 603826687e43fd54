"""A host that has only the database renders every prompt as one that has the folder: what is taken in is in the rows."""

import shutil
from pathlib import Path

from docsync.model import Timing
from docsync.names import Collection
from docsync.reader import Reader, open_reader
from docsync.render.error import RenderError
from docsync.render.message import Message
from docsync.render.render import load_nothing
from docsync.sync.setup import Settings
from docsync.upkeep.one_shot import ignore_repair, sync_once
from tests.helpers.project import Tell
from tests.render.made import Case
from tests.render.prompt import CORPUS, ROOT, needs_corpus

SETTINGS = """[[collections]]
type = "prompt_template"
path = "prompts"
include = ["**/*.prompty"]
format = "prompty"
"""


def outcome(reader: Reader, id_: str) -> tuple[Message, ...] | str:
    """The messages of a prompt with its samples, else with made values; else what is wrong with it."""
    row = reader.get(id_)
    assert row is not None
    try:
        return reader.render(id_, samples=True).messages
    except RenderError as error:
        told = str(error)
    values = Case(row.file_path, row.document, load_nothing).values(lambda name: f"a {name}")
    try:
        return reader.render(id_, values).messages
    except RenderError:
        return told


def render_both(root: Path, alone: Path) -> tuple[int, int, int]:
    """How many prompts of *root* there are, take in files, and render; every one alike without the folder."""
    (root / "docsync.toml").write_text(SETTINGS)
    collection = Collection("prompt_template", "prompts", ("**/*.prompty",), "prompty")
    database = root / ".docsync/docsync.db"
    database.parent.mkdir()
    sync_once(Settings(root, (collection,), Timing(0, 0, 0)), database, None, ignore_repair)
    with open_reader(root, source="files") as files:
        rows = list(files.find())
        before = {row.id: outcome(files, row.id) for row in rows}
    alone.mkdir()
    for name in ("docsync.db", "docsync.db-wal"):
        if (database.parent / name).exists():
            shutil.move(database.parent / name, alone / name)
    shutil.rmtree(root)
    with open_reader(database=alone / "docsync.db") as reader:
        after = {row.id: outcome(reader, row.id) for row in rows}
    assert after == before
    return (
        len(rows),
        sum(bool(row.assets) for row in rows),
        sum(not isinstance(one, str) for one in before.values()),
    )


def test_the_bundled_prompts(tmp_path: Path, tell: Tell) -> None:
    shutil.copytree(ROOT / "prompts", tmp_path / "project/prompts")
    prompts, taking, rendered = render_both(tmp_path / "project", tmp_path / "alone")
    tell(
        f"only the database, bundled: {prompts} prompts, {taking} take in files, {rendered} rendered, 0 other than before"
    )
    assert (taking, rendered) == (2, prompts)


@needs_corpus
def test_the_prompts_of_the_corpus(tmp_path: Path, tell: Tell) -> None:
    shutil.copytree(CORPUS, tmp_path / "project/prompts", symlinks=True)
    prompts, taking, rendered = render_both(tmp_path / "project", tmp_path / "alone")
    tell(
        f"only the database, corpus: {prompts} prompts, {taking} take in files, {rendered} rendered, 0 other than before"
    )
    assert taking > 20
    assert rendered >= 0.95 * prompts
