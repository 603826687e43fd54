"""docsync types: what is written and where, and when it is old."""

import json
import os
import re
from pathlib import Path
from shutil import copy, copytree

import pytest

from docsync.codegen.python_source import python_source
from docsync.codegen.typescript_source import typescript_source
from tests.cli.conftest import PROMPT, Shell
from tests.codegen.collected import READING_CLASS, ROOT, bundled, collect

PERSONAS = '[[collections]]\ntype = "persona"\npath = "personas"\ninclude = ["**/*.json"]\nformat = "json"\n'
NOTES = '[[collections]]\ntype = "note"\npath = "notes"\ninclude = ["**/*.md"]\nformat = "markdown"\n'
PROMPTS = (
    '[[collections]]\ntype = "prompt"\npath = "prompts"\ninclude = ["**/*.prompty"]\nformat = "prompty"\n'
)
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "weight": {"type": "number"}},
    "required": ["name"],
}


@pytest.fixture
def synced(filled: Shell) -> Shell:
    filled("sync")
    return filled


def class_of(source: str, name: str) -> list[str]:
    """The lines of a class that was written, without its docstring."""
    found = re.search(rf"^class {name}\(TypedDict\):\n((?:    .+\n)+)", source, re.MULTILINE)
    assert found, source
    return [line.strip() for line in found[1].splitlines() if '"""' not in line]


@pytest.mark.parametrize(
    ("flag", "id_", "prompt"),
    [
        ("--python", '    "persona/ada",\n    "persona/grace",\n', "def render_greet("),
        ("--typescript", '  | "persona/ada"\n  | "persona/grace";\n', "export interface GreetInputs {"),
    ],
)
def test_the_source_is_printed(synced: Shell, flag: str, id_: str, prompt: str) -> None:
    answer, as_json = synced("types", flag), synced("types", flag, "--json")

    assert (answer.code, answer.err) == (0, "")
    assert id_ in answer.out
    assert prompt in answer.out
    assert as_json.json == {"language": flag.removeprefix("--"), "source": answer.out}


def test_documents_tell_their_shape(synced: Shell) -> None:
    source = synced("types", "--python").out

    assert class_of(source, "Persona") == [
        "age: int",
        "demographics: NotRequired[PersonaDemographics]",
        "name: str",
        "tags: list[str]",
    ]
    assert "frontmatter: dict[str, Any]" in class_of(source, "PromptTemplate")


def test_the_files_answer_without_a_database_and_tell_the_same(filled: Shell) -> None:
    from_files = filled("types", "--python")
    strict = filled("types", "--python", "--strict-source")
    filled("sync")

    assert (from_files.code, strict.code) == (0, 4)
    assert "answered from the files" in from_files.err
    assert filled("types", "--python").out == from_files.out == strict.out


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_the_bundled_documents_are_written_as_the_tests_of_the_source_see_them(
    shell: Shell, language: str
) -> None:
    for name in ("personas", "prompts"):
        copytree(ROOT / name, shell.root / name)
    copy(ROOT / "docsync.toml", shell.root)
    shell("sync")
    collections = collect(bundled())
    written = (
        python_source(collections) if language == "python" else typescript_source(collections, READING_CLASS)
    )

    assert shell("types", f"--{language}").out == written


def test_a_schema_tells_more_than_documents(filled: Shell) -> None:
    filled.write("schemas/persona.json", json.dumps(SCHEMA))
    filled.write("docsync.toml", f'{PERSONAS}schema = "schemas/persona.json"\n')

    assert class_of(filled("types", "--python").out, "Persona") == ["name: str", "weight: NotRequired[float]"]


def test_the_schema_of_what_has_front_matter_describes_the_front_matter(filled: Shell) -> None:
    filled.write("notes/a.md", "---\nname: A\n---\nHello\n")
    filled.write("schemas/written.json", json.dumps(SCHEMA))
    schema = 'schema = "schemas/written.json"\n'
    filled.write("docsync.toml", f"{NOTES}{schema}{PROMPTS}{schema}")
    source = filled("types", "--python").out

    for name in ("NoteFrontmatter", "PromptFrontmatter"):
        assert class_of(source, name) == ["name: str", "weight: NotRequired[float]"]
    assert "frontmatter: NoteFrontmatter" in class_of(source, "Note")
    assert "frontmatter: PromptFrontmatter" in class_of(source, "Prompt")
    assert "body_line: int" in class_of(source, "Prompt")


def test_a_schema_that_is_none_is_told_with_its_place(filled: Shell) -> None:
    filled.write("schemas/persona.json", '{"type": 1}')
    filled.write("docsync.toml", f'{PERSONAS}schema = "schemas/persona.json"\n')

    answer = filled("types", "--python")

    assert answer.code == 2
    assert "schemas/persona.json:1:" in answer.err


def test_a_collection_without_documents_has_a_type_and_any_id(filled: Shell) -> None:
    filled.write("docsync.toml", PERSONAS + NOTES)
    source = filled("types", "--python").out

    assert "NoteId: TypeAlias = str\n" in source
    assert "Note: TypeAlias = dict[str, Any]\n" in source
    assert "render" not in source


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_a_file_is_written_whole_and_only_when_it_would_change(synced: Shell, language: str) -> None:
    printed = synced("types", f"--{language}").out
    answer = synced("types", f"--{language}", "--output", "written.txt")
    file = synced.root / "written.txt"
    before = file.stat()
    written = synced("types", f"--{language}", "--output", str(file), "--json")

    assert (answer.code, answer.out) == (0, "")
    assert answer.err == "types of 3 documents to written.txt\n"
    assert file.read_text(encoding="utf-8") == printed
    assert written.json == {"language": language, "documents": 3, "output": str(file)}
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path.name for path in synced.root.iterdir() if "tmp" in path.name] == []


def test_check_says_whether_a_file_is_old_and_what_differs(synced: Shell) -> None:
    check = ("types", "--python", "--output", "types.py", "--check")
    missing = synced(*check)
    synced("types", "--python", "--output", "types.py")
    current = synced(*check)
    synced.persona("ida", age=1, tags=[])
    synced("sync")
    old = synced(*check)

    assert (missing.code, current.code, old.code) == (1, 0, 1)
    assert "types.py is not there; write it anew" in missing.err
    assert (current.out, current.err) == ("", "")
    assert old.out == '+    "persona/ida",\n'
    assert old.err == "types.py is old: 1 line new, 0 gone; write it anew: the same command without --check\n"
    assert synced(*check, "--json").json == {"output": "types.py", "current": False, "added": 1, "removed": 0}
    assert "persona/ida" not in (synced.root / "types.py").read_text(encoding="utf-8")


def test_check_shows_some_lines_of_many(synced: Shell) -> None:
    synced.write("types.py", "-- a\n@@ b\n" + "x\n" * 50)
    answer = synced("types", "--python", "--output", "types.py", "--check")

    assert answer.code == 1
    assert len(answer.out.splitlines()) == 20
    assert answer.out.startswith("--- a\n-@@ b\n-x\n")
    assert "52 gone; " in answer.err
    assert "more changed lines" in answer.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--python or --typescript"),
        (["--python", "--check"], "--output FILE"),
        (["--python", "--output", "prompts/types.prompty"], "would become a document itself"),
        (["--python", "--output", ".docsync/docsync.db"], "is the database"),
        (["--python", "--output", "nowhere/types.py"], "no such folder"),
        (["--python", "--output", "pipe"], "not a regular file"),
    ],
)
def test_what_cannot_be_done_is_a_usage_error(synced: Shell, arguments: list[str], told: str) -> None:
    os.mkfifo(synced.root / "pipe")
    answer = synced("types", *arguments)

    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err


def test_outside_of_a_project_there_is_nothing_to_write(shell: Shell) -> None:
    answer = shell("types", "--python")

    assert answer.code == 2
    assert "docsync init" in answer.err


def test_a_broken_prompt_keeps_its_last_good_inputs(synced: Shell, tmp_path: Path) -> None:
    before = synced("types", "--python").out
    synced.write("prompts/greet.prompty", PROMPT.replace("name: Greet", "name: [Greet"))
    synced("sync")

    assert synced("types", "--python").out == before
