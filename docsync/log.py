"""Sets up structlog: readable lines on a terminal, JSON lines otherwise. Never decides what is logged."""

import logging
from collections.abc import MutableMapping
from datetime import datetime
from typing import TextIO

import structlog

from docsync.names import to_visible

_EVENT_WIDTH = 18


def open_log(stream: TextIO, format_name: str, level: str) -> structlog.typing.FilteringBoundLogger:
    """A logger to *stream*: format console, json or auto (console on a terminal), level debug to error."""
    console = is_console(stream, format_name)
    stamp = _add_time if console else structlog.processors.TimeStamper(fmt="iso")
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        stamp,
        structlog.processors.format_exc_info,
        _escape_values,
    ]
    if console:
        colors = stream.isatty()
        processors += [
            _say_plainly,
            _join_lists,
            structlog.dev.ConsoleRenderer(
                colors=colors,
                pad_event_to=_EVENT_WIDTH,
                sort_keys=False,
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ]
    else:
        processors += [_drop_plain, _order_keys, structlog.processors.JSONRenderer(ensure_ascii=False)]
    log: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    return log


def is_console(stream: TextIO, format_name: str) -> bool:
    """True when the lines on *stream* are for people: format console, or auto on a terminal."""
    return format_name == "console" or (format_name == "auto" and stream.isatty())


def _order_keys(
    _log: object, _method: str, values: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Processor: puts timestamp, level and event first."""
    return {**{key: values.pop(key) for key in ("timestamp", "level", "event") if key in values}, **values}


def _add_time(_log: object, _method: str, values: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Processor: adds the local time to the millisecond."""
    values["timestamp"] = datetime.now().astimezone().time().isoformat("milliseconds")
    return values


def _escape_values(
    _log: object, _method: str, values: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Processor: escapes control characters, so that no value can steer the terminal or fake a line."""
    for key, value in values.items():
        if isinstance(value, str):
            lines = value.split("\n") if key == "exception" else [value]
            values[key] = "\n".join(map(to_visible, lines))
        elif isinstance(value, list):
            values[key] = [to_visible(str(one)) for one in value]
    return values


def _say_plainly(
    _log: object, _method: str, values: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Processor: of a line that is there in plain words, too, people get these in place of its values."""
    if "plain" in values:
        kept = {key: values[key] for key in ("timestamp", "level")}
        return {**kept, "event": f"{values['event']!s:<{_EVENT_WIDTH}} {values['plain']}"}
    return values


def _drop_plain(
    _log: object, _method: str, values: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Processor: programs get values, and no plain words."""
    values.pop("plain", None)
    return values


def _join_lists(
    _log: object, _method: str, values: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Processor: joins the items of lists with commas."""
    lists = {key: ", ".join(value) for key, value in values.items() if isinstance(value, list)}
    values.update(lists)
    return values
