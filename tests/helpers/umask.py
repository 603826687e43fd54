"""The umask of this process for a block: what docsync makes must not depend on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def umask_of(bits: int) -> Iterator[None]:
    before = os.umask(bits)
    try:
        yield
    finally:
        os.umask(before)
