"""Images, files and sounds of a message as providers take them: base64 with a media type. Opens nothing."""

from base64 import b64encode

from docsync.render.message import MediaPart
from docsync.render.mistake_list import MistakeList

# What people write, and no provider knows.
_OTHER_NAMES = {"image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-wav": "audio/wav"}
_SUFFIXES = {"plain": "txt", "markdown": "md"}


def media_type_of(part: MediaPart, where: str, mistakes: MistakeList) -> str:
    """The media type of the bytes of *part*; that nobody says it is a mistake."""
    if not part.media_type:
        mistakes.add(f"{where}: nobody says what its {part.kind} is; give its media type, such as image/png")
        return ""
    said = part.media_type.partition(";")[0].strip().lower()
    return _OTHER_NAMES.get(said, said)


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
