"""Mistakes: unknown keys, wrong values, collections that cannot work, settings at odds."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from docsync.config import load_config
from docsync.errors import ConfigError

COLLECTION = '[[collections]]\ntype = "a"\npath = "a"\ninclude = ["*.json"]\nformat = "json"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mistakes(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    (folder / "docsync.toml").write_text(text, encoding="utf-8")
    try:
        load_config(folder, environ=environ or {})
    except ConfigError as error:
        return error.mistakes
    return ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[watch]\nsettle_mss = 9", "docsync.toml:2: unknown key watch.settle_mss; did you mean settle_ms?"),
        ("[wach]\nsettle_ms = 9", "docsync.toml:1: unknown key wach; did you mean watch?"),
        ("settle_ms = 9", "docsync.toml:1: unknown key settle_ms; did you mean watch.settle_ms?"),
        ('"watch.mode" = "poll"', 'docsync.toml:1: unknown key "watch.mode"; did you mean watch.mode?'),
        ("[backup]\na = 1", "docsync.toml:1: unknown key backup"),
        ("[[replicas]]\na = 1", "docsync.toml:1: unknown key replicas"),
        ("[[collection]]\na = 1", "docsync.toml:1: unknown key collection; did you mean collections?"),
        (COLLECTION + "indx = []", "docsync.toml:6: unknown key collections[0].indx; did you mean index?"),
        (
            COLLECTION + "[collections.type2]",
            "docsync.toml:6: unknown key collections[0].type2; did you mean type?",
        ),
        ("[env.a.wach]\nx = 1", "docsync.toml:1: unknown key env.a.wach; did you mean watch?"),
        ("[env.a.env.b]\nx = 1", "docsync.toml:1: unknown key env.a.env"),
        ("[env.a]\nport = 1", "docsync.toml:2: unknown key env.a.port; did you mean admin.port?"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(folder: Path, text: str, expected: str) -> None:
    assert mistakes(folder, text) == (expected,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[watch]\n\nsettle_ms = "ten"', 'docsync.toml:3: watch.settle_ms must be a positive integer, got "ten"'),
        (
            f"[watch]\nsettle_ms = 0x{'f' * 5_000}",
            f"docsync.toml:2: watch.settle_ms must be at most 2147483647, got 0x{'f' * 77}…",
        ),
        ("[watch]\nsettle_ms = true", "docsync.toml:2: watch.settle_ms must be a positive integer, got true"),
        ("[watch]\nmode = { a = 1 }", "docsync.toml:2: watch.mode must be one of auto, events, poll, got a table"),
        ("[watch]\npoll_ms = 2147483648", "docsync.toml:2: watch.poll_ms must be at most 2147483647, got 2147483648"),
        ("watch = 3", "docsync.toml:1: watch must be a table, got 3"),
        ("[[watch]]\nx = 1", "docsync.toml:1: watch must be a table, got [a table]"),
        ("env = 3", "docsync.toml:1: env must be a table, got 3"),
        ("[env]\na = 3", "docsync.toml:2: env.a must be a table, got 3"),
        ("collections = [1]", "docsync.toml:1: collections[0] must be a table, got 1"),
        ("[env.a.admin]\nport = -1", "docsync.toml:2: env.a.admin.port must be a port number from 0 to 65535, got -1"),
        ('[log]\nlevel = "a\\"\\u0007"', 'docsync.toml:2: log.level must be one of debug, info, warning, error, '
         'got "a\\"\\x07"'),
        (f'[log]\nlevel = "{"x" * 99}"', 'docsync.toml:2: log.level must be one of debug, info, warning, error, '
         f'got "{"x" * 78}…'),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_what_it_must_be(folder: Path, text: str, expected: str) -> None:
    assert mistakes(folder, text) == (expected,)


@pytest.mark.parametrize("text", ["collections = []", "[collections]\ntype = 'a'", "collections = 3"])
def test_collections_that_are_no_list_of_tables_are_refused(folder: Path, text: str) -> None:
    (mistake,) = mistakes(folder, text)

    assert mistake.startswith("docsync.toml:1: collections must be at least one [[collections]] table")


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    text = '[watch]\nmode = 1\npol_ms = 2\n[admin]\nport = "x"\n[env.a.log]\nlevel = 1\n[[collections]]\npath = "/a"\n'

    places = [mistake.partition(": ")[0] for mistake in mistakes(folder, text, {"DOCSYNC_A__B": "1"})]

    line = "docsync.toml:{}".format
    needs = [line(8)] * 3  # type, include and format of the collection
    assert places == [line(2), line(3), line(5), line(7), *needs, line(9), "DOCSYNC_A__B"]


def test_a_variable_is_named_by_its_own_name(folder: Path) -> None:
    environ = {
        "DOCSYNC_WACH__POLL_MS": "1",
        "DOCSYNC_WATCH__POLL_MS": "x",
        "DOCSYNC_COLLECTIONS__0__PATH": "a",
    }

    assert mistakes(folder, "", environ) == (
        "DOCSYNC_COLLECTIONS__0__PATH: unknown key collections.0.path",
        "DOCSYNC_WACH__POLL_MS: unknown key wach.poll_ms; did you mean watch.poll_ms?",
        'DOCSYNC_WATCH__POLL_MS: watch.poll_ms must be a positive integer, got "x"',
    )


def test_a_variable_cannot_reach_into_a_collection(folder: Path) -> None:
    (mistake,) = mistakes(folder, "", {"DOCSYNC_COLLECTIONS[0]__PATH": "a"})

    assert "unknown key collections[0].path" in mistake


def test_each_missing_key_of_a_collection_is_named(folder: Path) -> None:
    assert mistakes(folder, '\n[[collections]]\ntype = "a"\npath = 3') == (
        "docsync.toml:2: collections[0] needs include",
        "docsync.toml:2: collections[0] needs format",
        'docsync.toml:4: collections[0].path must be a non-empty string, got 3',
    )  # fmt: skip


def test_two_collections_of_one_type_are_refused(folder: Path) -> None:
    assert mistakes(folder, COLLECTION + COLLECTION) == (
        'docsync.toml:7: collections[1].type "a" is taken by collections[0].type (docsync.toml:2)',
    )


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ('["*.json", "*.yaml"]', 'must all end in the same suffix, got [".json", ".yaml"]'),
        ('["*.{prompty,md}"]', 'must all end in the same suffix, got [".prompty", ".md"]'),
        ('["**/*"]', 'must end in a suffix such as ".json", got "**/*"'),
        ('["*.json", "*.j*"]', 'must end in a suffix such as ".json", got "*.j*"'),
    ],
)
def test_patterns_that_could_give_two_files_one_id_are_refused(
    folder: Path, include: str, expected: str
) -> None:
    (mistake,) = mistakes(folder, COLLECTION.replace('["*.json"]', include))

    assert mistake == f"docsync.toml:4: collections[0].include {expected}, so that no two files share an id"


def test_collections_of_an_overlay_are_checked_also_when_it_is_not_chosen(folder: Path) -> None:
    text = '[[env.a.collections]]\ntype = "a"\npath = "a"\ninclude = ["*"]\n'

    assert [mistake.partition(",")[0] for mistake in mistakes(folder, text)] == [
        "docsync.toml:1: env.a.collections[0] needs format",
        'docsync.toml:4: env.a.collections[0].include must end in a suffix such as ".json"',
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("settle_ms = 600", "docsync.toml:2: watch.settle_ms (600) must not exceed watch.debounce_ms (500)"),
        ("debounce_ms = 5", "docsync.toml:2: watch.settle_ms (10) must not exceed watch.debounce_ms (5)"),
        (
            "max_delay_ms = 50",
            "docsync.toml:2: watch.debounce_ms (500) must not exceed watch.max_delay_ms (50)",
        ),
    ],
)
def test_waiting_times_out_of_order_are_refused(folder: Path, text: str, expected: str) -> None:
    assert mistakes(folder, f"[watch]\n{text}") == (expected,)


def test_equal_waiting_times_are_in_order(folder: Path) -> None:
    assert mistakes(folder, "[watch]\nsettle_ms = 50\ndebounce_ms = 50\nmax_delay_ms = 50") == ()


def test_a_refused_value_brings_no_second_mistake_with_it(folder: Path) -> None:
    assert len(mistakes(folder, '[watch]\nsettle_ms = 600\ndebounce_ms = "700"')) == 1
    assert len(mistakes(folder, '[admin]\nhost = "0.0.0.0"\ntoken_file = 3')) == 1
    assert len(mistakes(folder, "[database]\npath = 3")) == 1
    assert len(mistakes(folder, COLLECTION.replace('"a"\npath', "3\npath"))) == 1
    assert len(mistakes(folder, COLLECTION.replace('path = "a"', "path = 3"))) == 1
    assert len(mistakes(folder, COLLECTION.replace('["*.json"]', "3"))) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "127.evil.org"])
def test_an_address_that_others_reach_needs_a_token(folder: Path, host: str) -> None:
    text = f'[admin]\nhost = "{host}"\n'

    (mistake,) = mistakes(folder, text)

    assert (
        mistake == f'docsync.toml:2: admin.host "{host}" is not this machine alone; set admin.token_file too'
    )
    assert mistakes(folder, text + 'token_file = "t"') == ()
    assert mistakes(folder, text + "enabled = false") == ()
    assert mistakes(folder, text, {"DOCSYNC_ADMIN__TOKEN_FILE": "/run/token"}) == ()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_alone_needs_no_token(folder: Path, host: str) -> None:
    assert mistakes(folder, f'[admin]\nhost = "{host}"\n') == ()


@pytest.mark.parametrize("path", ["personas/docsync.db", "personas/db/docsync.db", "./x/../prompts/a.db"])
def test_a_database_among_documents_is_refused(folder: Path, path: str) -> None:
    (mistake,) = mistakes(folder, f'[database]\npath = "{path}"\n')

    assert mistake.startswith(f'docsync.toml:2: database.path "{path}" lies in the folder of collections[')


def test_a_database_among_documents_is_refused_also_by_its_full_name(folder: Path) -> None:
    assert len(mistakes(folder, f'[database]\npath = "{folder.resolve()}/personas/docsync.db"\n')) == 1


@pytest.mark.parametrize(
    "path", ["docsync.db", "../docsync.db", "/var/x.db", "db/x.db", "personas/.x/docsync.db"]
)
def test_a_database_beside_documents_is_fine(folder: Path, path: str) -> None:
    assert mistakes(folder, f'[database]\npath = "{path}"\n') == ()


def test_a_collection_in_the_root_goes_with_a_hidden_database_only(folder: Path) -> None:
    whole = COLLECTION.replace('path = "a"', 'path = "."')

    assert mistakes(folder, whole) == ()
    assert mistakes(folder, whole + '[database]\npath = "../docsync.db"') == ()
    assert len(mistakes(folder, whole + '[database]\npath = "docsync.db"')) == 1


def test_a_collection_in_the_folder_of_the_default_database_is_refused(folder: Path) -> None:
    (mistake,) = mistakes(folder, COLLECTION.replace('path = "a"', 'path = ".docsync"'))

    assert mistake.startswith('docsync.toml:3: database.path ".docsync/docsync.db" lies in the folder of')


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (
            ".team/**/*.json",
            'a name that starts with "." is never read; rename the folder, or make it the path of a collection of its own',
        ),
        (
            "{a,#old}/*.json",
            'a name that starts with "#" is never read; rename the folder, or make it the path of a collection of its own',
        ),
        (
            "v1.TMP/*.json",
            'a name that ends in ".tmp" is never read; rename the folder, or make it the path of a collection of its own',
        ),
        ("**/~*.json", 'a name that starts with "~" is never read; rename the files'),
    ],
)
def test_a_pattern_that_can_match_nothing_that_is_read_is_refused_with_the_reason(
    folder: Path, pattern: str, reason: str
) -> None:
    text = COLLECTION.replace('["*.json"]', f'["**/*.json", "{pattern}"]')

    assert mistakes(folder, text) == (
        f'docsync.toml:4: collections[0].include "{pattern}" matches nothing: {reason}',
    )


def test_a_pattern_that_excludes_what_is_never_read_does_no_harm(folder: Path) -> None:
    assert mistakes(folder, COLLECTION + 'exclude = ["**/.git/**", "**/*.tmp"]') == ()


def test_alternatives_of_a_pattern_are_understood_up_to_a_number_of_braces(folder: Path) -> None:
    assert mistakes(folder, COLLECTION.replace("*.json", "{a,b}/*.json")) == ()
    assert mistakes(folder, COLLECTION.replace("*.json", "{a,b}/{.,c}/*.json"))
    assert mistakes(folder, COLLECTION.replace("*.json", "{a,b}" * 9 + "/*.json"))


def test_braces_that_stand_for_very_many_patterns_are_refused_at_once(folder: Path) -> None:
    many = "{" + ",".join("abcdefghij") + "}"
    (mistake,) = mistakes(folder, COLLECTION.replace("*.json", many * 8 + "/*.json"))
    assert "include" in mistake
    assert mistakes(folder, COLLECTION.replace("*.json", many * 2 + "/*.json")) == ()
