"""Documents by any filter: what is found, what cannot be asked, and the state that an answer is of."""

from typing import Any

import pytest

from docsync.errors import NoDatabase, UsageError
from docsync.reader import Page, Reader, TagCount, open_reader
from tests.helpers.project import Project


def test_a_page_is_a_sequence_with_its_origin(reader: Reader, people: Project) -> None:
    page = reader.find(limit=2)
    assert isinstance(page, Page)
    assert (page[0].name, page[-1].name, [row.name for row in page[:1]], len(page)) == (
        "Ana",
        "Ben",
        ["Ana"],
        2,
    )
    assert page[0] in page
    assert (page.source, page.epoch, page.revision) == ("database", reader.epoch(), people.revision)
    assert page.cursor is not None
    assert reader.find(limit=4).cursor is None


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_gives_nothing_is_refused(reader: Reader, limit: int) -> None:
    for ask in (reader.find, reader.problems, reader.held):
        with pytest.raises(UsageError, match=f"limit must be 1 or more, got {limit}"):
            ask(limit=limit)


def test_a_limit_beyond_all_measure_is_all(reader: Reader) -> None:
    assert len(reader.find(limit=2**80)) == 4


def test_a_type_is_compared_whole(people: Project) -> None:
    with open_reader(database=people.database) as reader:
        for type_ in ("persona/team", "person", "persona0", "PERSONA", ""):
            for order in ("id", "-id", "name"):
                with pytest.raises(
                    UsageError, match="no collection has this type; there are persona, prompt_template"
                ):
                    reader.find(type=type_, order=order)


def test_documents_are_found_by_display_name_and_by_environment_variable(people: Project) -> None:
    people.write(
        "prompts/keyed.prompty",
        "---\nname: Keyed\nmodel:\n  id: gpt-4o\n  connection:\n    kind: key\n    apiKey: ${env:API_KEY}\n---\nsystem:\nHi\n",
    )
    people.settle()
    with open_reader(database=people.database) as reader:
        assert [row.id for row in reader.find(name="Ana")] == ["persona/team/ana"]
        assert [row.id for row in reader.find(env="API_KEY")] == ["prompt_template/keyed"]
        assert len(reader.find(env="API")) == 0
        (reference,) = reader.references("prompt_template/keyed")
        assert (reference.kind, reference.target, reference.at, reference.resolved, reference.status) == (
            "env", "API_KEY", "model.connection.apiKey", None, "not_checked",
        )  # fmt: skip
        assert list(reader.references("never")) == []


def test_a_tag_is_found_with_and_without_the_sign_of_a_hashtag(crowd: Project) -> None:
    with open_reader(database=crowd.database) as reader:
        for tag in {count.tag for count in reader.tags()}:
            assert list(reader.find(tag=f"#{tag}")) == list(reader.find(tag=tag)) != []


def test_tags_are_counted_most_used_first(crowd: Project) -> None:
    with open_reader(database=crowd.database) as reader:
        counted = [(count.tag, count.documents) for count in reader.tags()]
        assert counted == [("crowd", 20), ("quick", 2), ("calm", 1), ("ä", 1)]
        assert list(reader.tags("prompt_template")) == []
        assert reader.tags("persona") == reader.tags()


def test_tags_come_in_pages_of_any_size_each_of_them_once(crowd: Project) -> None:
    with open_reader(database=crowd.database) as reader:
        for size in range(1, 6):
            found: list[TagCount] = []
            cursor = None
            while not found or cursor:
                page = reader.tags("persona", limit=size, cursor=cursor)
                found += page
                cursor = page.cursor
                assert len(page) <= size
            assert tuple(found) == reader.tags("persona").items
        cursor = reader.tags(limit=1).cursor
        with pytest.raises(UsageError, match="belongs to another question"):
            reader.tags("persona", limit=1, cursor=cursor)


def test_a_type_that_no_collection_has_is_a_mistake_of_whoever_asks(reader: Reader) -> None:
    for ask in (lambda: reader.find(type="personas"), lambda: reader.search("calm", type="personas")):
        with pytest.raises(
            UsageError, match="'personas': no collection has this type; there are persona, prompt_templ"
        ):
            ask()
    with pytest.raises(UsageError, match="no collection has this type"):
        reader.tags("personas")
    assert len(reader.find(type="persona", tag="never")) == 0, "a type with nothing of the kind is none"


def test_before_the_first_scan_nothing_is_empty(project: Project) -> None:
    project.query("SELECT 1")
    with pytest.raises(NoDatabase, match="not filled yet; 'docsync wait' ends when the first scan has ended"):
        open_reader(database=project.database)
    project.settle()
    with open_reader(database=project.database) as reader:
        assert (len(reader.find(type="persona")), len(reader.search("a", type="persona"))) == (0, 0)


def test_every_answer_names_the_state_that_it_is_of(reader: Reader, people: Project) -> None:
    version = reader.version()
    assert (version.source, version.epoch, version.revision) == ("database", reader.epoch(), people.revision)
    answers = (reader.find(), reader.search("calm"), reader.tags(), reader.problems(), reader.held())
    for answer in (*answers, reader.references("prompt_template/hello")):
        assert answer.version == version
    assert reader.count().version == reader.changes().version == version


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (
            [{"rank": {">": -number}} for number in range(1_200)],
            "there may be 200 conditions at once, these are 1200",
        ),
        ({"tags": {"contains any": list(range(1_200))}}, "tags: 'contains any' takes 200 values, got 1200"),
        (
            {"rank": {"in": list(range(40_000))}},
            "these conditions bind 40000 values, 30000 are possible; ask in several steps",
        ),
    ],
)
def test_more_conditions_than_a_database_can_take_are_refused_in_words(
    reader: Reader, where: Any, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        reader.find(where=where)


def test_as_many_conditions_as_are_allowed_are_taken(reader: Reader) -> None:
    assert len(reader.find(where=[{"rank": {">=": 1}}] * 200)) == 2
    assert len(reader.find(where=[{"tags": {"contains any": ["calm"] * 200}}] * 75)) == 1
    assert len(reader.find(where={"rank": {"in": list(range(30_000))}})) == 3
