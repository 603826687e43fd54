"""What is wrong is told all at once: in the order in which it was found, and each of it once."""

import pytest

from docsync.render.error import Mistake, RenderError
from docsync.render.mistake_list import MistakeList

PATH = "prompts/a.prompty"


def test_mistakes_come_in_the_order_in_which_they_were_found_and_each_once() -> None:
    mistakes = MistakeList(PATH)
    placed = Mistake("is not given", PATH, 3, 7, input_name="q")
    for _ in range(2):
        mistakes.put(placed)
        mistakes.add("names no model")
    mistakes.put(Mistake("is not given", PATH, 3, 7, input_name="p"))

    with pytest.raises(RenderError) as caught:
        mistakes.raise_all()

    assert [(one.message, one.line, one.input_name) for one in caught.value.mistakes] == [
        ("is not given", 3, "q"),
        ("names no model", None, None),
        ("is not given", 3, "p"),
    ]


def test_nothing_is_raised_where_nothing_is_wrong() -> None:
    MistakeList(PATH).raise_all()
