"""Images, files and sounds of a message as providers take them: base64 with a media type. Opens nothing."""

from base64 import b64encode

from docsync.render.message import MediaPart
from docsync.render.mistake_list import MistakeList

# What files of the types that providers take begin with; RIFF holds sounds and pictures.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_SUFFIXES = {"plain": "txt", "markdown": "md"}


def media_type_of(part: MediaPart, where: str, mistakes: MistakeList) -> str:
    """The media type of the bytes of *part*: as it is said, else by how they begin."""
    if part.media_type:
        return part.media_type.partition(";")[0].strip().lower()
    octets = part.data or b""
    if octets[:4] == b"RIFF" and octets[8:12] in _RIFF:
        return _RIFF[octets[8:12]]
    found = next((kind for signature, kind in _SIGNATURES if octets.startswith(signature)), None)
    if found is None:
        mistakes.add(f"{where}: nobody says what its {part.kind} is; give its media type, such as image/png")
    return found or ""


def file_name(part: MediaPart, where: str, mistakes: MistakeList) -> str:
    """What the file *part* is called; one without a name is called by its type."""
    subtype = media_type_of(part, where, mistakes).rpartition("/")[2] if not part.name else ""
    return part.name or f"file.{_SUFFIXES.get(subtype, subtype)}"


def encode_media(octets: bytes) -> str:
    """*octets* in base64."""
    return b64encode(octets).decode("ascii")


def data_url(part: MediaPart, where: str, mistakes: MistakeList) -> str:
    """The bytes of *part* as a `data:` URL."""
    return f"data:{media_type_of(part, where, mistakes)};base64,{encode_media(part.data or b'')}"
