"""The file tree: what lies where, under which stamp, and the bytes of one file.

Never writes and never parses.
"""

from docsync.scan.tree import FileTree

__all__ = ["FileTree"]
