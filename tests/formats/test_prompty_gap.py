"""What a stored prompt declares against what it uses."""

import json

import pytest

from docsync.formats import parse
from docsync.formats.format import Gaps
from docsync.formats.prompty.gap import gaps_of


def gaps(text: str) -> Gaps:
    content = parse("prompty", "a.prompty", text.encode()).content
    assert content
    return gaps_of(json.loads(content.document))


def test_undeclared_variables_and_unused_inputs_are_found() -> None:
    assert gaps("---\ninputs: {a: 1, b: 2}\n---\n{{a}} {{c}}") == Gaps(("c",), ("b",))


def test_a_sample_declares_inputs() -> None:
    assert gaps("---\nsample: {a: 1}\n---\n{{a}}") == Gaps()


def test_without_known_variables_there_are_no_gaps() -> None:
    assert gaps("---\ninputs: {a: 1}\n---\n{{ a b }}") == Gaps()


@pytest.mark.parametrize("document", [{}, {"variables": []}, {"variables": None, "inputs": []}])
def test_a_document_of_another_shape_has_no_gaps(document: dict[str, object]) -> None:
    assert gaps_of(document) == Gaps()


def test_inputs_without_a_name_are_passed_over() -> None:
    assert gaps_of({"variables": ["a"], "inputs": [{"kind": "string"}, "word", {"name": 3}]}) == Gaps(("a",))
