"""Where values stand, in JSON and in YAML: what is found there is what the place names."""

import json
import random
from collections.abc import Iterator

import pytest
import yaml

from docsync.formats.json_place import json_places
from docsync.formats.place import Place, format_place, ways_to
from docsync.formats.yaml_place import yaml_places
from docsync.names import MAX_PLACE_CHARACTERS


def everything(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every dotted place in *value*, with what is there."""
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from everything(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from everything(item, f"{path}[{number}]")


def invented(random_: random.Random, depth: int) -> object:
    """Any JSON value."""
    kind = random_.choice("ssniblOOA" if depth else "sni")
    match kind:
        case "O":
            keys = random_.sample(["a", "b", "na me", 'q"uote', "ü", "\\", "e\n"], random_.randrange(5))
            return {key: invented(random_, depth - 1) for key in keys}
        case "A" | "l":
            return [invented(random_, depth - 1) for _ in range(random_.randrange(4))]
        case "s":
            return random_.choice(["", "text", '{"a": 1}', "]}", "ü\n", "\\"])
        case "n":
            return random_.choice([None, True, False])
        case _:
            return random_.choice([0, -1.5e3, 10**30])


@pytest.mark.parametrize("seed", range(40))
def test_in_json_every_value_is_where_it_is_said_to_be(seed: int) -> None:
    random_ = random.Random(seed)
    value = {"root": invented(random_, 4), "last": 1}
    text = (
        "\n " + json.dumps(value, indent=random_.choice([None, 1]), ensure_ascii=random_.random() < 0.5) + " "
    )

    found = json_places(text, [path for path, _ in everything(value)])

    for path, item in everything(value):
        assert json.JSONDecoder().raw_decode(text, found[path].value)[0] == item
        if path and not path.endswith("]"):
            key = json.JSONDecoder().raw_decode(text, found[path].key)[0]
            assert path.endswith(key)


def test_what_is_not_there_is_not_found() -> None:
    assert json_places('{"a": [1]}', ["b", "a[1]", "a.b", "a[0].c"]) == {}
    assert yaml_places("a: [1]", ["b", "a[1]", "a.b", "a[0].c"]) == {}
    assert yaml_places("# nothing", ["a"]) == {}


def test_of_two_equal_keys_in_json_the_first_is_found() -> None:
    assert json_places('{"a": 1, "a": 2}', ["a", "b"]) == {"a": Place(1, 6)}


def test_in_yaml_keys_and_values_are_found() -> None:
    text = "a:\n  - b: 1\n    'c d': [x, {e: 2}]\n"

    found = yaml_places(text, ["", "a", "a[0]", "a[0].b", "a[0].c d", "a[0].c d[1].e"])

    assert {path: (text[place.key], text[place.value]) for path, place in found.items()} == {
        "": ("a", "a"),
        "a": ("a", "-"),
        "a[0]": ("b", "b"),
        "a[0].b": ("b", "1"),
        "a[0].c d": ("'", "["),
        "a[0].c d[1].e": ("e", "2"),
    }


def test_what_yaml_merges_is_found_where_it_is_written_and_gives_way() -> None:
    text = "one: &one {a: 1, b: 2}\ntwo: &two {a: 3, c: 4}\nall:\n  b: 5\n  <<: [*one, *two]\nsingle: {<<: *two}\n"

    found = yaml_places(text, ["all.a", "all.b", "all.c", "single.c"])

    assert {path: text[place.value] for path, place in found.items()} == {
        "all.a": "1",
        "all.b": "5",
        "all.c": "4",
        "single.c": "4",
    }
    assert yaml.safe_load(text)["all"] == {"a": 1, "b": 5, "c": 4}


def test_only_what_leads_somewhere_is_looked_into() -> None:
    assert ways_to(["a[0].b", "c"]) == {"", "a", "a[0]"}


def test_a_place_is_written_as_people_write_it() -> None:
    assert format_place(["inputs", 0, "name"]) == "inputs[0].name"
    assert format_place([0]) == "[0]"
    assert format_place([]) == ""


def test_a_place_is_cut_where_only_a_hostile_file_has_longer_ones() -> None:
    place = format_place(["a" * 400, 0])

    assert place == "a" * MAX_PLACE_CHARACTERS + "…"
    assert ways_to(["a." * 200]) == {""}
    assert json_places('{"%s":{"b":1}}' % ("a" * 400), [place]) == {}


@pytest.mark.parametrize("item", ["1", '"a"', "[]", '{"b": 1}', '"]\\""', "-1.5e3"])
@pytest.mark.parametrize("between", [",", ", ", ",\n "])
def test_far_items_of_long_lists_are_found(item: str, between: str) -> None:
    items = [item] * 300
    items[200] = '{"x": 7}'
    text = f'{{"a": [{between.join(items)}]}}'
    wanted = ["a[0]", "a[63]", "a[64]", "a[200].x", "a[255]", "a[299]"]

    found = json_places(text, wanted)

    assert [json.JSONDecoder().raw_decode(text, found[at].value)[0] for at in wanted] == [
        7 if at.endswith("x") else json.loads(item) for at in wanted
    ]
