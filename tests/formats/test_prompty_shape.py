"""Values of unknown shape."""

import pytest

from docsync.formats.prompty.shape import mapping, rename_keys, scalar_text, text, texts


def test_only_a_mapping_is_a_mapping() -> None:
    assert mapping({"a": 1}) == {"a": 1}
    assert mapping([1]) == mapping(None) == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" a ", "a"), (" ", None), (1, "1"), (1.5, "1.5"), (True, None), (None, None), ([], None)],
)
def test_numbers_count_as_text_and_truth_does_not(value: object, expected: str | None) -> None:
    assert scalar_text(value) == expected
    assert text(value) == (expected if isinstance(value, str) else None)


def test_texts_are_taken_once_from_lists_and_alone() -> None:
    assert texts([" a", "b", 3, "a", ""]) == ["a", "b"]
    assert texts("a") == ["a"]
    assert texts(None) == []


def test_keys_are_renamed_in_place_unless_the_new_name_is_there() -> None:
    assert list(rename_keys({"x": 1, "a": 2, "y": 3}, {"a": "b"}).items()) == [("x", 1), ("b", 2), ("y", 3)]
    assert rename_keys({"a": 1, "b": 2}, {"a": "b"}) == {"a": 1, "b": 2}
