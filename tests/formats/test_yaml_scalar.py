"""YAML scalars: what they are read as, and what is said about it."""

import pytest
import yaml

from docsync.formats.yaml_scalar import Scalar, ScalarIssue, check_plain_text, scalar_of, tag_of
from docsync.model import Severity


def scalar(text: str) -> tuple[Scalar, ScalarIssue | None]:
    event = next(event for event in yaml.parse(text) if isinstance(event, yaml.ScalarEvent))
    return scalar_of(event.value, tag_of(event))


def code_of(text: str) -> str | None:
    surprise = scalar(text)[1]
    return surprise.code if surprise else None


@pytest.mark.parametrize(
    "text", ["true", "False", "null", "~", "12", "-3", "0", "1.5", "1_000", "0x1F", "'no'", "a b", "08"]
)
def test_what_says_what_it_means_is_no_surprise(text: str) -> None:
    assert scalar(text) == (yaml.safe_load(text), None)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("NO", False, "yaml-bool"),
        ("yes", True, "yaml-bool"),
        ("on", True, "yaml-bool"),
        ("16:9", 969, "yaml-sexagesimal"),
        ("1:30.5", 90.5, "yaml-sexagesimal"),
        ("010", 8, "yaml-octal"),
        ("9223372036854775808", 2**63, "big-int"),
        ("-9223372036854775809", -(2**63) - 1, "big-int"),
    ],
)
def test_what_yaml_1_1_reads_in_its_own_way_is_warned_of(text: str, value: object, code: str) -> None:
    assert scalar(text)[0] == value == yaml.safe_load(text)
    assert code_of(text) == code


def test_the_octals_of_yaml_1_2_stay_text_with_a_warning() -> None:
    assert scalar("0o17")[0] == "0o17"
    assert check_plain_text("0o17") is not None
    assert check_plain_text("0ops") is None


@pytest.mark.parametrize(
    "text", [".nan", ".inf", "-.INF", "1.0e+999", "9" * 5000, "0x" + "f" * 4000, "1" + ":1" * 3000]
)
def test_numbers_without_a_json_form_are_errors(text: str) -> None:
    value, surprise = scalar(text)

    assert value is None
    assert surprise
    assert (surprise.code, surprise.severity) == ("yaml-number", Severity.ERROR)


@pytest.mark.parametrize(
    "text",
    ["!!int abc", "!!int ''", "!!bool abc", "!!float abc", "!!timestamp abc", "0x_", "1" + ":1" * 400 + ".5"],
)
def test_values_that_do_not_fit_their_tag_are_errors(text: str) -> None:
    assert code_of(text) == "yaml-value"


@pytest.mark.parametrize("text", ["2024-05-01", "!!timestamp 2024-05-01", "=", "!!str 12", "!!str no"])
def test_dates_signs_and_marked_texts_are_texts(text: str) -> None:
    assert isinstance(scalar(text)[0], str)
    assert code_of(text) is None
