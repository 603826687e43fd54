"""The writers of all formats: made piece by piece, from no more than one document at a time."""

from collections.abc import Iterator

import pytest

from docsync.export import FORMATS, writer
from docsync.reader import Row
from tests.export.rows import ORIGIN, row


@pytest.mark.parametrize("format_", FORMATS)
def test_a_document_is_written_before_the_next_one_is_asked_for(format_: str) -> None:
    asked = 0

    def rows() -> Iterator[Row]:
        nonlocal asked
        for number in range(3):
            asked = number + 1
            yield row(f"Person {number}")

    seen = ""
    for chunk in writer(format_)(ORIGIN, rows()):
        seen += chunk
        assert all(f"Person {number}" in seen for number in range(asked - 1))
    assert asked == 3


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="xml"):
        writer("xml")
