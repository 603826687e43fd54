"""Random cases until the time of a test is over: seeded, counted and told."""

import os
import random
from collections.abc import Callable
from time import perf_counter

from tests.helpers.project import Tell


def try_for_a_while(what: str, tell: Tell, is_taken: Callable[[random.Random, str], bool]) -> tuple[int, int]:
    """Try cases of *is_taken*, which gets the dice and how to name the case; how many there were, and were taken."""
    seed = int(os.environ.get("DOCSYNC_FUZZ_SEED", random.SystemRandom().randrange(2**32)))
    dice = random.Random(seed)
    end = perf_counter() + float(os.environ.get("DOCSYNC_FUZZ_SECONDS", "2"))
    count = taken = 0
    while perf_counter() < end:
        taken += is_taken(dice, f"seed {seed}, case {count}")
        count += 1
    tell(f"{what}: {count} cases, {taken} taken, seed {seed}")
    return count, taken
