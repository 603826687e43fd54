"""Names in source code for what documents call otherwise."""

import keyword

import pytest

from docsync.codegen.name import KEYWORDS, digest, make_distinct, name_parameters, to_camel, to_snake


@pytest.mark.parametrize(
    ("text", "snake", "camel"),
    [
        ("support/reply-to-customer", "support_reply_to_customer", "SupportReplyToCustomer"),
        ("prompt_template", "prompt_template", "PromptTemplate"),
        ("ageGroup", "age_group", "AgeGroup"),
        ("v1.2 draft", "v1_2_draft", "V12Draft"),
    ],
)
def test_a_name_is_made_of_the_words_of_a_text(text: str, snake: str, camel: str) -> None:
    assert (to_snake(text), to_camel(text)) == (snake, camel)


@pytest.mark.parametrize("text", ["café", "日本", "", "a+b", "-"])
def test_a_text_that_loses_a_character_has_a_suffix_of_its_own(text: str) -> None:
    assert to_snake(text).endswith(digest(text))
    assert to_camel(text).endswith(digest(text))
    assert to_snake(text).isascii()


def test_those_that_want_one_name_all_get_a_suffix_that_does_not_depend_on_others() -> None:
    two = make_distinct({"a-b": "ab", "a_b": "ab", "c": "c"})
    three = make_distinct({"a/b": "ab", "a_b": "ab", "a-b": "ab", "c": "c"})

    assert two == {"a-b": f"ab_{digest('a-b')}", "a_b": f"ab_{digest('a_b')}", "c": "c"}
    assert two.items() <= three.items()


def test_a_name_that_is_taken_gets_a_suffix() -> None:
    assert make_distinct({"row": "Row"}, {"Row"}) == {"row": f"Row_{digest('row')}"}


def test_a_suffix_that_meets_another_name_becomes_longer() -> None:
    unlucky = f"ab_{digest('a-b')}"
    names = make_distinct({"a-b": "ab", "a_b": "ab", unlucky: unlucky})

    assert len(set(names.values())) == 3


def test_a_parameter_is_called_as_the_input_wherever_it_can_be() -> None:
    names = name_parameters(
        ["question", "class", "reader", "first-name", "2nd", "agentName", "a_b", "a-b"], ["reader"]
    )

    assert names == {
        "question": "question",
        "class": "class_",
        "reader": "reader_",
        "first-name": "first_name",
        "2nd": "input_2nd",
        "agentName": "agentName",
        "a_b": "a_b",
        "a-b": f"a_b_{digest('a-b')}",
    }


def test_the_keywords_are_those_of_python() -> None:
    assert set(keyword.kwlist) == KEYWORDS
