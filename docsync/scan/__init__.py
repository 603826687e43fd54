"""The file tree: what lies where, under which stamp, and the bytes of one file.

Never writes and never parses.
"""

from docsync.scan.location import leads_out
from docsync.scan.tree import FileTree

__all__ = ["FileTree", "leads_out"]
