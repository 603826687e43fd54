"""A thread with an owner: started on entry, told to stop and joined on exit, its failure passed on. Never a stray one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread


@contextmanager
def running(
    name: str, work: Callable[[], None], stop: Callable[[], None], failed: Callable[[], None]
) -> Iterator[None]:
    """Run *work* in a thread until the block ends; then *stop* must make it return.

    *failed* is called from the thread when *work* raises; the exception itself is raised when the block ends.
    """
    errors: list[BaseException] = []

    def target() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # raised again below, in the thread that owns this one
            errors.append(error)
            failed()

    thread = Thread(target=target, name=name)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join()
        if errors:
            raise errors[0]
