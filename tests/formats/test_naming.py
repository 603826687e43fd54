"""What documents are called, and what a search sees of them."""

import json

import pytest

from docsync.formats.limits import LIMITS
from docsync.formats.naming import _NAMES, encode_canonical, find_naming, search_text, stem_of
from docsync.formats.nested_name import MAX_KEYS, MAX_LEVELS, MAX_MAPPINGS

CARD = {
    "spec": "chara_card_v2",
    "name": "outside",
    "data": {"name": "Mira", "description": "keeper", "tags": ["sea"]},
}


def name_of(value: dict[str, object]) -> tuple[str, str]:
    found = find_naming(value, "stem")
    return found.name, found.name_from


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"title": "T", "name": " Ada "}, ("Ada", "name")),
        ({"display_name": "D", "displayName": "Ada"}, ("Ada", "displayName")),
        ({"char_name": "Mira"}, ("Mira", "char_name")),
        ({"id": "p1", "persona": {"name": "Ada"}}, ("Ada", "persona.name")),
        ({"character": {"name": "Ada"}}, ("Ada", "character.name")),
        ({"profile": {"name": "Ada"}}, ("Ada", "profile.name")),
        ({"data": {"name": "Ada"}}, ("Ada", "data.name")),
        ({"id": "p1", "title": "T"}, ("T", "title")),
        ({"id": "p1"}, ("p1", "id")),
        ({"name": "  ", "title": "T"}, ("T", "title")),
        ({"name": 42}, ("42", "name")),
        ({"name": True, "title": "T"}, ("T", "title")),
        ({"name": "Ada\n  Lovelace"}, ("Ada Lovelace", "name")),
        ({"name": ["a", "b"]}, ("stem", "file stem")),
        (CARD, ("Mira", "data.name")),
        ({"spec": "chara_card_v2", "name": "outside"}, ("outside", "name")),
        ({"spec": "other", "name": "outside", "data": {"name": "Mira"}}, ("outside", "name")),
    ],
)
def test_known_shapes_have_their_name_in_a_known_place(
    value: dict[str, object], expected: tuple[str, str]
) -> None:
    assert name_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Name": "Ada"}, ("Ada", "Name")),
        ({"full_name": "Ada Lovelace"}, ("Ada Lovelace", "full_name")),
        ({"firstName": "Ada", "lastName": "Lovelace"}, ("Ada Lovelace", "firstName + lastName")),
        ({"id": "p-17", "identity": {"Full Name": "Ada"}}, ("Ada", "identity.Full Name")),
        ({"personas": [{"name": "Ada"}]}, ("Ada", "personas.0.name")),
        ({"ada": {"basics": {"name": "Ada"}}}, ("Ada", "ada.basics.name")),
        ({"id": "p-17", "car": {"name": "Herbie"}}, ("p-17", "id")),
        ({"version": 1, "ada_l": {"name": "Ada"}}, ("Ada", "ada_l.name")),
        ({"version": 1, "ada": {"name": "Ada"}, "bob": {"name": "Bob"}}, ("stem", "file stem")),
        ({"version": 1, "model": {"name": "gpt"}, "voice": {"name": "alloy"}}, ("stem", "file stem")),
        ({"personas": [{"name": "Ada"}, {"name": "Bob"}]}, ("stem", "file stem")),
        ({}, ("stem", "file stem")),
    ],
)
def test_an_unknown_shape_gives_the_name_of_a_person_or_none(
    value: dict[str, object], expected: tuple[str, str]
) -> None:
    assert name_of(value) == expected


def nest(levels: int) -> dict[str, object]:
    return {"name": "Ada"} if levels == 0 else {"persona": nest(levels - 1)}


def test_the_search_for_a_name_goes_down_a_few_levels_only() -> None:
    assert name_of(nest(MAX_LEVELS - 1))[0] == "Ada"
    assert name_of(nest(MAX_LEVELS))[1] == "file stem"


def test_the_search_for_a_name_gives_up_on_a_wide_object() -> None:
    wide: dict[str, object] = {f"k{n}": {"inner": {}} for n in range(MAX_MAPPINGS)}

    assert name_of({**wide, "x" * 1000: {"name": "Ada"}})[1] == "file stem"


@pytest.mark.parametrize(
    "stem", ["ada.agent", "ada.character", "ada.Persona", "ada.char", "ada.card", "ada.fragment", "ada"]
)
def test_the_stem_loses_what_only_says_that_it_is_a_persona(stem: str) -> None:
    assert find_naming({}, stem).name == "ada"


@pytest.mark.parametrize(
    ("path", "stem"),
    [("p/a.b/ada.agent.json", "ada.agent"), ("ada.json", "ada"), ("p/ada", "ada"), ("p/.json", ".json")],
)
def test_the_stem_is_the_last_component_without_its_suffix(path: str, stem: str) -> None:
    assert stem_of(path) == stem


@pytest.mark.parametrize(
    ("value", "description"),
    [
        ({"description": " d ", "bio": "b"}, "d"),
        ({"description": "", "summary": "s"}, "s"),
        ({"bio": ["one.", "two."]}, "one. two."),
        ({"bio": ["one.", 2]}, "one. 2"),
        ({"description": "one\ntwo"}, "one\ntwo"),
        ({"char_persona": "c"}, "c"),
        ({"persona": {"occupation": {"description": "o"}}}, "o"),
        ({"scenario": {"description": "s"}}, "s"),
        ({"behavior": "b"}, "b"),
        (CARD, "keeper"),
        ({"description": 1}, "1"),
        ({"description": {"short": "s"}, "summary": "long"}, "long"),
        ({"summary": {"short": "s"}}, None),
    ],
)
def test_the_description_is_found_in_every_known_shape(
    value: dict[str, object], description: str | None
) -> None:
    assert find_naming(value, "stem").description == description


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ({"tags": ["a", " b ", "a", " "], "topics": ["t"]}, ("a", "b")),
        ({"tags": [], "metadata": {"tags": ["m"]}}, ("m",)),
        ({"tags": ["a", 1], "topics": ["t"]}, ("a", "1")),
        ({"tags": [None], "topics": ["t"]}, ("t",)),
        ({"tags": "a, b", "style_tags": ["s"], "tone_tags": ["t"]}, ("a", "b")),
        ({"tags": "", "style_tags": ["s"], "tone_tags": ["t"]}, ("s",)),
        ({"keywords": "a, b", "labels": {"app": "x"}}, ("a", "b")),
        ({"scenario_type": "interview"}, ("interview",)),
        (CARD, ("sea",)),
        ({}, ()),
    ],
)
def test_tags_are_those_of_the_first_place_that_has_any(
    value: dict[str, object], tags: tuple[str, ...]
) -> None:
    assert find_naming(value, "stem").tags == tags


LOBE_AGENT = {
    "config": {"systemRole": "You review contracts."},
    "identifier": "contract-reviewer",
    "meta": {"title": "Contract Reviewer", "description": "Finds the risks", "tags": ["legal", 2]},
}
GPT = {
    "gizmo": {"display": {"name": "Trip Helper", "description": "Plans trips"}, "tags": ["public"]},
    "files": [{"name": "towns.pdf", "description": "Towns"}],
}
AUTOGEN = {
    "provider": "autogen_agentchat.agents.AssistantAgent",
    "label": "AssistantAgent",
    "config": {"name": "planner", "description": "Plans", "tags": "work"},
}
ELIZA = {"character": {"name": "Eva", "bio": ["Once.", "Twice."], "topics": ["art"]}, "topics": ["others"]}
TINY = {
    "type": "TinyPerson",
    "persona": {"name": "Lila", "occupation": {"title": "Linguist", "description": "Looks at texts"}},
}
UNMARKED_CARD = {
    "name": "",
    "data": {"name": "Mira", "description": "keeper", "tags": ["sea"]},
    "tags": ["outer"],
}
LISTED = {
    "version": 1,
    "personas": [{"name": "Ada", "summary": "counts", "labels": ["x"]}],
    "summary": "a file",
}
AROUND = {"summary": "of all", "profile": {"description": "of the profile", "basics": {"Full Name": "Ada"}}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (LOBE_AGENT, ("Contract Reviewer", "meta.title", "Finds the risks", ("legal", "2"))),
        (GPT, ("Trip Helper", "gizmo.display.name", "Plans trips", ("public",))),
        (AUTOGEN, ("planner", "config.name", "Plans", ("work",))),
        (ELIZA, ("Eva", "character.name", "Once. Twice.", ("art",))),
        (TINY, ("Lila", "persona.name", "Looks at texts", ())),
        (UNMARKED_CARD, ("Mira", "data.name", "keeper", ("sea",))),
        (LISTED, ("Ada", "personas.0.name", "counts", ("x",))),
        (AROUND, ("Ada", "profile.basics.Full Name", "of the profile", ())),
        ({"name": "top", **LOBE_AGENT}, ("top", "name", "Finds the risks", ("legal", "2"))),
    ],
)
def test_description_and_tags_are_looked_for_beside_the_name_and_then_around_it(
    value: dict[str, object], expected: tuple[object, ...]
) -> None:
    found = find_naming(value, "stem")

    assert (found.name, found.name_from, found.description, found.tags) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"id": "p1", "config": {"name": "default"}}, ("p1", "id")),
        ({"version": 1, "config": {"name": "default"}, "ada": {"name": "Ada"}}, ("Ada", "ada.name")),
        ({"id": "p1", "persona": {"title": "Dr."}}, ("p1", "id")),
        ({"id": "p1", "meta": {"title": "T"}}, ("T", "meta.title")),
        ({"meta": {"title": "T", "name": "N"}}, ("N", "meta.name")),
    ],
)
def test_settings_and_titles_give_a_name_only_where_nothing_plainer_does(
    value: dict[str, object], expected: tuple[str, str]
) -> None:
    assert name_of(value) == expected


@pytest.mark.parametrize("place", [place for place in _NAMES if "." not in place])
@pytest.mark.parametrize("other", [LOBE_AGENT, GPT, AUTOGEN, {"id": "p1", "metadata": {"title": "T"}}])
def test_a_name_at_the_top_stays_whatever_else_stands_there(place: str, other: dict[str, object]) -> None:
    assert name_of({**other, place: "Ada"}) == ("Ada", place)


def test_search_sees_every_text_value_in_order_and_no_key() -> None:
    assert search_text({"b": "one", "a": ["two", {"c": "three", "d": 4}], "e": None}) == "one\ntwo\nthree"


@pytest.mark.parametrize("text", ["x" * 100_000, "ä" * 100_000, "\U0001f600" * 100_000])
def test_search_text_is_cut_between_characters(text: str) -> None:
    found = search_text({"a": "b", "c": text})

    assert LIMITS.search_bytes - 4 < len(found.encode()) <= LIMITS.search_bytes
    assert found.startswith("b\n" + text[0])
    assert ("b\n" + text).startswith(found)


def test_search_text_of_many_small_texts_is_cut_like_their_whole() -> None:
    texts = [f"word {n}" for n in range(20_000)]

    assert search_text(texts) == "\n".join(texts)[: LIMITS.search_bytes]


def test_a_value_that_nests_too_deeply_is_not_searched() -> None:
    deep: object = "x"
    for _ in range(LIMITS.max_depth):
        deep = [deep]

    assert search_text(deep) == "x"
    with pytest.raises(RecursionError):
        search_text([deep])


def test_canonical_text_is_compact_keeps_order_and_characters() -> None:
    assert encode_canonical({"b": 1, "a": ["ä", "\U0001f600"]}) == '{"b":1,"a":["ä","\U0001f600"]}'


def test_canonical_text_holds_no_number_that_json_lacks() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_canonical({"a": float("nan")})


def test_integers_stay_exact() -> None:
    assert json.loads(encode_canonical({"a": 2**200 + 1})) == {"a": 2**200 + 1}


def test_a_table_of_thousands_of_keys_is_searched_for_no_name() -> None:
    table: dict[str, object] = {f"key {number}": 1 for number in range(MAX_KEYS)}

    assert find_naming({"profile": {"Full Name": "Ada"}, "table": table}, "stem").name == "Ada"
    assert find_naming(table | {"Full Name": "Ada"}, "stem").name == "stem"
    assert find_naming(table | {"name": "Ada"}, "stem").name == "Ada"
