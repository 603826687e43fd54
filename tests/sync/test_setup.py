"""Settings to an engine: every rule that can change a row makes its collection load again, and no other does."""

from dataclasses import replace
from typing import Any

import pytest

from docsync.model import Timing
from docsync.names import Collection
from docsync.sync.batch.review import DocumentRules
from docsync.sync.setup import fingerprints
from tests.helpers.project import PERSONAS, PROMPTS, Project


def prints(project: Project, collection: Collection = PERSONAS, **changes: Any) -> str:
    collections = changes.pop("collections", (PERSONAS, PROMPTS))
    settings = replace(project.settings, collections=collections, **changes)
    return fingerprints(settings, DocumentRules())[collection.type]


@pytest.mark.parametrize(
    "changes", [{"max_file_bytes": 7}, {"ignore": frozenset({"overlap"})}, {"redact_secrets": True}]
)
def test_a_setting_that_can_change_a_row_changes_the_fingerprint(
    project: Project, changes: dict[str, Any]
) -> None:
    assert prints(project, **changes) != prints(project)


@pytest.mark.parametrize(
    "collection", [replace(PERSONAS, format="yaml"), replace(PERSONAS, path="people"), PROMPTS], ids=["format", "path", "other"]
)  # fmt: skip
def test_another_collection_has_another_fingerprint(project: Project, collection: Collection) -> None:
    assert prints(project, collection, collections=(collection,)) != prints(project, collections=(PERSONAS,))


def test_a_collection_that_may_claim_the_same_files_changes_the_fingerprint(project: Project) -> None:
    assert prints(project, collections=(PERSONAS, PROMPTS, replace(PERSONAS, type="copy"))) != prints(project)


@pytest.mark.parametrize(
    "changes", [{"timing": Timing(1, 2, 3)}, {"min_deletes": 1}, {"max_delete_ratio": 0.1}]
)
def test_a_setting_that_changes_no_row_changes_no_fingerprint(
    project: Project, changes: dict[str, Any]
) -> None:
    assert prints(project, **changes) == prints(project)


def test_the_order_of_what_is_ignored_does_not_matter(project: Project) -> None:
    names = [f"code{number}" for number in range(20)]
    assert prints(project, ignore=frozenset(names)) == prints(project, ignore=frozenset(reversed(names)))


def test_the_index_of_a_collection_costs_no_reload(project: Project) -> None:
    project.persona("personas/a.json")
    project.settle()
    project.connection.execute("UPDATE files SET racy = 0")
    project.start(collections=(replace(PERSONAS, index=("name",)), PROMPTS))
    assert project.sync().looked == 0


def test_the_fingerprint_is_recorded_only_when_everything_is_decided(project: Project) -> None:
    project.persona("personas/a.json", name="A")
    project.settle()
    project.start(max_file_bytes=5)
    project.sync()
    project.start()
    assert project.sync().looked == 1
    project.settle()
    assert project.problems() == [("personas/a.json", "too-large")]
    project.start()
    assert project.sync().looked == 0
