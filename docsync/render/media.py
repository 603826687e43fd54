"""Images, files and sounds as inputs: bytes, `data:` or `https:`. Never opens a path that a value has."""

import base64
import binascii
import re
from collections.abc import Mapping

from docsync.render.message import MediaKind, MediaPart

_DATA = re.compile(
    r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(?P<options>(?:;[\w.+-]+=[^;,]*)*)(?P<base64>;base64)?,",
    re.ASCII | re.IGNORECASE,
)
_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_KEYS = ("data", "url", "media_type", "name")
_ADVICE = "give the bytes of the file, or a URL that begins with https: or data:"


def read_media(kind: MediaKind, value: object) -> MediaPart:
    """The part that *value* is: bytes, a URL, or an object with data or url, media_type and name.

    ValueError with the reason where it is none of that.
    """
    if isinstance(value, MediaPart):
        return _check_part(kind, value)
    if isinstance(value, Mapping):
        return _read_object(kind, value)
    if isinstance(value, bytes | bytearray | memoryview):
        octets = bytes(value)
        return MediaPart(kind, data=octets, media_type=guess_type(octets))
    if isinstance(value, str):
        return _read_url(kind, value)
    raise ValueError(f"is {type(value).__name__}; {_ADVICE}")


def guess_type(octets: bytes) -> str | None:
    """The MIME type that the first bytes tell, None if they tell none."""
    if octets[:4] == b"RIFF":
        return _RIFF.get(octets[8:12])
    return next((name for sign, name in _SIGNS if octets.startswith(sign)), None)


def _check_part(kind: MediaKind, part: MediaPart) -> MediaPart:
    if part.kind is not kind:
        raise ValueError(f"is of kind {part.kind.value}, not {kind.value}")
    if (part.data is None) == (part.url is None):
        raise ValueError("needs data or url, and not both")
    if part.url is not None and not _is_https(part.url):
        raise ValueError(f"has a url that is none; {_ADVICE}")
    return part


def _is_https(value: str) -> bool:
    return value[:8].lower() == "https://" and len(value) > 8 and value.isprintable() and " " not in value


def _read_object(kind: MediaKind, value: Mapping[str, object]) -> MediaPart:
    unknown = [key for key in value if key not in _KEYS]
    if unknown:
        raise ValueError(f"has an unknown key {unknown[0]!r}; there are {', '.join(_KEYS)}")
    named = {key: value[key] for key in ("media_type", "name") if value.get(key) is not None}
    if not all(isinstance(item, str) for item in named.values()):
        raise ValueError("media_type and name must be texts")
    given = [value[key] for key in ("data", "url") if value.get(key) is not None]
    if len(given) != 1:
        raise ValueError("needs data or url, and not both")
    part = read_media(kind, given[0])
    media_type, name = (str(named[key]) if key in named else None for key in ("media_type", "name"))
    return MediaPart(kind, part.data, part.url, media_type or part.media_type, name)


def _read_url(kind: MediaKind, value: str) -> MediaPart:
    if _is_https(value):
        return MediaPart(kind, url=value)
    found = _DATA.match(value)
    if not found:
        shown = value if len(value) <= 40 else f"{value[:40]}…"
        raise ValueError(f"{shown!r} is no such URL, and no value is opened as a path; {_ADVICE}")
    written = value[found.end() :]
    octets = _decode_base64(written) if found["base64"] else _decode_percent(written)
    return MediaPart(kind, data=octets, media_type=found["type"] or guess_type(octets))


def _decode_base64(written: str) -> bytes:
    try:
        return base64.b64decode(_decode_percent(written), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the data: URL is no base64") from None


def _decode_percent(written: str) -> bytes:
    from urllib.parse import unquote_to_bytes  # needed for data: URLs only

    return unquote_to_bytes(written)
