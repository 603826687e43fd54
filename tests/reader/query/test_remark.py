"""What is said of a question that found nothing: in the reader, on the command line and over HTTP alike."""

import json
from collections.abc import Iterator

import pytest

from docsync.reader import Reader, open_reader
from docsync.reader.query.where_syntax import parse_all
from tests.helpers.project import Project

PEOPLE: list[dict[str, object]] = [
    {
        "name": "Rajesh Kumar",
        "date": "2026-01-05",
        "active": True,
        "k": [],
        "tags": ["business", "calm"],
        "age": 30,
    },
    {
        "name": "Ana",
        "date": "2025-03-01",
        "active": False,
        "k": ["a"],
        "o": {"first name": 1},
        "mixed": 1,
        "void": None,
    },
    {"name": 'B"c', "country": "Portugal", "mixed": "x"},
]


@pytest.fixture
def asked(project: Project) -> Iterator[Reader]:
    for number, one in enumerate(PEOPLE):
        project.write(f"personas/p{number}.json", json.dumps(one))
    project.settle()
    with open_reader(database=project.database) as reader:
        yield reader


@pytest.mark.parametrize(
    ("condition", "remark"),
    [
        ("name='Ana'", "nothing has 'Ana' with its quotes: write name=\"Ana\" or name=Ana"),
        (
            "name contains 'Ana'",
            "nothing has 'Ana' with its quotes: write name contains \"Ana\" or name contains Ana",
        ),
        ("active=1", "active holds true or false: write active=true"),
        ("active=0", "active holds true or false: write active=false"),
        ("active=True", "active holds true or false: write active=true"),
        ("active=yes", "active holds true or false: write active=true"),
        ("active=maybe", "active holds true or false"),
        ("k=[]", "k holds lists: ask what they contain, such as 'k contains calm'"),
        ("k=a", "k holds lists: write 'k contains a'"),
        ("tags=calm", "tags holds lists: write 'tags contains calm'"),
        ("o=1", 'o holds objects: ask for a field of them, such as o."first name"'),
        ("void=x", "void holds null"),
        ('age="30"', "age holds numbers: write age=30"),
        ('age>="20"', "age holds numbers: write age>=20"),
        ("age=old", "age holds numbers"),
        ("age contains 3", "age holds numbers: write age=3"),
        ("name=Rajesh", "name is nowhere all of Rajesh: write 'name contains Rajesh'"),
        ("name=ana", "name is nowhere ana; did you mean Ana?"),
        ("@name=Anna", "@name is nowhere Anna; did you mean Ana?"),
        ("country=Portugl", "country is nowhere Portugl; did you mean Portugal?"),
        ("country in Portugl", "country is nowhere Portugl; did you mean Portugal?"),
        ("contry=Portugal", "no persona has a field contry; did you mean country?"),
    ],
)
def test_a_condition_that_finds_nothing_is_explained(asked: Reader, condition: str, remark: str) -> None:
    where = parse_all([condition])

    assert list(asked.find(type="persona", where=where)) == []
    assert asked.remarks(type="persona", where=where) == (remark,)


def test_a_number_of_python_is_compared_with_numbers_only_and_the_remark_says_how_to_write_the_text(
    asked: Reader,
) -> None:
    assert asked.remarks(where={"date": {">=": 2026}}) == ('date holds texts: write date>="2026"',)
    assert asked.remarks(where={"date": 2026}) == ('date holds texts: write date="2026"',)


@pytest.mark.parametrize(
    "conditions",
    [
        ["name=Ana", "age=30"],
        ["age>99"],
        ["age=7"],
        ["country=Zimbabwe"],
        ["tags contains zzz"],
        ["mixed=2"],
        ["country!=Portugal", "country exists"],
        ["name missing"],
        ["date>=2027"],
    ],
)
def test_nothing_is_said_where_the_question_itself_is_sound(asked: Reader, conditions: list[str]) -> None:
    where = parse_all(conditions)

    assert list(asked.find(where=where)) == []
    assert asked.remarks(where=where) == ()


@pytest.mark.parametrize(
    ("tag", "remark"),
    [
        ("busines", ("no document has the tag busines; did you mean business?",)),
        ("#busines", ("no document has the tag busines; did you mean business?",)),
        ("Calm", ("no document has the tag Calm; did you mean calm?",)),
        ("zzz", ("no document has the tag zzz",)),
        ("calm", ()),
    ],
)
def test_a_tag_that_no_document_has_is_said_with_what_may_be_meant(
    asked: Reader, tag: str, remark: tuple[str, ...]
) -> None:
    assert asked.remarks(tag=tag) == remark
