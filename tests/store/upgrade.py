"""Releases of docsync that a test can be for a while: today's, and made-up ones with later tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docsync.store import columns, damage, document_rows, migration, schema


@dataclass(frozen=True, slots=True)
class Release:
    """`version` of its tables, folder of `scripts`, and the columns of documents that are `hashed`."""

    version: int
    scripts: Path
    hashed: str = columns.BARE_COLUMNS


TODAY = Release(migration.SCHEMA_VERSION, Path(migration.__file__).parent)


def make_release(
    folder: Path, *steps: str, schema: str | None = None, hashed: str = columns.BARE_COLUMNS
) -> Release:
    """A release with *steps* after today's own, and *schema* in place of schema.sql."""
    (folder / "migrations").mkdir(parents=True)
    (folder / "schema.sql").write_text(schema or read_schema_of_today(), "utf-8")
    for file in TODAY.scripts.glob("migrations/*.sql"):
        (folder / "migrations" / file.name).write_bytes(file.read_bytes())
    version = TODAY.version
    for version, step in enumerate(steps, TODAY.version + 1):
        (folder / "migrations" / f"{version:04}-made-up.sql").write_text(step, "utf-8")
    return Release(version, folder, hashed)


def read_schema_of_today() -> str:
    return (TODAY.scripts / "schema.sql").read_text("utf-8")


@contextmanager
def use_release(release: Release) -> Iterator[None]:
    """Inside, this process is a docsync of *release*."""
    before = (migration.find_scripts, migration.SCHEMA_VERSION, columns.BARE_COLUMNS)
    _install(lambda: release.scripts, release.version, release.hashed)
    try:
        yield
    finally:
        _install(*before)


def _install(scripts: Callable[[], Any], version: int, hashed: str) -> None:
    migration.find_scripts, migration.SCHEMA_VERSION = scripts, version
    for module in (columns, document_rows, damage):  # which import it by name
        vars(module).update(BARE_COLUMNS=hashed)
    schema._make_schema.cache_clear()
