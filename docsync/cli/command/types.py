"""`docsync types`: documents as types of Python or TypeScript. Writes nothing but that file."""

import json
from collections.abc import Iterator
from difflib import unified_diff
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync.cli.atomic_write import output_access, resolve_output, write_whole
from docsync.cli.flags import command, pass_session
from docsync.cli.pages import page_documents
from docsync.cli.read_options import exit_code, open_documents, strict_source
from docsync.cli.schema_text import read_schema as read_own_schema
from docsync.cli.session import Session
from docsync.cli.view.text import count_noun
from docsync.errors import ExitCode, UsageError
from docsync.names import Collection, to_printable
from docsync.regular_file import read_regular

if TYPE_CHECKING:
    from docsync.cli.project import Project
    from docsync.codegen.collect import CollectionSource
    from docsync.codegen.source_model import CollectionTypes
    from docsync.reader import Reader
    from docsync.reader.query.find import FindArguments

PYTHON, TYPESCRIPT = "python", "typescript"
_MAX_FILE_BYTES = 256 * 1024 * 1024
_SHOWN_LINES = 20
# Documents that are front matter and a body keep what was written in a member of that name.
_WITH_FRONT_MATTER = ("prompty", "markdown")


@command
@click.option("--python", "language", flag_value=PYTHON, help="TypedDicts, and a function for each prompt.")
@click.option("--typescript", "language", flag_value=TYPESCRIPT, help="Interfaces, and a class that reads.")
@click.option(
    "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write to FILE."
)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if FILE is old.")
@strict_source
@pass_session
def types_command(
    session: Session, language: str | None, output: Path | None, *, only_check: bool, strict_source: bool
) -> int:
    """Print the documents as types, for editors and type checkers.

    Says which ids there are, what the documents of each collection hold (by its JSON Schema, if it has one),
    and which inputs each prompt wants. The same documents always give the same text.
    """
    if language is None:
        raise UsageError("say which language: --python or --typescript")
    if only_check and output is None:
        raise UsageError("--check compares with a file: name it with --output FILE")
    project = session.project().demand()
    place = None if output is None else resolve_output(session.here / output, project)
    with open_documents(session) as reader:
        collections = reader.in_one_state(lambda: _collect(reader, project))
    source = _write_source(language, collections)
    code = exit_code(reader, strict=strict_source)
    if output is None or place is None:
        _print_source(session, language, source)
        return code
    if only_check:
        return _compare(session, output, _read(place), source) or code
    if _read(place) != source:
        write_whole(place, output_access(place, project), [source])
    documents = sum(len(one.ids) for one in collections)
    session.out.answer({"language": language, "documents": documents, "output": str(output)}, [])
    session.out.remark(f"types of {count_noun(documents, 'document')} to {to_printable(str(output))}")
    return code


def _collect(reader: "Reader", project: "Project") -> "list[CollectionTypes]":
    from docsync.codegen.collect import Collector

    collector = Collector(_describe(project, one) for one in project.config.collections)
    asked: FindArguments = {}
    for row in page_documents(reader, asked, whole=True):
        collector.add(row.make_row())
    return collector.build()


def _describe(project: "Project", collection: Collection) -> "CollectionSource":
    """What the configuration knows of a collection. Raises ConfigError for a schema that is none."""
    from docsync.codegen.collect import CollectionSource
    from docsync.codegen.schema_shape import shape_of_schema
    from docsync.lint.schema import compile_schema
    from docsync.sync.setup import read_schema

    has_prompts = collection.format == "prompty"
    stored = shape_of_schema(json.loads(read_own_schema("document"))) if has_prompts else None
    octets = read_schema(project.root, collection)
    if octets is None:
        return CollectionSource(collection.type, stored, has_prompts=has_prompts)
    compile_schema(to_printable(collection.schema or ""), octets)  # says where it is none
    written = shape_of_schema(json.loads(octets.decode("utf-8-sig")))
    if collection.format in _WITH_FRONT_MATTER:
        return CollectionSource(collection.type, stored, written, has_prompts=has_prompts)
    return CollectionSource(collection.type, written)


def _write_source(language: str, collections: "list[CollectionTypes]") -> str:
    if language == PYTHON:
        from docsync.codegen.python_source import python_source

        return python_source(collections)
    from docsync.codegen.typescript_source import typescript_source

    return typescript_source(
        collections, files("docsync").joinpath("codegen", "documents.ts").read_text("utf-8")
    )


def _print_source(session: Session, language: str, source: str) -> None:
    if session.json:
        session.out.answer({"language": language, "source": source}, [])
    else:
        session.out.file([source])


def _read(place: Path) -> str | None:
    """What *place* holds, None where nothing is."""
    try:
        return read_regular(place, _MAX_FILE_BYTES).octets.decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{to_printable(str(place))}: cannot be read: {error.strerror}") from None


def _compare(session: Session, output: Path, there: str | None, source: str) -> int:
    """Say whether *output*, which has the text *there*, is as it would be written now."""
    changed = list(_list_changes(there or "", source))
    added = sum(line.startswith("+") for line in changed)
    removed = len(changed) - added
    is_current = there == source
    value = {"output": str(output), "current": is_current, "added": added, "removed": removed}
    session.out.answer(value, [] if is_current else changed[:_SHOWN_LINES])
    if is_current:
        return 0
    shown = to_printable(str(output))
    more = f"; {len(changed) - _SHOWN_LINES} more changed lines" if len(changed) > _SHOWN_LINES else ""
    state = (
        "is not there" if there is None else f"is old: {count_noun(added, 'line')} new, {removed} gone{more}"
    )
    session.out.remark(f"{shown} {state}; write it anew: the same command without --check")
    return ExitCode.FOUND


def _list_changes(there: str, source: str) -> Iterator[str]:
    """The lines that differ, with + or - in front."""
    pieces = unified_diff(there.splitlines(), source.splitlines(), lineterm="", n=0)
    yield from (line for line in islice(pieces, 2, None) if not line.startswith("@@"))
