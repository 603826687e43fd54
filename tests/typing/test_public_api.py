"""The public API is typed as it works, and mypy refuses a caller what does not work."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.helpers.project import Project
from tests.typing.public_api import use_everything

# What a service might write by mistake. Behind each line: the code of the error that mypy must give there.
WRONG = """
from docsync import AsyncReader, PersonaService, Reader, ReaderPool, open_reader
from docsync import open_raeder  # attr-defined
from docsync.reader import Answers  # attr-defined

def use(reader: Reader) -> None:
    reader.get("persona/ana").name  # union-attr
    reader.get(7)  # arg-type
    reader.get("persona/ana", "ana")  # call-arg
    reader.find(nmae="Ana")  # call-arg
    reader.find(limit="5")  # arg-type
    reader.find("persona")  # call-arg
    reader.find()[0].nmae  # attr-defined
    reader.find()[0].name = "Ana"  # misc
    reader.search(None)  # arg-type
    reader.serach("ana")  # attr-defined
    reader.changes(1.5)  # arg-type
    reader.changes()[0].row  # attr-defined
    reader.watch(timeout="1")  # arg-type
    PersonaService("path/to/project")  # arg-type
    PersonaService(reader).by_id("ana").document  # union-attr
    PersonaService(reader).by_model("gpt-4o")  # attr-defined
    open_reader("project", "database")  # call-arg
    open_reader(database=1)  # arg-type
    reader.cached()  # call-arg
    reader.cached("persona").get("persona/ana").name  # union-attr
    ReaderPool(size="4")  # arg-type
    ReaderPool().get("persona/ana")  # attr-defined

async def use_asynchronously(reader: AsyncReader) -> None:
    (await reader.get("persona/ana")).name  # union-attr
    reader.get("persona/ana").name  # attr-defined
    await reader.find(nmae="Ana")  # call-arg
    await reader.search("ana", limit="5")  # arg-type
    await reader.interrupt()  # attr-defined
"""


def test_every_public_call_gives_what_its_type_says(project: Project) -> None:
    project.persona("personas/ana.json", name="Ana", tags=["calm"], age=30)
    project.settle()

    use_everything(project.database)


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_mypy_refuses_wrong_uses_of_the_public_names(tmp_path: Path) -> None:
    service = tmp_path / "service.py"
    service.write_text(WRONG, encoding="utf-8")

    options = ["--strict", "--config-file=", "--cache-dir=cache", "--hide-error-context", "--no-pretty"]
    mypy = subprocess.run(
        [sys.executable, "-m", "mypy", *options, service.name], cwd=tmp_path, capture_output=True, text=True
    )

    wanted = [
        (str(number), line.split("  # ")[1])
        for number, line in enumerate(WRONG.split("\n"), 1)
        if "  # " in line
    ]
    errors = [line.split(":", 2) for line in mypy.stdout.splitlines() if ": error: " in line]
    refused = [(number, text.rpartition("[")[2].rstrip("]")) for _, number, text in errors]
    assert refused == wanted, mypy.stdout + mypy.stderr
