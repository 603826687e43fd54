"""What each key may hold, and how the environment's text becomes a value."""

import pytest

from docsync.config.keys import COLLECTION, SETTINGS
from docsync.registry import FORMATS

REFUSED: dict[str, list[object]] = {
    "database.mode": ["", "public", 0o644, "0644", True],
    "database.path": ["", " ", 3, ":memory:", "file:a.db", "folder/", "a\nb", "x/.."],
    "watch.mode": ["", "Auto", "inotify", True, []],
    "watch.settle_ms": [0, -1, True, 1.0, "10", None, {}, 2**31],
    "watch.debounce_ms": [0, -1, False, 1.5, "500", 2**31],
    "watch.max_delay_ms": [0, -1, True, "2000", 2**31],
    "watch.poll_ms": [0, True, "1000", 10**30],
    "watch.rescan_seconds": [0, True, 0.5, "60", 2**31],
    "guard.max_delete_ratio": [-0.1, 1.01, True, "0.5", float("nan"), float("inf")],
    "guard.min_deletes": [-1, True, 0.5, "20", 2**31],
    "limits.max_file_bytes": [0, True, "1M", 2**31],
    "changes.keep": [0, -1, True, "1000", 2**31],
    "lint.ignore": ["overlap", [1], ["Overlap"], ["nul"], ["unused-inputs"], [""], {}],
    "lint.redact_secrets": ["true", 1, None],
    "render.assets": ["true", 1, None],
    "admin.enabled": ["true", 1, 0, []],
    "admin.host": ["", 127, ["::1"], "a\x00b"],
    "admin.port": [-1, 65536, True, "8787", 1.0],
    "admin.token_file": ["", 1, False],
    "log.format": ["text", "JSON", 1],
    "log.level": ["warn", "INFO", 10],
}
ACCEPTED: dict[str, list[object]] = {
    "database.mode": ["private", "group", "shared"],
    "database.path": [".docsync/docsync.db", "/var/lib/docsync/docsync.db", "../state/x.sqlite"],
    "watch.mode": ["auto", "events", "poll"],
    "watch.settle_ms": [1, 2**31 - 1],
    "watch.debounce_ms": [1],
    "watch.max_delay_ms": [1],
    "watch.poll_ms": [1],
    "watch.rescan_seconds": [1],
    "guard.max_delete_ratio": [0, 1, 0.25],
    "guard.min_deletes": [0, 1],
    "limits.max_file_bytes": [1],
    "changes.keep": [1, 2**31 - 1],
    "lint.ignore": [[], ["overlap", "merge-conflict"], ("schema",)],
    "lint.redact_secrets": [True, False],
    "render.assets": [True, False],
    "admin.enabled": [True, False],
    "admin.host": ["127.0.0.1", "localhost", "::1"],
    "admin.port": [0, 65535],
    "admin.token_file": ["/run/secrets/token"],
    "log.format": ["auto", "console", "json"],
    "log.level": ["debug", "info", "warning", "error"],
}
COLLECTION_REFUSED: dict[str, list[object]] = {
    "type": ["", "Persona", "1a", "a-b", "a.b", "persona\n", 1],
    "path": ["", "/abs", "..", "a/../b", "../a", 1, "a\x7f"],
    "include": [
        [],
        "**/*.json",
        [1],
        [""],
        ["/a.json"],
        ["../a.json"],
        ["./a.json"],
        ["a//b.json"],
        ["a\\b.json"],
    ],
    "exclude": ["drafts", ["drafts/"], ["/x"], [".."]],
    "ignore": [True, "hg", ".gitignore"],
    "format": ["", "JSON", "prompt", 1],
    "schema": ["", 1],
    "index": ["a", ["a b"], ["a..b"], [".a"], ["a'"], ["$.a"], ["a[0]"], ["1a"]],
}
COLLECTION_ACCEPTED: dict[str, list[object]] = {
    "type": ["persona", "prompt_template", "p2"],
    "path": ["personas", "a/b", "./a/", ".", "a..b"],
    "include": [["**/*.json"], ["a/**/b-*.json", "?.json"]],
    "exclude": [[], ["drafts/**"]],
    "ignore": ["none", "git"],
    "format": [*FORMATS],
    "schema": ["schemas/persona.schema.json"],
    "index": [[], ["demographics.ageGroup", "a_1"]],
}


def pairs(values: dict[str, list[object]]) -> list[tuple[str, object]]:
    return [(key, value) for key, those in values.items() for value in those]


@pytest.mark.parametrize(("key", "value"), pairs(REFUSED))
def test_a_wrong_value_is_refused_with_what_was_expected(key: str, value: object) -> None:
    assert SETTINGS[key].refusal(value)


@pytest.mark.parametrize(("key", "value"), pairs(ACCEPTED))
def test_a_right_value_is_accepted(key: str, value: object) -> None:
    assert SETTINGS[key].refusal(value) is None


@pytest.mark.parametrize(("name", "value"), pairs(COLLECTION_REFUSED))
def test_a_wrong_value_of_a_collection_is_refused(name: str, value: object) -> None:
    assert COLLECTION[name].refusal(value)


@pytest.mark.parametrize(("name", "value"), pairs(COLLECTION_ACCEPTED))
def test_a_right_value_of_a_collection_is_accepted(name: str, value: object) -> None:
    assert COLLECTION[name].refusal(value) is None


def test_a_code_that_cannot_be_ignored_is_answered_with_one_that_is_like_it() -> None:
    assert "(did you mean unused-input?)" in str(
        SETTINGS["lint.ignore"].refusal(["overlap", "unused-inputs"])
    )
    assert "did you mean" not in str(SETTINGS["lint.ignore"].refusal(["zzz"]))


def test_every_key_was_tried() -> None:
    assert set(REFUSED) == set(ACCEPTED) == set(SETTINGS)
    assert set(COLLECTION_REFUSED) == set(COLLECTION_ACCEPTED) == set(COLLECTION)


def test_every_default_of_a_setting_is_accepted_where_it_is_not_none() -> None:
    wrong = [key for key, rule in SETTINGS.items() if rule.default is not None and rule.refusal(rule.default)]

    assert not wrong


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("watch.settle_ms", " 20 ", 20),
        ("watch.settle_ms", "ten", "ten"),
        ("watch.settle_ms", "9" * 5000, "9" * 5000),
        ("guard.max_delete_ratio", "0.25", 0.25),
        ("guard.max_delete_ratio", "half", "half"),
        ("admin.enabled", "FALSE", False),
        ("admin.enabled", "1", True),
        ("admin.enabled", "perhaps", "perhaps"),
        ("lint.ignore", "schema, merge-conflict,", ["schema", "merge-conflict"]),
        ("lint.ignore", "", []),
        ("log.level", "debug", "debug"),
        ("admin.token_file", "/run/token", "/run/token"),
    ],
)
def test_text_of_the_environment_becomes_the_kind_of_value_that_the_key_holds(
    key: str, text: str, value: object
) -> None:
    read = SETTINGS[key].read(text)

    assert read == value
    assert type(read) is type(value)
