"""Files on disk as what is written as source, without a database; and programs that check sources."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import docsync
from docsync.cli.schema_text import read_schema
from docsync.codegen.collect import CollectionSource, Collector
from docsync.codegen.schema_shape import shape_of_schema
from docsync.codegen.source_model import CollectionTypes
from docsync.formats import parse
from tests.helpers.project import SHARED

ROOT = Path(docsync.__file__).parent.parent
CORPUS = Path(os.environ.get("DOCSYNC_CORPUS") or SHARED / "corpus")
READING_CLASS = (ROOT / "docsync" / "codegen" / "documents.ts").read_text(encoding="utf-8")
STORED_PROMPT = shape_of_schema(json.loads(read_schema("document")))

# What the generated Python uses of docsync, as long as this docsync cannot render.
STUB = """
from collections.abc import Mapping
from typing import Any

class Row:
    @property
    def document(self) -> dict[str, Any]: ...

class Call: ...

def open_reader() -> Reader: ...

class Reader:
    def __enter__(self) -> Reader: ...
    def __exit__(self, *error: object) -> None: ...
    def get(self, id_: str) -> Row | None: ...
    def render(self, id_: str, inputs: Mapping[str, Any], *, samples: bool = False) -> Call: ...
"""


@dataclass(frozen=True, slots=True)
class Doc:
    """A document without a database."""

    type: str
    id: str
    name: str
    description: str | None
    document: dict[str, Any]


def doc(id_: str, document: dict[str, Any], name: str = "") -> Doc:
    return Doc(id_.partition("/")[0], id_, name or id_, None, document)


def prompt(text: str, id_: str = "prompt/hello") -> Doc:
    """The prompt with the text *text*."""
    content = parse("prompty", "hello.prompty", text.encode()).content
    assert content
    return Doc(id_.partition("/")[0], id_, content.name, content.description, json.loads(content.document))


def read_folder(root: Path, type_: str, format_: str) -> list[Doc]:
    """The documents of the files below *root* that can be read."""
    found = []
    for path in sorted(root.rglob(f"*.{format_}")):
        content = parse(format_, path.name, path.read_bytes()).content
        if content:
            id_ = f"{type_}/{path.relative_to(root).with_suffix('').as_posix()}"
            found.append(Doc(type_, id_, content.name, content.description, json.loads(content.document)))
    return found


def collect(documents: Iterable[Doc]) -> list[CollectionTypes]:
    """The collections of *documents*: what begins with prompt is one of prompts."""
    each = list(documents)
    types = {one.type: one.type.startswith("prompt") for one in each}
    sources = [
        CollectionSource(type_, STORED_PROMPT if is_prompt else None, has_prompts=is_prompt)
        for type_, is_prompt in types.items()
    ]
    collector = Collector(sources)
    for one in each:
        collector.add(one)
    return collector.build()


def bundled() -> list[Doc]:
    return [
        *read_folder(ROOT / "personas", "persona", "json"),
        *read_folder(ROOT / "prompts", "prompt_template", "prompty"),
    ]


def corpus() -> list[Doc]:
    """The files found in the wild; skips where they are not."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    return [*read_folder(CORPUS, "persona", "json"), *read_folder(CORPUS, "prompt_template", "prompty")]


def node_modules() -> Path:
    """The npm packages that .ci/run installs; skips without TypeScript among them."""
    folder = Path(os.environ.get("DOCSYNC_NODE_MODULES") or "nowhere")
    if not (folder / "typescript").is_dir():
        pytest.skip("DOCSYNC_NODE_MODULES names no TypeScript; .ci/run shows how to install it")
    return folder


def mypy(folder: Path, **sources: str) -> list[str]:
    """What mypy --strict has to say of modules in *folder*: `module:line: code`, and `done` where nothing is wrong."""
    pytest.importorskip("mypy")
    can_render = "Call" in docsync.__all__ and hasattr(docsync.Reader, "render")
    if not can_render:
        (folder / "stub" / "docsync").mkdir(parents=True, exist_ok=True)
        (folder / "stub" / "docsync" / "__init__.pyi").write_text(STUB, encoding="utf-8")
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        "--no-error-summary",
        "--hide-error-context",
    ]
    done = subprocess.run(
        [*command, f"--cache-dir={folder / 'cache'}", *(f"{name}.py" for name in sources)],
        cwd=folder,
        env={**os.environ, "MYPYPATH": "stub"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = re.findall(r"^(\w+)\.py:(\d+): error: .*\[([a-z-]+)\]$", done.stdout, re.MULTILINE)
    if not found:
        assert done.returncode == 0, done.stdout
    return [":".join(one) for one in found]


def typescript_project(folder: Path, **sources: str) -> Path:
    """*folder* with *sources* and the packages that they import."""
    folder.mkdir(exist_ok=True)
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(node_modules())
    for name, source in sources.items():
        (folder / f"{name}.ts").write_text(source, encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    options = {
        "strict": True,
        "noUncheckedIndexedAccess": True,
        "exactOptionalPropertyTypes": True,
        "target": "es2022",
        "module": "nodenext",
        "moduleResolution": "nodenext",
        "types": ["node"],
    }
    config = {"compilerOptions": options, "files": [f"{name}.ts" for name in sources]}
    (folder / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def tsc(folder: Path, *flags: str) -> list[str]:
    """What tsc --strict has to say of the project in *folder*: `file:line: code`."""
    done = subprocess.run(
        ["node", "node_modules/typescript/bin/tsc", "--project", ".", *flags],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode in (0, 1, 2), done.stdout + done.stderr
    found = re.findall(r"^([\w./-]+)\.ts\((\d+),\d+\): error (TS\d+):", done.stdout, re.MULTILINE)
    if not found:
        assert done.returncode == 0, done.stdout
    return [":".join(one) for one in found]


def node_with(package: str) -> str | None:
    """A node that can import *package*: the one of the machine, or one among the packages."""
    for program in (shutil.which("node"), str(node_modules() / ".bin" / "node")):
        if program and Path(program).exists():
            done = subprocess.run(
                [program, "-e", f"require({package!r})"], capture_output=True, cwd=node_modules()
            )
            if done.returncode == 0:
                return program
    return None
