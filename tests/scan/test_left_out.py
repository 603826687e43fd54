"""What is left out is counted by its reason, and of one file the reason is said exactly."""

from pathlib import Path

import pytest

from docsync.names import Collection
from docsync.scan.left_out import explain, explain_folder, survey_left_out

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json", exclude=("drafts/**", "**/*.old.json"))
PROMPTS = Collection("prompt_template", "prompts", ("a/**/*.prompty", "b/*.prompty"), "prompty")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in ("personas/ada.json", "prompts/a/b/c.prompty"):
        write(tmp_path, path)
    return tmp_path


def write(root: Path, path: str, text: str = "{}") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def counted(root: Path, *collections: Collection) -> dict[str, tuple[int, str]]:
    survey = survey_left_out(str(root), collections or (PERSONAS, PROMPTS))
    return {kind.value: (files.count, files.first) for kind, files in survey.files.items()}


def test_files_are_counted_by_the_reason_for_which_they_are_left_out(root: Path) -> None:
    for path in (
        ".team/x.json",
        ".team/deep/y.json",
        "#old/z.json",
        "v1.tmp/v.json",
        "#1 fan.json",
        "node_modules/pkg/package.json",
        "tree/n/b.json",
        "X.JSON",
        "drafts/d.json",
        "e.old.json",
        ".git/objects/o.json",
        ".notes.txt",
        "other.yaml",
    ):
        write(root, f"personas/{path}")
    write(root, "personas/tree/.git", "gitdir: /x/.git/worktrees/n")

    assert counted(root) == {
        "hidden_folder": (4, "personas/#old/z.json"),
        "hidden_name": (1, "personas/#1 fan.json"),
        "foreign": (2, "personas/node_modules/pkg/package.json"),
        "case": (1, "personas/X.JSON"),
        "excluded": (2, "personas/drafts/d.json"),
    }


def test_a_file_that_another_collection_takes_is_not_left_out(root: Path) -> None:
    write(root, "personas/drafts/d.json")
    write(root, "personas/node_modules/p/d.json")
    drafts = Collection("draft", "personas/drafts", ("*.json",), "json")
    packaged = Collection("packaged", "personas/node_modules/p", ("*.json",), "json")

    assert counted(root, PERSONAS, drafts, packaged) == {}


def test_what_only_another_pattern_of_the_folder_means_is_left_out(root: Path) -> None:
    write(root, "personas/node_modules/p/d.json")
    write(root, "personas/node_modules/q/d.json")
    asking = Collection("persona", "personas", ("**/*.json", "node_modules/p/*.json"), "json")

    assert counted(root, asking) == {"foreign": (1, "personas/node_modules/q/d.json")}


def test_each_reason_is_a_sentence_and_what_is_configured_is_said_on_demand(root: Path) -> None:
    for path in ("personas/.a/x.json", "personas/.a/y.json", "personas/X.JSON", "personas/drafts/d.json"):
        write(root, path)
    survey = survey_left_out(str(root), (PERSONAS, PROMPTS))

    assert survey.list_sentences(with_meant=True) == [
        "1 file differs in case only from a pattern (personas/X.JSON)",
        "2 files in hidden folders are not read (such as personas/.a/x.json)",
        "1 file is excluded (personas/drafts/d.json)",
        "prompts: no file matches b/*.prompty",
    ]
    assert "1 file is excluded (personas/drafts/d.json)" not in survey.list_sentences(with_meant=False)


def test_a_pattern_of_a_folder_that_is_not_there_is_not_said_to_match_nothing(root: Path) -> None:
    missing = Collection("m", "missing", ("*.json",), "json")

    assert survey_left_out(str(root), (missing,)).list_sentences(with_meant=True) == []


def test_only_so_many_names_are_looked_at(root: Path) -> None:
    write(root, "personas/.a/x.json")
    survey = survey_left_out(str(root), (PERSONAS, PROMPTS), max_names=1)

    assert not survey.is_whole
    assert survey.list_sentences(with_meant=True)[-1].startswith("more than ")


def test_a_folder_that_cannot_be_listed_is_passed_by(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise PermissionError

    monkeypatch.setattr("docsync.scan.left_out.os.scandir", refuse)

    assert counted(root) == {}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("personas/#1 fan.json", 'a name that starts with "#" is never read'),
        ("personas/a.json~", 'a name that ends in "~" is never read'),
        (
            "personas/.team/a.json",
            'a name that starts with "." is never read, nor what lies in personas/.team',
        ),
        (
            "personas/node_modules/a.json",
            "personas/node_modules is not entered: installed packages; to have it, spell it out in a pattern of include",
        ),
        (
            "personas/tree/a/b.json",
            "personas/tree is not entered: another worktree of a Git repository (.git); "
            "to have it, spell it out in a pattern of include",
        ),
        ("personas/link/a.json", "personas/link is a link to a folder, which is not followed"),
        ("personas/drafts/a.json", 'persona excludes it with "drafts/**"'),
        ("personas/A.Json", "it differs in case only from what a pattern of persona matches; rename it"),
        ("personas/a.yaml", "no pattern matches it (persona: **/*.json)"),
        ("prompts/c.prompty", "no pattern matches it (prompt_template: a/**/*.prompty, b/*.prompty)"),
        ("notes/a.md", "it lies outside of every collection (their folders: personas, prompts)"),
    ],
)
def test_of_a_file_the_reason_is_said_exactly(root: Path, path: str, reason: str) -> None:
    write(root, "personas/tree/.git", "gitdir: /x/.git/worktrees/n")
    (root / "personas/link").symlink_to("tree")

    assert explain(str(root), (PERSONAS, PROMPTS), path) == reason


def test_a_file_in_a_folder_that_another_pattern_asks_for_is_explained(root: Path) -> None:
    asking = Collection("persona", "personas", ("**/*.json", "node_modules/p/*.json"), "json")
    write(root, "personas/node_modules/q/d.json")

    reason = explain(str(root), (asking,), "personas/node_modules/q/d.json")

    assert reason == "no pattern of persona that it matches spells its folder out"


def test_of_two_collections_the_one_whose_pattern_means_the_file_says_why(root: Path) -> None:
    notes = Collection("note", "personas", ("**/*.md",), "markdown")

    assert explain(str(root), (notes, PERSONAS), "personas/drafts/a.json").startswith("persona excludes it")


def test_of_a_folder_the_reason_is_said_unless_it_is_entered(root: Path) -> None:
    write(root, "personas/venv/a.json")
    both = (PERSONAS, PROMPTS)

    assert explain_folder(str(root), both, "personas") is None
    assert explain_folder(str(root), both, "elsewhere") is None
    assert explain_folder(str(root), both, "prompts/a") is None
    why = explain_folder(str(root), both, "personas/venv")
    assert why is not None
    assert why.startswith("personas/venv is not entered: a virtual environment of Python;")


def test_what_git_ignores_is_counted_and_explained_with_the_line(root: Path) -> None:
    asking = Collection("persona", "personas", ("**/*.json",), "json", ignore="git")
    write(root, "personas/a.draft.json")
    write(root, "personas/.gitignore", "# not yet\n*.draft.json\n")

    assert counted(root, asking) == {"ignored": (1, "personas/a.draft.json")}
    assert explain(str(root), (asking,), "personas/a.draft.json") == (
        'Git ignores it: personas/.gitignore:2: "*.draft.json"'
    )
