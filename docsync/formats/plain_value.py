"""Values that orjson reads and writes as Python does, and their JSON. Never looks for others: readers do."""

import orjson

# Beyond 1e16 and below 1e-4 the two write exponents in another way. No integer is in the bounds of a float
# that orjson made a float for being too large.
_MIN_FLOAT, _MAX_FLOAT = 1e-4, 1e15
_MAX_INTEGER = 10**18


def is_plain_number(value: float) -> bool:
    """True for a number that orjson reads and writes as Python does."""
    if type(value) is float:
        return not value or _MIN_FLOAT <= abs(value) < _MAX_FLOAT
    return -_MAX_INTEGER < value < _MAX_INTEGER


def encode_plain(value: dict[str, object]) -> str:
    """The text that `encode_canonical` returns, much sooner, of a value without other than plain numbers."""
    return orjson.dumps(value).decode()
