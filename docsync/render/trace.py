"""Where a call is from, for a trace: which document, which bytes, which state. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is known of the row that a prompt was read from. None is what nobody knows.

    `assets_hash` is of the texts that it takes in, None where there are none.

    `file_path` is POSIX and relative to the project; mistakes name it, and files of keys are looked for
    beside it.
    """

    id: str | None = None
    content_hash: str | None = None
    assets_hash: str | None = None
    git_blob: str | None = None
    revision: int | None = None
    epoch: str | None = None
    release: str | None = None
    variant: str | None = None
    file_path: str | None = None


_ATTRIBUTES = MappingProxyType(
    {
        f"docsync.{name}": name
        for name in (
            "id",
            "content_hash",
            "assets_hash",
            "git_blob",
            "revision",
            "epoch",
            "release",
            "variant",
        )
    }
)


def trace_attributes(provenance: Provenance) -> Mapping[str, str | int]:
    """The attributes of a span: `docsync.id`, `docsync.content_hash`, …; what is not known is left out."""
    return {
        attribute: value
        for attribute, name in _ATTRIBUTES.items()
        if (value := getattr(provenance, name)) is not None
    }
