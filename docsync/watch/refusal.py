"""Says why the kernel gave no watch, and what to do. Never looks at the disk."""

import errno
import os

from docsync.watch import followed
from docsync.watch.source import WatchReason


def describe_refusal(code: int, paths: list[str]) -> WatchReason:
    """The reason of a source whose watches on *paths* the kernel refused with the error number *code*."""
    rest = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    where = f"{paths[0] or '.'}{rest}"
    match code:
        case errno.ENOSPC:
            advice = "raise fs.inotify.max_user_watches"
            return WatchReason(
                "watch_limit", f"the limit of inotify watches is reached; polling {where}; {advice}", paths[0]
            )
        case followed.TOO_MANY:
            message = f"more than {followed.MAX_WATCHES} names and files are links or linked; polling {where}"
            return WatchReason("watch_limit", message, paths[0])
        case errno.EACCES:
            return WatchReason("unreadable", f"no permission to watch {where}", paths[0])
        case _:
            return WatchReason("unwatchable", f"{os.strerror(code)}: polling {where}", paths[0])
