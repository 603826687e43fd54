"""What each source says, key by key, and which of two wins."""

from pathlib import Path

from docsync.config.keys import SETTINGS
from docsync.config.source import (
    ConfigValue,
    merge_layers,
    overlays,
    read_defaults,
    read_environ,
    read_flags,
    read_overlay,
    read_tables,
)
from docsync.config.toml import TomlFile, read_toml


def file_of(folder: Path, text: str) -> TomlFile:
    path = folder / "docsync.toml"
    path.write_text(text, encoding="utf-8")
    return read_toml(path, "sub/docsync.toml")


def brief(given: ConfigValue) -> tuple[str, object, str]:
    return given.key, given.value, given.origin


def test_the_defaults_name_every_setting_and_two_collections() -> None:
    values = merge_layers([read_defaults()])

    assert [key for key in values if not key.startswith("collections")] == list(SETTINGS)
    assert values["collections[0].type"].value == "persona"
    assert values["collections[1].type"].value == "prompt_template"
    assert {given.origin for given in values.values()} == {"default"}


def test_a_file_is_taken_apart_down_to_the_keys_that_have_a_rule(tmp_path: Path) -> None:
    file = file_of(
        tmp_path, '[watch]\npoll_ms = 1\nmode = { a = 1 }\n[wach.x]\n[[collections]]\ntype = "p"\n'
    )

    assert [brief(given) for given in read_tables(file)] == [
        ("watch.poll_ms", 1, "docsync.toml:2"),
        ("watch.mode", {"a": 1}, "docsync.toml:3"),
        ("wach", {"x": {}}, "docsync.toml:4"),
        ("collections[0]", {"type": "p"}, "docsync.toml:5"),
        ("collections[0].type", "p", "docsync.toml:6"),
    ]


def test_a_mistake_names_the_file_as_people_can_open_it(tmp_path: Path) -> None:
    (given,) = read_tables(file_of(tmp_path, "[watch]\npoll_ms = 1\n"))

    assert given.where == "sub/docsync.toml:2"


def test_an_overlay_gives_the_same_keys_under_its_own_name(tmp_path: Path) -> None:
    file = file_of(
        tmp_path, '[env.production.watch]\npoll_ms = 1\n[env.b]\n[[env.b.collections]]\ntype = "p"\n'
    )

    (given,) = read_overlay(file, "production")

    assert list(overlays(file)) == ["production", "b"]
    assert brief(given) == ("watch.poll_ms", 1, "docsync.toml:2 (env.production)")
    assert given.written == "env.production.watch.poll_ms"
    assert [given.key for given in read_overlay(file, "b")] == ["collections[0]", "collections[0].type"]


def test_an_overlay_that_is_no_table_is_given_whole(tmp_path: Path) -> None:
    (given,) = read_overlay(file_of(tmp_path, "\n[env]\nproduction = 3\n"), "production")

    assert (given.key, given.value, given.where) == ("env[]", 3, "sub/docsync.toml:3")


def test_a_file_without_overlays_has_none(tmp_path: Path) -> None:
    assert overlays(file_of(tmp_path, "env = 3\n")) == {}
    assert overlays(file_of(tmp_path, "")) == {}


def test_a_variable_names_table_and_key_with_two_underscores() -> None:
    environ = {
        "DOCSYNC_WATCH__POLL_MS": "30",
        "DOCSYNC_ENV": "x",
        "DOCSYNC_SOURCE": "files",
        "HOME": "/",
        "X_DOCSYNC_A__B": "1",
    }

    assert [brief(given) for given in read_environ(environ)] == [
        ("watch.poll_ms", 30, "DOCSYNC_WATCH__POLL_MS")
    ]


def test_a_variable_in_lower_case_counts_and_upper_case_wins() -> None:
    lower = merge_layers([read_environ({"docsync_watch__poll_ms": "1"})])
    both = merge_layers([read_environ({"docsync_watch__poll_ms": "1", "DOCSYNC_WATCH__POLL_MS": "2"})])

    assert brief(lower["watch.poll_ms"]) == ("watch.poll_ms", 1, "docsync_watch__poll_ms")
    assert both["watch.poll_ms"].value == 2


def test_a_flag_that_was_not_given_says_nothing() -> None:
    given = list(read_flags({"watch.mode": None, "admin.enabled": False}))

    assert [brief(each) for each in given] == [("admin.enabled", False, "--flag")]


def test_a_later_layer_wins_key_by_key_but_collections_are_replaced_as_a_whole(tmp_path: Path) -> None:
    first = file_of(
        tmp_path, '[watch]\npoll_ms = 1\nmode = "poll"\n[[collections]]\ntype = "a"\npath = "b"\n'
    )
    values = merge_layers([read_defaults(), read_tables(first)])
    second = file_of(tmp_path, '[watch]\npoll_ms = 2\n[[collections]]\ntype = "c"\n')
    again = merge_layers([values.values(), read_tables(second)])

    assert (again["watch.poll_ms"].value, again["watch.mode"].value) == (2, "poll")
    assert [key for key in values if key.startswith("collections")] == [
        "collections[0]",
        "collections[0].type",
        "collections[0].path",
    ]
    assert [key for key in again if key.startswith("collections")] == [
        "collections[0]",
        "collections[0].type",
    ]
