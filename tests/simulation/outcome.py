"""What one run of a history came to. Judges nothing."""

from dataclasses import dataclass


@dataclass(slots=True)
class Outcome:
    """What a run came to: `trace` is the same for the same history."""

    commits: int = 0
    crashes: int = 0
    refusals: int = 0
    trace: str = ""
