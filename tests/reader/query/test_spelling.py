"""How else a word may be written."""

import pytest

from docsync.reader.query.search_syntax import Term
from docsync.reader.query.spelling import list_spellings


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("invoice", set()),
        ("strasse", {"straße"}),
        ("Straße", {"strasse", "straße"}),
        ("ελλαδα", {"έλλαδα", "ελλάδα", "ελλαδά"}),
        ("Ελλάδα", {"ελλαδα", "έλλαδα", "ελλάδα", "ελλαδά"}),
        ("\u0435\u043b\u043a\u0430", {"\u0451\u043b\u043a\u0430"}),
        ("\u0438\u0306", {"\u0438", "\u0439"}),
        ("東京", set()),
    ],
)
def test_a_word_comes_first_as_it_is_and_then_as_it_may_be_written(text: str, others: set[str]) -> None:
    first, *rest = list_spellings(text)

    assert first == text
    assert set(rest) == others


@pytest.mark.parametrize("text", ["ё" * 5, "ss" * 26, "\u03b1" * 51])
def test_no_word_has_many_spellings(text: str) -> None:
    assert list_spellings(text) == (text,)
    assert len(list_spellings("\u03b1" * 50)) <= 16


def test_each_spelling_of_a_beginning_is_one() -> None:
    assert Term("strasse", is_prefix=True).match == '"strasse" * OR "straße" *'
