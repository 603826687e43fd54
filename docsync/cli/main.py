"""The console script: readies the process, and only then loads the command line."""

import gc
import os
import sys
import threading

from docsync.cli.utf8 import restart_in_utf8

COLLECTOR = (50_000, 20, 20)
"""Python's thresholds for its search for cycles.

Values of a file hold none, nor does what is imported. At Python's own pace the search takes as long as the
parse of a file of many values.
"""
_LAST_SECONDS = 0.5


def main() -> int:
    """Run the command that the process was started with."""
    restart_in_utf8()
    gc.set_threshold(*COLLECTOR)
    from docsync.cli.command_line import run
    from docsync.cli.view.stream import open_streams

    open_streams()
    code = run(sys.argv[1:], os.environ)
    _leave_stuck_threads(code)
    gc.freeze()  # at its end Python looks through all that goes with it once more: a tenth of `docsync get`
    return code


def _leave_stuck_threads(code: int) -> None:
    """End the process here if a thread does not end: Python would wait, and everything is closed by now.

    A daemon's reader may be within one step of SQLite, which nothing can end.
    """
    # Also those that are daemons: an executor waits for its threads, whatever they are.
    others = [one for one in threading.enumerate() if one is not threading.current_thread()]
    for thread in others:
        thread.join(_LAST_SECONDS / len(others))
    if any(thread.is_alive() for thread in others):
        sys.stderr.flush()
        os._exit(code)
