"""Finds the personas and prompts that a project has already, and proposes collections that take them.

Looks at names and, where they say nothing, into small files. Changes nothing.
"""

from docsync.cli.discovery.propose import Discovery, discover

__all__ = ["Discovery", "discover"]
