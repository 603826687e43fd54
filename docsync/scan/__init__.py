"""The file tree: what lies where, under which stamp, and the bytes of one file.

Never writes and never parses.
"""

from docsync.scan.tree import FileTree, leads_out

__all__ = ["FileTree", "leads_out"]
