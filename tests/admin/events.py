"""Follows an event stream as a browser does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any


@dataclass(frozen=True)
class Event:
    """`id` is the last one that was told, `type` is None for an id alone and "" for a comment."""

    type: str | None
    id: str | None
    data: Any = None


class Stream:
    """One open stream. Every read is bounded by the timeout of its connection."""

    def __init__(self, port: int, path: str = "/v1/events", headers: dict[str, str] | None = None) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", path, None, headers or {})
        self.response: HTTPResponse = self.connection.getresponse()
        self._id: str | None = None

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()
        self.connection.close()

    def events(self) -> Iterator[Event]:
        """Everything, until the stream ends."""
        lines: list[str] = []
        for line in self.response:
            text = line.decode().rstrip("\n")
            if text:
                lines.append(text)
            else:
                yield self._event(lines)
                lines = []

    def until(self, type_: str) -> Event:
        """The next event of this type."""
        return next(event for event in self.events() if event.type == type_)

    def cursor(self) -> str:
        """The first cursor that is told."""
        return next(event.id for event in self.events() if event.id is not None)

    def _event(self, lines: list[str]) -> Event:
        found = dict(line.split(": ", 1) for line in lines if ": " in line)
        self._id = found.get("id", self._id)
        if lines == [":"]:
            return Event("", self._id)
        data = json.loads(found["data"]) if "data" in found else None
        return Event(found.get("event"), self._id, data)
