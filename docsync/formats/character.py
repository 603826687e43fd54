"""Characters that look like others, and how they are called. Never looks for them in a text."""

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\u2e3a\u2e3b\ufe58\ufe63\uff0d"
"""What stands where one wrote '-': editors, telephones and chat windows put them there."""

INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""What takes no place, as in a set of characters of a pattern."""

BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""What looks like a space and is none for YAML, as in a set of characters of a pattern."""

DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\uff02"
SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032\uff07"
"""What looks like " and like '."""


def name_character(character: str) -> str:
    """How *character* is told from others: by its number, and by its looks where it has any."""
    number = f"U+{ord(character):04X}"
    return f"{number} ({character})" if character.isprintable() and not character.isspace() else number
