"""A database of many documents, written straight through the store: seeded, and without a file tree."""

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.tree import persona
from docsync.change import Upsert
from docsync.formats import parse
from docsync.model import Document, Stamp
from docsync.names import Collection
from docsync.store.connection import open_writer
from docsync.store.sqlite import SqliteStore

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json", index=("demographics.ageGroup",))
RARE = "zirconium"
_RARELY = 1_000


def upserts(count: int, seed: int) -> Iterator[Upsert]:
    """*count* personas of about 1.5 KB; one in a thousand has a rare word."""
    rand = random.Random(seed)
    for number in range(count):
        value = persona(rand, number)
        if number % _RARELY == 0:
            value["background"] = f"{value['background']} {RARE.capitalize()}."
        yield upsert(f"personas/g{number // 100:04}/p{number:06}.json", value)


def upsert(path: str, value: object) -> Upsert:
    """What a valid file at *path* that says *value* becomes."""
    octets = json.dumps(value).encode()
    content = parse("json", path, octets).content
    assert content is not None
    id_ = PERSONAS.document_id(path)
    document = Document(
        id_, "persona", path, content, hashlib.sha256(octets).hexdigest(), "2026-01-01T00:00:00.000Z"
    )
    return Upsert(document, Stamp(1, 2, len(octets), 3, 4), racy=False)


def build(database: Path, count: int, seed: int = 1) -> None:
    """Write *count* documents to a new *database*, in one revision for every ten thousand."""
    with open_writer(database) as connection:
        connection.pragma("synchronous", "OFF")
        store = SqliteStore(connection, lambda: "2026-01-01T00:00:00.000Z")
        store.declare([PERSONAS], {"persona": "benchmark"})
        pending = list(upserts(count, seed))
        for first in range(0, count, 10_000):
            store.apply(pending[first : first + 10_000])
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
