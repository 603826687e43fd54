"""The running daemon of the bundled project, as for docs/reading.md."""

from tests.docs_reading.conftest import live

__all__ = ["live"]
