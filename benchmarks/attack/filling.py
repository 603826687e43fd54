"""Fills files up to the limits with one thing, said again and again. Knows nothing about what that costs."""

from collections.abc import Callable

MIB, FRONT = 1_048_560, 65_520  # a little less, so that a line break can be added
Item = str | Callable[[int], str]

Shapes = dict[str, Callable[[], bytes]]


def filled(head: str, item: Item, tail: str = "", *, size: int = MIB, between: str = "") -> bytes:
    """*item* as often as it fits in *size* bytes."""
    room = size - len((head + tail).encode())
    pieces: list[str] = []
    make = item if callable(item) else lambda _: item
    number = 0
    while True:
        piece = make(number)
        room -= len((piece + between).encode())
        if room < 0:
            return (head + between.join(pieces) + tail).encode()
        pieces.append(piece)
        number += 1


def listed(item: Item, head: str = '{"a":[', tail: str = "]}") -> bytes:
    return filled(head, item, tail, between=",")


def keyed(item: Item, head: str = "{", tail: str = "}") -> bytes:
    return filled(head, item, tail, between=",")


def front(item: Item, head: str = "", tail: str = "", body: str = "hello\n", *, between: str = "\n") -> bytes:
    head += "\n" * head.endswith(":")
    matter = filled(head, item, tail, size=FRONT - 8, between=between).decode()
    return f"---\n{matter}\n---\n{body}".encode()


def body(item: Item, head: str = "", tail: str = "", matter: str = "name: A\ninputs:\n  x: 1") -> bytes:
    return filled(f"---\n{matter}\n---\n{head}", item, tail)


def with_body(matter: str, item: Item, head: str = "", tail: str = "") -> bytes:
    return filled(f"---\n{matter}\n---\n{head}", item, tail)


def toml(item: Item, head: str = "", tail: str = "", *, between: str = "\n") -> bytes:
    return filled(head, item, tail, size=FRONT, between=between)
