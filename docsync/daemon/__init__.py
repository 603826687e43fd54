"""The daemon: puts the parts together, starts them in order, and stops them in the reverse order."""

from docsync.daemon.run import DaemonSettings, run_daemon

__all__ = ["DaemonSettings", "run_daemon"]
