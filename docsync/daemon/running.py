"""A thread with an owner: started on entry, stopped and joined on exit, its failure passed on.

Leaves no thread behind.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread


@contextmanager
def running(
    name: str, work: Callable[[], None], stop: Callable[[], None], on_failure: Callable[[], object]
) -> Iterator[None]:
    """Run *work* in a thread until the block ends; then *stop* must make it return.

    *on_failure* is called from the thread when *work* raises; the block then ends with the exception.
    """
    errors: list[BaseException] = []

    def target() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # raised again below, in the thread that owns this one
            errors.append(error)
            on_failure()

    thread = Thread(target=target, name=name)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join()
        if errors:
            raise errors[0]
