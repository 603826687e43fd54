"""A new format is a new file and one line: one of tables is added to a copy of docsync, and everything knows it."""

import json
import subprocess
from pathlib import Path

import pytest

from docsync.registry import FORMATS
from tests.helpers.changed_package import ChangedPackage

SHEET_FORMAT = '''
"""CSV: one row of column names, and rows of texts. Never guesses what is a number."""

import csv
import re

from docsync.formats.format import Format
from docsync.formats.naming import read_object
from docsync.formats.place import Place
from docsync.formats.source import FileRefused
from docsync.formats.written import Written
from docsync.model import ParsedFile


class SheetFormat(Format):
    """Files of one table each."""

    name = "sheet"
    version = 1

    def parse(self, source):
        reader = csv.DictReader(source.text.splitlines(keepends=True), strict=True)
        try:
            return read_object(Written(source, self.places), {"rows": list(reader)})
        except csv.Error as error:
            raise FileRefused(source.problem("sheet-syntax", str(error), len(source.text))) from None

    def places(self, source, wanted):
        header, *lines = source.text.splitlines(keepends=True)
        found = {}
        for at in wanted:
            if cell := re.fullmatch(r"rows\\[(\\d+)\\]\\.(\\w+)", at):
                row, column = int(cell[1]), header.strip().split(",").index(cell[2])
                before = [header, *lines[:row], *(text + "," for text in lines[row].split(",")[:column])]
                found[at] = Place(sum(map(len, before)), sum(map(len, before)))
        return found


FORMAT = SheetFormat()
'''
FIRST = "FORMATS: Mapping[str, str] = {\n"
LINE = '    "sheet": "docsync.formats.sheet_format",\n'
CONFIG = """
[[collections]]
type = "price"
path = "prices"
include = ["**/*.csv"]
format = "sheet"
"""


@pytest.fixture
def package(tmp_path: Path) -> ChangedPackage:
    return ChangedPackage(tmp_path / "changed")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "prices").mkdir(parents=True)
    (root / "docsync.toml").write_text(CONFIG)
    (root / "prices" / "coffee.csv").write_text("drink,price,apiKey\nespresso,2.20,\nmocha,3.10,sk-4711\n")
    return root


def test_a_format_that_is_not_there_is_refused_by_the_configuration(
    package: ChangedPackage, project: Path
) -> None:
    answer = package.run("docsync", "config", "show", cwd=project)

    assert answer.returncode == 2
    assert f'must be one of {", ".join(FORMATS)}, got "sheet"' in answer.stderr


def test_a_format_is_one_file_and_one_line(package: ChangedPackage, project: Path) -> None:
    package.write("docsync/formats/sheet_format.py", SHEET_FORMAT)
    package.replace("docsync/registry.py", FIRST, FIRST + LINE)

    def docsync(*arguments: str) -> subprocess.CompletedProcess[str]:
        return package.run("docsync", *arguments, cwd=project)

    assert docsync("config", "show").returncode == 0
    assert '"sheet"' in docsync("schema", "config").stdout
    assert docsync("check").stdout.splitlines()[0] == (
        "prices/coffee.csv:3:12: warning[literal-secret]: rows[1].apiKey: a secret seems to be written here"
    )
    assert docsync("sync").returncode == 0
    document = json.loads(docsync("get", "price/coffee", "--json").stdout)
    assert document["name"] == "coffee"
    assert [row["drink"] for row in document["document"]["rows"]] == ["espresso", "mocha"]
    assert "price/coffee" in docsync("search", "mocha").stdout
    assert "prices/coffee.csv" in docsync("problems").stdout


def test_a_broken_file_of_a_new_format_keeps_its_last_good_row(
    package: ChangedPackage, project: Path
) -> None:
    package.write("docsync/formats/sheet_format.py", SHEET_FORMAT)
    package.replace("docsync/registry.py", FIRST, FIRST + LINE)
    package.run("docsync", "sync", cwd=project)
    (project / "prices" / "coffee.csv").write_text(
        'drink,price,apiKey\n"espresso,2.20,\nmocha,3.10,sk-4711\n'
    )

    checked, synced = (
        package.run("docsync", "check", cwd=project),
        package.run("docsync", "sync", cwd=project),
    )

    assert checked.returncode == 1
    assert checked.stdout.startswith("prices/coffee.csv:4:1: error[sheet-syntax]: unexpected end of data")
    assert "error[sheet-syntax]" in synced.stdout + synced.stderr
    assert "espresso" in package.run("docsync", "get", "price/coffee", cwd=project).stdout
