"""The users of each kernel watch: a watch is removed when it has none left."""

from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

User = TypeVar("User", bound=Hashable)


class Kernel(Protocol):
    """What adds and removes watches."""

    def add(self, folder: str, mask: int) -> int: ...

    def remove(self, watch: int) -> None: ...


class Ledger(Generic[User]):
    """The users of each watch. One folder has one watch, however many paths lead to it."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._users: dict[int, dict[User, None]] = {}

    def __len__(self) -> int:
        return len(self._users)

    def hold(self, user: User, folder: str, mask: int) -> int:
        """Watch *folder* for *user*. Raises OSError."""
        watch = self._kernel.add(folder, mask)
        self._users.setdefault(watch, {})[user] = None
        return watch

    def release(self, user: User, watch: int) -> None:
        """*user* needs the watch no longer. Tolerant: the kernel may have taken the watch away before."""
        users = self._users.get(watch)
        if users is None or user not in users:
            return
        del users[user]
        if not users:
            del self._users[watch]
            self._kernel.remove(watch)

    def users(self, watch: int) -> tuple[User, ...]:
        """The users of *watch*; none if it was released while an event of it was queued."""
        return tuple(self._users.get(watch, ()))

    def forget(self, watch: int) -> tuple[User, ...]:
        """The users of a watch that the kernel has removed; it has none from now on."""
        return tuple(self._users.pop(watch, ()))
