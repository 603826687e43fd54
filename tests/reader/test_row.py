"""A row costs what is asked of it: JSON is parsed when it is first used, once, and all else is as it always was."""

import copy
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, asdict, fields, replace
from threading import Barrier
from typing import Any

import pytest

from docsync.reader import Reader, Row, row
from docsync.reader.row import StoredRow
from tests.export.rows import row as make_plain
from tests.helpers.project import Project


@pytest.fixture
def ana(reader: Reader) -> Row:
    found = reader.get("persona/team/ana")
    assert found is not None
    return found


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were parsed."""
    texts: list[str] = []
    parse = row._parsed

    def record(text: str) -> tuple[Any, int]:
        texts.append(text)
        return parse(text)

    monkeypatch.setattr(row, "_parsed", record)
    return texts


def equal_values(one: Row) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def test_a_row_that_is_found_is_not_parsed_before_it_is_used(reader: Reader, parsed: list[str]) -> None:
    (first, *_) = reader.find(type="persona")
    assert (first.id, first.name, first.state) == ("persona/team/ana", "Ana", "ok")
    assert parsed == []
    assert first.document["rank"] == 1
    assert first.document is first.document
    assert len(parsed) == 1
    assert first.tags == ("calm", "ä")
    assert first.tags is first.tags
    assert len(parsed) == 2


def test_a_row_that_was_got_and_a_hit_are_lazy_too(reader: Reader, parsed: list[str]) -> None:
    found = reader.get("persona/team/ana")
    (hit,) = reader.search("calm")
    assert found is not None
    assert (found.name, hit.row.name, parsed) == ("Ana", "Ana", [])


def test_it_is_equal_to_a_row_that_was_made_by_hand(ana: Row) -> None:
    made = Row(**equal_values(ana))
    assert (ana == made, made == ana) == (True, True)
    assert ana != replace(made, name="Anna")
    assert ana != replace(made, document={**made.document, "rank": 7})
    other: object = equal_values(ana)
    assert ana != other


def test_it_cannot_be_changed(ana: Row) -> None:
    for name in ("document", "name", "tags"):
        with pytest.raises(FrozenInstanceError):
            setattr(ana, name, "other")
        with pytest.raises(FrozenInstanceError):
            delattr(ana, name)
    assert not hasattr(ana, "__dict__")


@pytest.mark.parametrize("name", ["nmae", "values", "_nothing", "__len__"])
def test_what_it_has_not_is_an_attribute_error(ana: Row, name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(ana, name)
    with pytest.raises(AttributeError, match=name):
        getattr(make_plain(), name)


@pytest.mark.parametrize("use_before", [False, True])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_pickled_and_copied_whole(ana: Row, protocol: int, use_before: bool) -> None:
    if use_before:
        assert ana.document
    again = pickle.loads(pickle.dumps(ana, protocol))
    for one in (again, copy.copy(ana), copy.deepcopy(ana), replace(ana)):
        assert type(one) is Row
        assert equal_values(one) == equal_values(ana)
        assert one == ana


def test_a_copy_shares_the_document_and_a_deep_copy_does_not(ana: Row) -> None:
    assert copy.copy(ana).document is ana.document
    assert copy.deepcopy(ana).document is not ana.document


def test_dataclasses_know_its_fields(ana: Row) -> None:
    assert asdict(ana) == equal_values(ana)
    assert Row.__match_args__[:4] == ("id", "type", "name", "document")
    match ana:
        case Row(name="Ana", document={"rank": rank}):
            assert rank == 1
        case _:
            pytest.fail("a pattern does not see what was not used before")


def test_it_cannot_be_hashed_as_its_document_cannot(ana: Row) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(ana)


def test_threads_that_use_it_at_once_get_one_document(people: Project) -> None:
    text = json.dumps({"list": list(range(5_000))})
    threads, rounds = 8, 40
    columns = ("a", "b", "c", text, "d", "e", "f", "g", None, '["x"]', "h", 1, "ok", None)
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(rounds):
            shared, begin = StoredRow(columns, "database", "e", 1).make_row(), Barrier(threads)

            def use(one: Row = shared, begin: Barrier = begin) -> tuple[int, int]:
                begin.wait(30)
                return id(one.document), id(one.tags)

            assert len({task.result(30) for task in [pool.submit(use) for _ in range(threads)]}) == 1


def test_the_repr_tells_which_row_it_is_and_not_what_it_holds(ana: Row) -> None:
    assert repr(ana) == "Row(id='persona/team/ana', name='Ana', state='ok', revision=1, source='database')"
    assert len(repr(make_plain("x", document={"long": "x" * 10_000}))) < 200


def test_as_a_dict_it_is_json(ana: Row) -> None:
    made = ana.to_dict()
    assert json.loads(json.dumps(made)) == made
    assert made["document"] is ana.document
    assert (made["tags"], made["state"], made["since"]) == (["calm", "ä"], "ok", None)
    assert made.keys() == {field.name for field in fields(ana)} - {"source", "epoch", "as_of"}
    assert next(iter(made)) == "id"


def test_from_the_files_it_has_no_revision(people: Project) -> None:
    from docsync.reader import open_reader

    people.write("docsync.toml", "")
    with open_reader(people.root, source="files") as reader:
        found = reader.get("persona/team/ana")
        assert found is not None
        assert (found.revision, found.epoch, found.as_of, found.source) == (None, None, None, "files")
        assert found.document["rank"] == 1
