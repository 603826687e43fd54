"""What an examination found: values only."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters: a `WARNING` may slow docsync down or surprise, an `ERROR` makes it fail."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at: how it is, and what to do about it where something is to be done."""

    topic: str
    level: Level
    message: str
    advice: str = ""
