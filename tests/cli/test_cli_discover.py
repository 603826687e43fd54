"""Which personas and prompts a project has already, and the collections that hold them."""

from pathlib import Path

import pytest

from docsync.cli.discover import Discovery, discover, propose_collections


def make(root: Path, *paths: str) -> Discovery:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("{}")
    return discover(str(root))


def test_json_counts_only_below_a_folder_named_like_personas(tmp_path: Path) -> None:
    found = make(tmp_path, "package.json", "src/Characters/old/a.json", "agents/b.json", "notes/c.json")

    assert found.personas == ("agents/b.json", "src/Characters/old/a.json")


def test_prompts_count_wherever_they_are(tmp_path: Path) -> None:
    assert make(tmp_path, "a.prompty", "x/y/b.prompty").prompts == ("a.prompty", "x/y/b.prompty")


@pytest.mark.parametrize("folder", [".git", "node_modules", ".venv", "venv", "1/2/3/4/5/6/7/8/9"])
def test_hidden_foreign_and_very_deep_folders_are_left_alone(tmp_path: Path, folder: str) -> None:
    assert make(tmp_path, f"{folder}/personas/a.json", f"{folder}/a.prompty") == Discovery((), ())


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)

    assert make(tmp_path, "personas/a.json").personas == ("personas/a.json",)


def shapes(found: Discovery) -> list[tuple[str, tuple[str, ...]]]:
    return [(collection.path, collection.include) for collection in propose_collections(found)]


@pytest.mark.parametrize(
    ("personas", "prompts", "expected"),
    [
        ((), (), [("personas", ("**/*.json",)), ("prompts", ("**/*.prompty",))]),
        (
            ("personas/team/a.json",),
            ("p/q/a.prompty",),
            [("personas", ("**/*.json",)), ("p/q", ("**/*.prompty",))],
        ),
        (
            ("data/agents/a.json", "data/people/b.json"),
            ("x/a.prompty", "x/y/b.prompty"),
            [("data", ("agents/**/*.json", "people/**/*.json")), ("x", ("**/*.prompty",))],
        ),
        (
            ("agents/a.json", "people/b.json"),
            ("a.prompty", "x/b.prompty"),
            [(".", ("agents/**/*.json", "people/**/*.json")), (".", ("**/*.prompty",))],
        ),
    ],
)
def test_the_collections_hold_what_was_found(
    personas: tuple[str, ...], prompts: tuple[str, ...], expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    found = Discovery(personas, prompts)

    assert shapes(found) == expected
    kept_personas, kept_prompts = propose_collections(found)
    assert all(kept_personas.matches(path) for path in personas)
    assert all(kept_prompts.matches(path) for path in prompts)


def test_prompts_of_the_whole_project_leave_out_other_peoples_files() -> None:
    _, prompts = propose_collections(Discovery((), ("a.prompty",)))

    assert not prompts.matches("web/node_modules/x/b.prompty")
    assert not prompts.matches("venv/b.prompty")
