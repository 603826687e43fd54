"""Planted bugs about files that prompts take in: see bug.py."""

from typing import Any

from docsync.model import Asset
from docsync.sync.batch.assets import _Gathering
from docsync.sync.batch.dependents import Dependents
from tests.simulation.bug import Wrapped, instead


@instead(Dependents, "_find_asset_users")
def what_is_taken_in_is_never_read_again(right: Wrapped, self: Dependents, work: Any) -> set[str]:
    return set()


@instead(_Gathering, "_may_be_unfinished")
def a_half_of_what_is_taken_in_is_believed(
    right: Wrapped, self: Any, path: str, claims: Any, read: Any
) -> bool:
    return False


@instead(_Gathering, "_read_gone")
def a_file_that_a_taken_in_one_names_may_be_gone(right: Wrapped, self: Any, one: Any) -> Asset:
    return right(self, one) if one.namer == self.document else Asset(one.path)
