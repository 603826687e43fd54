"""Exports as CSV are read back character for character."""

import csv
import io
import json
import random

import pytest

from docsync.export.spreadsheet import COLUMNS, as_csv, csv_line
from tests.export.rows import ORIGIN, row


def read_back(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_columns_are_named_and_in_order() -> None:
    first, second = "".join(as_csv(ORIGIN, [row(tags=("a,b",), description="d")])).split("\r\n")[:2]

    assert first == "id,type,name,description,tags,file_path,updated_at,document"
    assert second.startswith(
        'persona/ada,persona,Ada,d,"[""a,b""]",personas/ada.json,2026-01-02T03:04:07.000Z,'
    )


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", 'a"b', "a,b", "a\nb", "a\rb", "a\r\nb", "", " x ", "é😀"]
)
def test_a_cell_is_kept_exactly(name: str) -> None:
    (found,) = read_back("".join(as_csv(ORIGIN, [row(name, description=name)])))

    assert (found["name"], found["description"]) == (name, name)
    assert json.loads(found["document"]) == {"name": name}
    assert set(found) == set(COLUMNS)


def test_random_cells_are_kept_exactly() -> None:
    seed = 20260
    print(f"seed {seed}")
    chance = random.Random(seed)
    lines = [
        ["".join(chance.choices('a,";\r\n\t =é', k=chance.randrange(6))) for _ in range(3)]
        for _ in range(500)
    ]

    text = "".join(map(csv_line, lines))

    assert list(csv.reader(io.StringIO(text, newline=""))) == lines
