"""docsync config show."""

from tests.cli.conftest import Shell


def test_every_setting_is_shown_with_where_it_was_written(shell: Shell) -> None:
    shell.write("docsync.toml", "[watch]\nsettle_ms = 20\n")

    answer = shell("config", "show", "--origin", DOCSYNC_LOG__LEVEL="debug")

    lines = {line.split(" = ")[0]: line for line in answer.out.splitlines()}
    assert lines["watch.settle_ms"].split("#") == [
        "watch.settle_ms = 20".ljust(lines["watch.settle_ms"].index("#")),
        " docsync.toml:2",
    ]
    assert lines["log.level"].endswith("# DOCSYNC_LOG__LEVEL")
    assert lines["guard.min_deletes"].endswith("# default")
    assert answer.err == f"# {shell.root}/docsync.toml\n"


def test_without_a_file_the_defaults_hold(shell: Shell) -> None:
    answer = shell("config", "show")

    assert answer.code == 0
    assert 'collections[0].include = ["**/*.json"]' in answer.out.splitlines()
    assert "no docsync.toml" in answer.err


def test_json_names_the_origin_of_each_value(shell: Shell) -> None:
    value = shell("config", "show", "--json").json

    assert value["file"] is None
    assert {"key": "database.path", "value": ".docsync/docsync.db", "origin": "default"} in value["settings"]
