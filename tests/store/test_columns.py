"""The columns of documents are declared once, and everything that names them knows all of them."""

import hashlib
import json
from dataclasses import fields

from docsync.model import Content
from docsync.reader import Row
from docsync.store.columns import COLUMNS, READING_ORDER, Use, columns_for
from docsync.store.connection import open_memory
from docsync.store.document_rows import row_hash


def test_the_table_has_the_columns_that_are_declared_and_their_hash() -> None:
    with open_memory() as connection:
        table = {str(row[1]) for row in connection.execute("PRAGMA table_info(documents)")}
    assert table == {*COLUMNS, "row_hash"}


def test_the_hash_covers_the_columns_in_the_order_that_it_had_from_the_first_release_on() -> None:
    """A row keeps its hash when a column is added behind them; in another order every row would seem damaged."""
    assert COLUMNS[:12] == (
        "id", "type", "name", "document", "file_path", "file_modified", "created_at", "updated_at",
        "description", "tags", "content_hash", "revision",
    )  # fmt: skip


def test_a_reader_gives_every_column_in_its_order() -> None:
    assert tuple(field.name for field in fields(Row))[: len(COLUMNS)] == COLUMNS


def test_what_files_say_is_a_field_of_the_content() -> None:
    assert {*columns_for(Use.CONTENT)} <= {field.name for field in fields(Content)}
    assert {*columns_for(Use.LIST)} <= {*columns_for(Use.CONTENT)}


def test_people_read_first_what_a_document_says() -> None:
    assert sorted(READING_ORDER) == sorted(COLUMNS)
    assert READING_ORDER[:6] == ("id", "type", "name", "document", "description", "tags")


def test_a_row_has_the_hash_of_its_json_whatever_it_holds() -> None:
    """Databases of every release hold hashes that the module json made the text of."""
    characters = [chr(code) for code in range(0x11000)] + ["\U0001f600", "\ud83d"]
    rows: list[tuple[object, ...]] = [("a", one + "b", None, -(2**63), 2**63 - 1, 0) for one in characters]
    for row in [*rows, (b"\xff", "x"), ()]:
        text = json.dumps(row, ensure_ascii=False, default=repr)
        assert row_hash(row) == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), row
