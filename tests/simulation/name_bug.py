"""Planted bugs in what is made of names: links, exchanges, equal stamps, waits, and names that look alike."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from watchdog.observers.inotify_c import InotifyConstants as In

from docsync.change import Warn
from docsync.model import Sign
from docsync.policy.guard import Guard
from docsync.scan.walk import Walk
from docsync.sync.batch.links import LinkTracker
from docsync.sync.batch.name_twins import NameTwins
from docsync.sync.batch.survey import Surveyor
from docsync.sync.thread.inbox import Inbox
from docsync.watch.inotify import InotifySource
from tests.simulation.bug import Wrapped, instead


@instead(Surveyor, "_find_must_read")
def a_hint_does_not_outrank_an_equal_stamp(
    right: Wrapped, self: Surveyor, known: Any, batch: Any, *_: Any
) -> Any:
    return right(self, known, replace(batch, dirty={}, asked=frozenset()), ())


@instead(Inbox, "take")
def a_wait_leaves_what_is_not_due(right: Wrapped, self: Inbox, *args: Any, everything: bool) -> Any:
    return right(self, *args, everything=False)


@instead(Inbox, "hint")
def an_exchange_leaves_one_half(right: Wrapped, self: Inbox, path: str, sign: Sign) -> None:
    known = self._coalescer._dirty.get(path)
    if known is not None and (known.sign, sign) == (Sign.RENAMED, Sign.GONE):
        del self._coalescer._dirty[path]  # as if what came and went had never been
        self._coalescer._alarms.pop(path, None)
        if path in self._coalescer._backlog:
            self._coalescer._backlog.discard(path)
    else:
        right(self, path, sign)


@instead(Inbox, "mark_closed")
def a_wait_takes_a_made_link_for_open(right: Wrapped, self: Inbox, *args: Any) -> None:
    pass


@instead(LinkTracker, "find_links_to")
def a_symbolic_link_is_not_looked_at_with_its_target(right: Wrapped, self: LinkTracker, dirty: Any) -> Any:
    return sorted(self._find_names(dirty) - dirty)


@instead(LinkTracker, "mark_scanned")
def a_link_to_nothing_is_forgotten(right: Wrapped, self: LinkTracker, scopes: Any, scan: Any) -> None:
    right(self, scopes, replace(scan, steps={path: scan.steps[path] for path in scan.links}))


@instead(LinkTracker, "mark_scanned")
def a_file_of_two_names_is_taken_for_two(right: Wrapped, self: LinkTracker, scopes: Any, scan: Any) -> None:
    right(self, scopes, replace(scan, shared=frozenset()))


@instead(LinkTracker, "mark_scanned")
def a_name_that_is_no_document_leads_to_none(
    right: Wrapped, self: LinkTracker, scopes: Any, scan: Any
) -> None:
    right(self, scopes, replace(scan, aliases=frozenset()))


@instead(LinkTracker, "find_other_names")
def a_file_that_got_a_second_name_is_not_looked_for(right: Wrapped, self: LinkTracker, *_: Any) -> list[str]:
    return []


@instead(LinkTracker, "take_followed")
def nothing_is_followed_out_of_the_folders(right: Wrapped, self: LinkTracker) -> None:
    right(self)


@instead(LinkTracker, "list_unhinted")
def a_wait_looks_at_no_link(right: Wrapped, self: LinkTracker) -> set[str]:
    return set()


@instead(Guard, "_loses_old")
def the_rows_of_a_replaced_folder_go(right: Wrapped, self: Guard, *_: Any) -> bool:
    return False


@instead(NameTwins, "update")
def what_looks_alike_is_said_of_the_new_name_only(
    right: Wrapped, self: NameTwins, work: Any
) -> Iterator[Warn]:
    yield from (warn for warn in right(self, work) if warn.path in work.upserted)


# Where names are looked up


@instead(Walk, "_resolve_link")
def a_link_out_of_the_folder_is_followed(right: Wrapped, self: Walk, location: str) -> str:
    return right(self, location) or "personas/elsewhere.json"


@instead(InotifySource, "_handle_folder")
def an_exchange_leaves_a_folder_unwatched(
    right: Wrapped, self: InotifySource, node: Any, mask: int, name: str
) -> Iterator[tuple[str, Sign]]:
    if mask & (In.IN_DELETE | In.IN_MOVED_FROM) and name in node.children:
        self._tree.drop(node.children[name])
        yield node.join_name(name), Sign.FOLDER
    else:
        yield from right(self, node, mask, name)


ON_DISK = {"a_link_out_of_the_folder_is_followed", "an_exchange_leaves_a_folder_unwatched"}
"""The bugs that only a real tree can show, with the scan and the watcher that ship."""
