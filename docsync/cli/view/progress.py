"""A progress bar on stderr for work that takes longer than half a second.

Prints nothing where stderr is no terminal, nor with -q or --json.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from docsync.cli.view.output import Output

Advance = Callable[[int, int | None], None]
"""Is called with how much is done, and of how much (None: not known)."""

_PATIENCE_SECONDS = 0.5


@contextmanager
def progress_bar(out: Output, label: str) -> Iterator[Advance | None]:
    """Yields a function (done, total) that advances the bar, or None where no bar is shown."""
    if not out.shows_progress():
        yield None
        return
    begun = time.monotonic()
    with ExitStack() as stack:
        shown: list[Advance] = []

        def advance(done: int, total: int | None) -> None:
            if not shown and time.monotonic() - begun > _PATIENCE_SECONDS:
                shown.append(_open_bar(stack, label))
            if shown:
                shown[0](done, total)

        yield advance


def _open_bar(stack: ExitStack, label: str) -> Advance:
    # rich takes longer to load than most commands to run.
    from rich.console import Console
    from rich.progress import Progress

    bar = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
    task = bar.add_task(label, total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)
