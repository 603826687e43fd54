"""Names that a word may have been meant for. Never looks at the disk."""

from collections.abc import Iterable
from itertools import islice

# Comparing two names takes time in proportion to the product of their lengths and more:
# a tenth of a second in all.
_MAX_COMPARED_CHARACTERS = 100
_MAX_COMPARED_PAIRS = 1_500_000

# How much of two names must be alike. "aeg" then is a slip for "age"; "delete" is none for "release".
_SIMILAR = 0.65


def find_closest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The names in *known* that *word* may have been meant for, the most similar first, *count* at most.

    Names of more than 100 characters are none of them, nor is what comes after very many.
    """
    from difflib import get_close_matches  # costs 3 ms and is needed for mistakes only

    if len(word) > _MAX_COMPARED_CHARACTERS:
        return []
    short = (name for name in known if len(name) <= _MAX_COMPARED_CHARACTERS)
    return get_close_matches(
        word, islice(short, _MAX_COMPARED_PAIRS // max(1, len(word)) ** 2), count, _SIMILAR
    )
