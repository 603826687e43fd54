"""Other spellings of a word that readers take for the same: Greek accents, Cyrillic ё and й, German ß.

The index folds the accents of Latin letters and no others. Never more than a few spellings of a word.
"""

import unicodedata
from functools import lru_cache
from itertools import product

_MAX_CHARACTERS = 50
_MAX_SPELLINGS = 16
_MAX_LETTERS = 4  # two spellings of each: as many as there may be
_GREEK = dict(zip("αεηιουω", "άέήίόύώ", strict=True))
_CYRILLIC = {letter: pair for pair in ("\u0435\u0451", "\u0438\u0439") for letter in pair}  # ё and й
_ALIKE = frozenset((*_GREEK, *_GREEK.values(), *_CYRILLIC, "ß"))


@lru_cache(maxsize=256)
def list_spellings(text: str) -> tuple[str, ...]:
    """*text* as it is, and then the others that it may be written like."""
    word = unicodedata.normalize("NFC", text).lower()
    if len(word) > _MAX_CHARACTERS or not ("ss" in word or not _ALIKE.isdisjoint(word)):
        return (text,)
    found = dict.fromkeys((text, *_spell_german(word), *_spell_greek(word), *_spell_cyrillic(word)))
    return tuple(found)[:_MAX_SPELLINGS]


def _spell_german(word: str) -> tuple[str, ...]:
    return (word.replace("ss", "ß"), word.replace("ß", "ss")) if "ss" in word or "ß" in word else ()


def _spell_greek(word: str) -> tuple[str, ...]:
    """Without an accent, and with one on each vowel: a word has one at most."""
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    places = [at for at, letter in enumerate(plain) if letter in _GREEK]
    if not places:
        return ()
    return (plain, *(f"{plain[:at]}{_GREEK[plain[at]]}{plain[at + 1 :]}" for at in places))


def _spell_cyrillic(word: str) -> tuple[str, ...]:
    letters = [_CYRILLIC.get(letter, letter) for letter in word]
    if not 0 < sum(len(one) > 1 for one in letters) <= _MAX_LETTERS:
        return ()
    return tuple(map("".join, product(*letters)))
