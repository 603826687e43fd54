"""The watched folders: a tree for each root and the steps that lead to it.

Never reads an event and never hints. Watch first, then list: what appears after the list is announced by the
watch, what was there before is in the list.
"""

import errno
import os
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import RLock

from docsync.foreign import NOTHING_ASKED_FOR, FolderRule
from docsync.names import is_hidden
from docsync.watch.descriptor import STEP_MASK, TREE_MASK
from docsync.watch.followed import Followed, FollowedFiles
from docsync.watch.kernel_watches import Kernel, Ledger
from docsync.watch.mount import find_mounted_files
from docsync.watch.resolve import resolve

_NOT_THERE = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP))


@dataclass(eq=False, slots=True)
class WatchedRoot:
    """A watched root. `node` is its tree, None while its path does not exist."""

    path: str
    node: "WatchedFolder | None" = None
    steps: "dict[PathStep, int]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PathStep:
    """The name in a folder that a root's path depends on."""

    root: WatchedRoot
    folder: str
    name: str


@dataclass(eq=False, slots=True)
class WatchedFolder:
    """A folder of a root's tree: its path in the project, where it really lies, and its watch.

    One that `is_foreign` by what lies in it has no children: it is watched only for that to change.
    """

    root: WatchedRoot
    path: str
    real: str
    parent: "WatchedFolder | None" = None
    watch: int | None = None
    is_foreign: bool = False
    children: "dict[str, WatchedFolder]" = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name by which its parent knows it."""
        return self.path.rpartition("/")[2]

    def join_name(self, name: str) -> str:
        """The path of an entry."""
        return f"{self.path}/{name}" if self.path else name


class WatchTree:
    """All roots.

    `lock` guards it: events, a resync and the polling of unwatchable folders come from three threads.
    """

    def __init__(
        self, top: str, folders: Sequence[str], kernel: Kernel, rule: FolderRule = NOTHING_ASKED_FOR
    ) -> None:
        self.lock = RLock()
        self.roots = [WatchedRoot("" if path == "." else path) for path in dict.fromkeys(folders)]
        self.ledger: Ledger[WatchedFolder | PathStep | Followed] = Ledger(kernel)
        self.followed = FollowedFiles(top, self.ledger)
        self.refused: dict[WatchedFolder | PathStep, int] = {}
        """Folders and steps without a watch, with the error number of the kernel."""
        self._top = top
        self._rule = rule

    def is_entered(self, name: str) -> bool:
        """True for the name of a folder that is entered, as far as the name tells."""
        return not is_hidden(name) and self._rule.describe_name(name) is None

    def has_changed_kind(self, node: WatchedFolder) -> bool:
        """True when a folder became foreign by what lies in it, or ceased to be so, since it was listed."""
        return self._judge(node) is not node.is_foreign

    def _judge(self, node: WatchedFolder) -> bool:
        return node.parent is not None and self._rule.describe_content(node.path, node.real) is not None

    def watch_root(self, root: WatchedRoot, *, thorough: bool) -> bool:
        """Resolve the root's path again and watch what is there; True if another folder was watched before.

        Thorough: also look through a tree whose watch is the same as before.
        """
        with self.lock:
            before, root.steps = root.steps, {}
            self.refused = {
                user: code
                for user, code in self.refused.items()
                if isinstance(user, WatchedFolder) or user.root is not root
            }
            target = resolve(self._top, root.path, lambda folder, name: self._step(root, folder, name))
            self._release_steps(before, root)
            moved = root.node is not None and root.node.real != target
            if root.node is not None and moved:
                self.drop(root.node)
            if target is None:
                return moved
            if root.node is None:
                root.node = WatchedFolder(root, root.path, target)
            return self.watch_folder(root.node, thorough=thorough) or moved

    def _step(self, root: WatchedRoot, folder: str, name: str) -> None:
        step = PathStep(root, folder, name)
        try:
            root.steps[step] = self.ledger.hold(step, folder, STEP_MASK)
        except OSError as error:
            if error.errno not in _NOT_THERE:
                self.refused[step] = error.errno or 0

    def _release_steps(self, before: dict[PathStep, int], root: WatchedRoot) -> None:
        """Release the steps of *before* that the root needs no longer, or needs on another watch."""
        for step, watch in before.items():
            if root.steps.get(step) != watch:
                self.ledger.release(step, watch)

    def renew_followed(self, mounts: str) -> None:
        """Watch every followed file again, and those that the table *mounts* has over a name in a root's tree.

        The folder hears nothing of what is written to such a file: it lies in another one.
        """
        with self.lock:
            trees = [(root.path, root.node.real) for root in self.roots if root.node is not None]
            self.followed.renew(
                posixpath.join(path, name)
                for path, real in trees
                for name in find_mounted_files(real, mounts)
            )

    def watch_folder(self, node: WatchedFolder, *, thorough: bool) -> bool:
        """Watch a folder and everything beneath; True if any folder came or went.

        A folder whose watch is the same as before is looked through only if *thorough*: its own events kept
        it right.
        """
        changed = False
        todo = [node]
        with self.lock:
            while todo:
                node = todo.pop()
                fresh = self._watch(node)
                changed = changed or fresh
                if self._is_in_tree(node) and (fresh or thorough):
                    changed = self._list(node) or changed
                    # Those that are no longer there are dropped when their turn comes.
                    todo += node.children.values() if self._is_in_tree(node) else ()
        return changed

    def _list(self, node: WatchedFolder) -> bool:
        """Note the subfolders, of a foreign folder none.

        A folder that cannot be listed now is as one that cannot be watched: it is tried again.
        """
        node.is_foreign = self._judge(node)
        if node.is_foreign:
            for child in [*node.children.values()]:
                self.drop(child)
            return False
        try:
            for name in filter(self.is_entered, subfolders(node)):
                self.child(node, name)
        except OSError as error:
            return self._refuse(node, error.errno or 0)
        return False

    def _is_in_tree(self, node: WatchedFolder) -> bool:
        return node.watch is not None or node in self.refused

    def _watch(self, node: WatchedFolder) -> bool:
        """Add the folder's watch, also when it has one: another folder may lie there now.

        True if that is news.
        """
        try:
            watch = self.ledger.hold(node, node.real, TREE_MASK)
        except OSError as error:
            return self._refuse(node, error.errno or 0)
        self.refused.pop(node, None)
        if watch == node.watch:
            return False
        self._unwatch(node)
        node.watch = watch
        return True

    def _refuse(self, node: WatchedFolder, code: int) -> bool:
        if code in _NOT_THERE:
            self.drop(node)
            return True
        known = node in self.refused
        self._unwatch(node)
        self.refused[node] = code
        return not known

    def _unwatch(self, node: WatchedFolder) -> None:
        if node.watch is not None:
            self.ledger.release(node, node.watch)
            node.watch = None

    def child(self, node: WatchedFolder, name: str) -> WatchedFolder:
        """The node of a subfolder, not yet watched if it is new."""
        with self.lock:
            if name not in node.children:
                node.children[name] = WatchedFolder(
                    node.root, node.join_name(name), f"{node.real.rstrip('/')}/{name}", node
                )
            return node.children[name]

    def drop(self, node: WatchedFolder) -> None:
        """Forget a folder and everything beneath."""
        with self.lock:
            if node.parent is None:
                node.root.node = None
            else:
                node.parent.children.pop(node.name, None)
            todo = [node]
            while todo:
                node = todo.pop()
                todo += node.children.values()
                self._unwatch(node)
                self.refused.pop(node, None)

    def list_polled(self) -> list[WatchedFolder]:
        """The folders without a watch, to be polled.

        Unreadable ones are left out: a chmod is seen by the watch of their parent.
        """
        with self.lock:
            return [
                user
                for user, code in self.refused.items()
                if isinstance(user, WatchedFolder) and code != errno.EACCES
            ]

    def retry(self) -> list[str]:
        """Try to watch the polled folders again; returns the paths where a folder came or went."""
        with self.lock:
            polled = dict.fromkeys(self.list_polled())
            # Watching the highest ones reaches those beneath.
            highest = [node for node in polled if node.parent not in polled]
            return [node.path for node in highest if self.watch_folder(node, thorough=True)]


def subfolders(node: WatchedFolder) -> set[str]:
    """The names of the folders directly in *node*. Raises OSError when it cannot be listed."""
    with os.scandir(node.real) as entries:
        return {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
