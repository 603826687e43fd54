"""Images, files and sounds of a message as providers take them: base64 with a media type. Opens nothing."""

from base64 import b64encode

from docsync.render.media import guess_type
from docsync.render.message import MediaPart
from docsync.render.mistake_list import MistakeList

_SUFFIXES = {"plain": "txt", "markdown": "md"}


def media_type_of(part: MediaPart, where: str, mistakes: MistakeList) -> str:
    """The media type of the bytes of *part*: as it is said, else by how they begin."""
    if part.media_type:
        return part.media_type.partition(";")[0].strip().lower()
    found = guess_type(part.data or b"")
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
