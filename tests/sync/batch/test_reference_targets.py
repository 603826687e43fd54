"""Which targets of references whoever waits must look at: those that no hint tells of, and no others."""

import os
from pathlib import Path

import pytest

from docsync.model import Reference, ReferenceStatus
from docsync.scan.tree import FileTree
from docsync.sync.batch.reference_targets import ReferenceTargets

DOCUMENT = "prompts/mail/p.prompty"


@pytest.fixture
def targets(tmp_path: Path) -> ReferenceTargets:
    (tmp_path / "prompts/mail/real").mkdir(parents=True)
    os.symlink("real", tmp_path / "prompts/mail/linked")
    return ReferenceTargets(FileTree(tmp_path, (), 1_000))


def to(*names: str) -> list[Reference]:
    return [Reference("file", name, "sample") for name in names]


def test_a_hidden_name_and_a_way_through_a_link_are_looked_at(targets: ReferenceTargets) -> None:
    names = (
        "a.json",
        "real/a.json",
        ".a.json",
        ".kept/a.json",
        "linked/a.json",
        "linked",
        "../.a.json",
        "/.a",
    )

    resolved = targets.resolve_all(DOCUMENT, [*to(*names), Reference("env", ".A", "model")])

    assert [one.status for one in resolved].count(ReferenceStatus.MISSING) == 6
    assert targets.list_unhinted() == {
        f"prompts/mail/{name}" for name in (".a.json", ".kept/a.json", "linked/a.json", "linked")
    }


def test_a_document_that_is_loaded_again_has_the_references_that_it_has_now(
    targets: ReferenceTargets,
) -> None:
    targets.resolve_all(DOCUMENT, to(".a", ".b"))
    targets.resolve(DOCUMENT, *to(".c"))
    assert targets.list_unhinted() == {"prompts/mail/.a", "prompts/mail/.b", "prompts/mail/.c"}

    targets.resolve_all(DOCUMENT, to(".b"))
    assert targets.list_unhinted() == {"prompts/mail/.b"}

    targets.resolve_all(DOCUMENT, [])
    assert targets.list_unhinted() == set()


def test_what_no_document_has_any_more_is_forgotten(targets: ReferenceTargets) -> None:
    targets.resolve_all(DOCUMENT, to(".a"))
    targets.resolve_all("prompts/gone.prompty", to(".b"))

    targets.keep({DOCUMENT})

    assert targets.list_unhinted() == {"prompts/mail/.a"}
