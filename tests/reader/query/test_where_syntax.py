"""Conditions as people write them on a command line or in a URL."""

import contextlib
import random

import pytest

from docsync.errors import UsageError
from docsync.reader.query.where_sql import WrittenNumber, conditions
from docsync.reader.query.where_syntax import parse_where


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("demographics.ageGroup=60+", {"demographics.ageGroup": {"=": "60+"}}),
        ("name = Ana Maria ", {"name": {"=": "Ana Maria"}}),
        ("name=", {"name": {"=": ""}}),
        ("a=b=c", {"a": {"=": "b=c"}}),
        ("age<=30", {"age": {"<=": WrittenNumber(30, "30")}}),
        ("age>-1.5e3", {"age": {">": WrittenNumber(-1500.0, "-1.5e3")}}),
        ("created>=2024-01-01", {"created": {">=": "2024-01-01"}}),
        ("age=30", {"age": {"in": [30, "30"]}}),
        ('age="30"', {"age": {"=": "30"}}),
        ("zip=007", {"zip": {"=": "007"}}),
        ("a!=5", {"a": {"not in": [5, "5"]}}),
        ("a!=b", {"a": {"!=": "b"}}),
        ("n=true", {"n": {"=": True}}),
        ("n!=null", {"n": {"!=": None}}),
        ("n=True", {"n": {"=": "True"}}),
        ("n=NaN", {"n": {"=": "NaN"}}),
        ("tags contains calm", {"tags": {"contains": "calm"}}),
        ("tags  contains  very calm", {"tags": {"contains": "very calm"}}),
        ("tags contains 5", {"tags": {"contains any": [5, "5"]}}),
        ('tags contains "5"', {"tags": {"contains": "5"}}),
        ("model.id in a, b", {"model.id": {"in": ["a", "b"]}}),
        ('x in "a,b",c,1', {"x": {"in": ["a,b", "c", 1, "1"]}}),
        ("x not in a", {"x": {"not in": ["a"]}}),
        ("x exists", {"x": {"exists": True}}),
        ("x missing", {"x": {"exists": False}}),
        ("not x exists", {"x": {"exists": False}}),
        ("not x missing", {"x": {"exists": True}}),
        ('"first name".x=Ana', {'"first name".x': {"=": "Ana"}}),
        ("list[0]=a", {"list[0]": {"=": "a"}}),
        ("a-b=c", {"a-b": {"=": "c"}}),
        ("größe=groß", {"größe": {"=": "groß"}}),
        ('a="say \\"hi\\""', {"a": {"=": 'say "hi"'}}),
        ('a="=b"', {"a": {"=": "=b"}}),
        ("a=x\ny", {"a": {"=": "x\ny"}}),
    ],
)
def test_a_condition_is_understood(text: str, where: dict[str, object]) -> None:
    assert parse_where(text) == where
    assert list(conditions(parse_where(text)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no condition"),
        ("a", "is no condition"),
        ("a b", "is no condition"),
        ("=3", "is no condition"),
        ("1a=3", "is no condition"),
        ("a..b=3", "is no condition"),
        ("not a=3", "is no condition"),
        ("a contains", "is no condition"),
        ("a>", "has nothing behind >"),
        ("a <= ", "has nothing behind <="),
        ("@name>", "has nothing behind >"),
        ("a contains  ", "has nothing behind contains"),
        ("a in  ", "has nothing behind in"),
        ('a="b', "a text that is not closed"),
        ('a="b" c', "a text that is not closed"),
        ('a in "b" c', "a text that is not closed"),
        ('a in "b', "a text that is not closed"),
        ("a==3", "has two signs"),
        ("a<<3", "has two signs"),
        ("a=>3", "has two signs"),
        ("a contains <b>", "has two signs"),
    ],
)
def test_what_is_none_is_refused_with_examples(text: str, why: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse_where(text)
    assert why in str(refusal.value)
    assert str(refusal.value).startswith(repr(text))
    assert "demographics.ageGroup=60+" in str(refusal.value)


def test_any_text_is_a_condition_or_refused() -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    rand = random.Random(seed)
    pieces = [
        "a",
        ".",
        "b",
        "[0]",
        "=",
        "!",
        "<",
        ">",
        " ",
        "in",
        "not",
        "contains",
        "exists",
        '"',
        "\\",
        ",",
        "1",
        "é",
        "\0",
    ]
    understood = 0
    for _ in range(5_000):
        text = "".join(rand.choices(pieces, k=rand.randint(0, 8)))
        try:
            assert list(conditions(parse_where(text)))
            understood += 1
        except UsageError:
            continue
    assert understood > 100


def test_a_condition_costs_no_more_than_its_length() -> None:
    for text in (f"a in b{' ' * 100_000}c", f"a=b{' ' * 100_000}c", f"a{' ' * 100_000}"):
        with contextlib.suppress(UsageError):
            parse_where(text)  # took minutes while its expressions looked for an end twice
