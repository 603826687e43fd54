"""Names of conflict copies: what programs call a copy, and what anybody may call a file of their own."""

import pytest

from docsync.names.conflict_copy import find_conflict_copy


@pytest.mark.parametrize(
    ("name", "original", "program"),
    [
        ("ada.sync-conflict-20261129-010203-5RQAITR.json", "ada.json", "Syncthing"),
        ("ada.agent.sync-conflict-20261129-010203-5RQAITR.json", "ada.agent.json", "Syncthing"),
        ("ada (Eva's conflicted copy 2026-11-29).json", "ada.json", "Dropbox"),
        ("ada (Eva's conflicted copy 2026-11-29 (1)).json", "ada.json", "Dropbox"),
        ("ada (conflicted copy 2026-11-29 010203).json", "ada.json", "Nextcloud"),
        ("ada (Conflicted copy phone 202611290102).md", "ada.md", "Obsidian"),
        ("ada (Evas in Konflikt stehende Kopie 2026-11-29).json", "ada.json", "Dropbox"),
        ("ada (Case Conflict 1).json", "ada.json", "Dropbox"),
        ("ada_conflict-20261129-010203.json", "ada.json", "ownCloud"),
        ("ada_conflict-eva-20261129-010203.json", "ada.json", "ownCloud"),
        ("ada (SFConflict eva@example.com 2026-11-29-01-02-03).json", "ada.json", "Seafile"),
        ("ada_Office_Aug-26-095633-2026_Conflict.json", "ada.json", "Synology"),
        ("ada [conflicted].json", "ada.json", "pCloud"),
        ("ada-conflict-20261129.json", "ada.json", "Unison"),
        ("ada (copy: conflict at laptop on 2026-11-29).json", "ada.json", "Unison"),
        ("ada.conflict2.json", "ada.json", "rclone"),
        ("Copy of ada.json", "ada.json", "file manager"),
        ("ada - Copy (2).json", "ada.json", "file manager"),
        ("ada (another copy).json", "ada.json", "file manager"),
        ("team (Eva's conflicted copy 2026-11-29)", "team", "Dropbox"),
    ],
)
def test_a_conflict_copy_tells_of_what_it_is_and_who_made_it(name: str, original: str, program: str) -> None:
    found = find_conflict_copy(name)

    assert found is not None
    assert found.original == original
    assert program in found.program


@pytest.mark.parametrize(
    "name",
    [
        "ada.json",
        "ada (1).json",
        "ada-LAPTOP.json",
        "ad copy.prompty",
        "blog - copy.prompty",
        "copywriter.json",
        "conflict resolution.json",
        "handling-conflict-2026-talks.json",
        "sync-conflict.json",
        "_conflict-20261129-010203.json",
        "ada_conflict.json",
        "Copy of.json",
        "photocopy.json",
    ],
)
def test_a_name_that_anybody_may_give_is_no_conflict_copy(name: str) -> None:
    assert find_conflict_copy(name) is None


def test_a_copy_that_a_person_made_is_no_conflict() -> None:
    by_hand, by_program = find_conflict_copy("Copy of a.json"), find_conflict_copy("a.conflict1.json")

    assert by_hand
    assert by_program
    assert not by_hand.is_conflict
    assert by_program.is_conflict
