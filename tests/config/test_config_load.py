"""Where docsync.toml is found, what wins over what, and how a whole configuration looks."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docsync.config import Config, WatchSettings, find_file, load_config
from docsync.errors import ConfigError
from docsync.names import Collection

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json")
PROMPTS = Collection("prompt_template", "prompts", ("**/*.prompty",), "prompty")


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(start: Path, **options: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_config(start, **{"environ": {}, **options})
    return caught.value.mistakes


def test_the_file_is_found_in_a_folder_above(tmp_path: Path) -> None:
    file = write(tmp_path / "docsync.toml")
    (tmp_path / "a" / "b").mkdir(parents=True)

    assert find_file(tmp_path / "a" / "b") == file.resolve()
    assert find_file(tmp_path) == file.resolve()


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_the_search_ends_at_the_git_root(tmp_path: Path, kind: str) -> None:
    write(tmp_path / "docsync.toml")
    inner = tmp_path / "repository" / "sub"
    inner.mkdir(parents=True)
    git = tmp_path / "repository" / ".git"
    git.mkdir() if kind == "folder" else git.touch()  # a worktree and a submodule have a file

    assert find_file(inner) is None
    in_root = write(tmp_path / "repository" / "docsync.toml")
    assert find_file(inner) == in_root.resolve()


def test_without_a_file_the_defaults_hold_where_the_search_began(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    config = load_config(tmp_path, environ={})

    assert (config.root, config.file, config.environment) == (tmp_path.resolve(), None, None)
    assert config.collections == (PERSONAS, PROMPTS)
    assert config.watch == WatchSettings("auto", 10, 500, 2000, 1000, 60)
    assert config.database_path == tmp_path.resolve() / ".docsync" / "docsync.db"
    assert set(config.origins.values()) == {"default"}


def test_a_file_without_collections_keeps_the_default_ones(tmp_path: Path) -> None:
    file = write(tmp_path / "docsync.toml", "[watch]\npoll_ms = 5\n")

    config = load_config(tmp_path, environ={})

    assert (config.file, config.watch.poll_ms) == (file.resolve(), 5)
    assert config.collections == (PERSONAS, PROMPTS)


def test_the_root_is_the_folder_of_the_file_even_if_that_is_a_link(tmp_path: Path) -> None:
    real = write(tmp_path / "mounted" / "config.toml", "[watch]\npoll_ms = 5\n")
    (tmp_path / "project" / "sub").mkdir(parents=True)
    (tmp_path / "project" / "docsync.toml").symlink_to(real)

    config = load_config(tmp_path / "project" / "sub", environ={})

    assert config.root == (tmp_path / "project").resolve()
    assert config.watch.poll_ms == 5


def test_a_named_file_is_read_instead_of_the_one_that_would_be_found(tmp_path: Path) -> None:
    write(tmp_path / "docsync.toml", "[watch]\npoll_ms = 5\n")
    other = write(tmp_path / "other" / "test.toml", "[watch]\npoll_ms = 6\n")

    config = load_config(tmp_path, file=other, environ={})

    assert (config.watch.poll_ms, config.root) == (6, other.parent.resolve())
    assert config.origins["watch.poll_ms"] == "test.toml:2"


def test_everything_a_file_says_is_in_the_configuration(tmp_path: Path) -> None:
    write(
        tmp_path / "docsync.toml",
        """
        database.path = "/var/lib/docsync/a.db"
        guard = { max_delete_ratio = 1, min_deletes = 3 }
        limits.max_file_bytes = 9
        changes.keep = 7
        lint.ignore = ["overlap"]
        log = { format = "json", level = "debug" }
        [watch]
        mode = "poll"
        settle_ms = 1
        debounce_ms = 2
        max_delay_ms = 3
        poll_ms = 4
        rescan_seconds = 5
        [admin]
        enabled = false
        host = "::1"
        port = 0
        token_file = "token"
        [[collections]]
        type = "note"
        path = "./notes//all/"
        include = ["a/*.md", "b/*.md"]
        exclude = ["a/x.md"]
        format = "markdown"
        schema = "schemas/note.json"
        index = ["a.b"]
        """,
    )

    config = load_config(tmp_path, environ={})

    assert config.database_path == Path("/var/lib/docsync/a.db")
    assert (config.guard.max_delete_ratio, config.guard.min_deletes, config.limits.max_file_bytes) == (
        1,
        3,
        9,
    )
    assert config.changes.keep == 7
    assert (config.lint.ignore, config.log.format, config.log.level) == (("overlap",), "json", "debug")
    assert config.watch == WatchSettings("poll", 1, 2, 3, 4, 5)
    admin = config.admin
    assert (admin.enabled, admin.host, admin.port, admin.token_file) == (False, "::1", 0, "token")
    assert config.collections == (
        Collection(
            type="note",
            path="notes/all",
            include=("a/*.md", "b/*.md"),
            format="markdown",
            exclude=("a/x.md",),
            index=("a.b",),
            schema="schemas/note.json",
        ),
    )


LAYERED = "[watch]\npoll_ms = 1\n[env.production.watch]\npoll_ms = 2\n[env.test]\n"


def poll_and_origin(config: Config) -> tuple[int, str]:
    return config.watch.poll_ms, config.origins["watch.poll_ms"]


def test_flags_win_over_environment_over_overlay_over_file_over_defaults(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert poll_and_origin(load_config(tmp_path, environ={})) == (1000, "default")
    write(tmp_path / "docsync.toml", LAYERED)
    variable = {"DOCSYNC_WATCH__POLL_MS": "3"}

    by_file = load_config(tmp_path, environ={})
    by_overlay = load_config(tmp_path, environ={"DOCSYNC_ENV": "production"})
    by_variable = load_config(tmp_path, environ=variable, environment="production")
    by_flag = load_config(tmp_path, environ=variable, environment="production", flags={"watch.poll_ms": 4})

    assert poll_and_origin(by_file) == (1, "docsync.toml:2")
    assert poll_and_origin(by_overlay) == (2, "docsync.toml:4 (env.production)")
    assert poll_and_origin(by_variable) == (3, "DOCSYNC_WATCH__POLL_MS")
    assert poll_and_origin(by_flag) == (4, "--flag")


def test_the_named_environment_wins_over_the_variable(tmp_path: Path) -> None:
    write(tmp_path / "docsync.toml", LAYERED)

    config = load_config(tmp_path, environ={"DOCSYNC_ENV": "production"}, environment="test")

    assert (config.environment, config.watch.poll_ms) == ("test", 1)


def test_an_empty_environment_variable_chooses_nothing(tmp_path: Path) -> None:
    write(tmp_path / "docsync.toml", LAYERED)

    assert load_config(tmp_path, environ={"DOCSYNC_ENV": ""}).environment is None


def test_an_overlay_replaces_the_list_of_collections(tmp_path: Path) -> None:
    own = '[[{}collections]]\ntype = "{}"\npath = "x"\ninclude = ["*.json"]\nformat = "json"\n'
    write(tmp_path / "docsync.toml", own.format("", "a") + own.format("", "b") + own.format("env.test.", "c"))

    base = load_config(tmp_path, environ={})
    test = load_config(tmp_path, environ={}, environment="test")

    assert [collection.type for collection in base.collections] == ["a", "b"]
    assert [collection.type for collection in test.collections] == ["c"]
    assert test.origins["collections[0].type"] == "docsync.toml:12 (env.test)"
    assert "collections[1].type" not in test.origins


def test_an_unknown_environment_is_refused_with_the_known_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    no_file = mistakes(tmp_path, environment="prod")
    write(tmp_path / "docsync.toml", "")
    no_overlay = mistakes(tmp_path, environ={"DOCSYNC_ENV": "prod"})
    write(tmp_path / "docsync.toml", LAYERED)
    no_such = mistakes(tmp_path, environment="prod")

    assert no_file == ("--env: unknown environment prod; there is no docsync.toml to name one",)
    assert no_overlay == ("DOCSYNC_ENV: unknown environment prod; docsync.toml has no [env.prod] tables",)
    assert no_such == ("--env: unknown environment prod; known: production, test",)


def test_a_file_outside_the_working_directory_is_named_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "docsync.toml", "x = 1\n")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    from_below = mistakes(tmp_path / "sub")
    monkeypatch.chdir(tmp_path)
    from_beside = mistakes(tmp_path / "sub")

    assert from_below == (f"{file.resolve()}:1: unknown key x",)
    assert from_beside == ("docsync.toml:1: unknown key x",)


def test_a_flag_is_checked_like_everything_else(tmp_path: Path) -> None:
    assert mistakes(tmp_path, flags={"watch.mode": "x"}) == (
        '--flag: watch.mode must be one of auto, events, poll, got "x"',
    )


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert mistakes(Path("nowhere")) == ("nowhere: no such folder",)


def test_a_folder_or_a_dangling_link_named_docsync_toml_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a" / "docsync.toml").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "docsync.toml").symlink_to("nowhere")

    assert mistakes(tmp_path / "a")[0].endswith("docsync.toml: cannot be read: Is a directory")
    assert mistakes(tmp_path / "b")[0].endswith("docsync.toml: cannot be read: No such file or directory")


def test_origins_cannot_be_changed(tmp_path: Path) -> None:
    origins = load_config(tmp_path, environ={}).origins

    with pytest.raises(TypeError):
        origins["watch.mode"] = "x"  # type: ignore[index]  # what a caller without types does


def test_the_import_leaves_out_what_only_files_and_mistakes_need() -> None:
    script = "import sys, docsync.config; assert not {'tomllib', 'difflib'} & sys.modules.keys()"

    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)
