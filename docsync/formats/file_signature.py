"""Tells by its first bytes what a file really is that is no text of a person. Never decodes it."""

import re
from typing import NamedTuple


class FileKind(NamedTuple):
    """What a file is instead of the text that it is named for, and what to do about it."""

    message: str
    hint: str


_RESTORE = "put the text file itself in its place"
_UNPACK = "unpack it, and put the text file itself in its place"
_LFS = FileKind("a Git LFS pointer, not the file", "run: git lfs pull")
_LINK = "put the file itself in its place, or make a real link"

# The first line of a pointer, as https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md says, with the two
# addresses of before it. Only the value may change; what follows are lines of a key and a value.
_LFS_POINTER = re.compile(
    rb"version https?://(?:git-lfs\.github\.com/spec|hawser\.github\.com/spec|git-media\.io/v)/\S*[ \t]*"
    rb"(?:\r?\n(?:(?:ext-[0-9]-[\w.-]+|oid|size) [^\r\n]*|[ \t]*))*\s*\Z"
)
_MAX_POINTER_BYTES = 1024
_BOM = b"\xef\xbb\xbf"

# Signatures are as in the file(1) database; each is long or odd enough that no text begins so.
_SIGNATURES: tuple[tuple[bytes, FileKind], ...] = (
    (b"\0GITCRYPT\0", FileKind("encrypted by git-crypt", "unlock the repository: git-crypt unlock")),
    (b"age-encryption.org/v1", FileKind("encrypted by age", "decrypt it: age --decrypt")),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", FileKind("encrypted by age", "decrypt it: age --decrypt")),
    (b"-----BEGIN PGP MESSAGE-----", FileKind("encrypted by PGP", "decrypt it: gpg --decrypt")),
    (b"$ANSIBLE_VAULT;", FileKind("encrypted by ansible-vault", "decrypt it: ansible-vault decrypt")),
    (b"Salted__", FileKind("encrypted by OpenSSL", "decrypt it: openssl enc -d")),
    (b"U2FsdGVkX1", FileKind("encrypted by OpenSSL or transcrypt", "decrypt it, or run: transcrypt")),
    (b"\x1f\x8b", FileKind("not text: a gzip archive", _UNPACK)),
    (b"\x1f\x9d", FileKind("not text: a compress archive", _UNPACK)),
    (b"PK\x03\x04", FileKind("not text: a ZIP archive or an Office document", _UNPACK)),
    (b"PK\x05\x06", FileKind("not text: an empty ZIP archive", _RESTORE)),
    (b"7z\xbc\xaf\x27\x1c", FileKind("not text: a 7z archive", _UNPACK)),
    (b"\xfd7zXZ\0", FileKind("not text: an xz archive", _UNPACK)),
    (b"\x28\xb5\x2f\xfd", FileKind("not text: a Zstandard archive", _UNPACK)),
    (b"\x04\x22\x4d\x18", FileKind("not text: an LZ4 archive", _UNPACK)),
    (b"Rar!\x1a\x07", FileKind("not text: a RAR archive", _UNPACK)),
    (b"LZIP\x01", FileKind("not text: an lzip archive", _UNPACK)),
    (b"%PDF-", FileKind("not text: a PDF", _RESTORE)),
    (b"{\\rtf", FileKind("an RTF document, not plain text", "save it as plain text")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind("not text: an Office document", "save it as plain text")),
    (b"\x89PNG\r\n\x1a\n", FileKind("not text: a PNG image", _RESTORE)),
    (b"\xff\xd8\xff", FileKind("not text: a JPEG image", _RESTORE)),
    (b"GIF87a", FileKind("not text: a GIF image", _RESTORE)),
    (b"GIF89a", FileKind("not text: a GIF image", _RESTORE)),
    (b"II*\0", FileKind("not text: a TIFF image", _RESTORE)),
    (b"MM\0*", FileKind("not text: a TIFF image", _RESTORE)),
    (b"\0\0\x01\0", FileKind("not text: an icon", _RESTORE)),
    (b"OggS\0", FileKind("not text: an Ogg recording", _RESTORE)),
    (b"ID3\x03", FileKind("not text: an MP3 recording", _RESTORE)),
    (b"ID3\x04", FileKind("not text: an MP3 recording", _RESTORE)),
    (b"SQLite format 3\0", FileKind("not text: an SQLite database", _RESTORE)),
    (b"bplist00", FileKind("not text: a binary property list", _RESTORE)),
    (b"\x7fELF", FileKind("not text: a program (ELF)", _RESTORE)),
    (b"\xfe\xed\xfa", FileKind("not text: a program (Mach-O)", _RESTORE)),
    (b"\xcf\xfa\xed\xfe", FileKind("not text: a program (Mach-O)", _RESTORE)),
    (b"\xca\xfe\xba\xbe", FileKind("not text: a Java class", _RESTORE)),
    (b"\0asm", FileKind("not text: a WebAssembly program", _RESTORE)),
    (b"\0\x05\x16\x07", FileKind("not text: what macOS keeps beside a file (AppleDouble)", "remove it")),
    (b"\0\x05\x16\0", FileKind("not text: what macOS keeps beside a file (AppleSingle)", _RESTORE)),
    (b"\0\0\0\x01Bud1", FileKind("not text: a .DS_Store of macOS", "remove it")),
    (b"L\0\0\0\x01\x14\x02\0", FileKind("a Windows shortcut, not the file", _LINK)),
    (b"book\0\0\0\0mark", FileKind("a macOS alias, not the file", _LINK)),
    (b"!<symlink>", FileKind("a link of Cygwin, not the file", _LINK)),
    (b"IntxLNK\x01", FileKind("a link of Services for UNIX, not the file", _LINK)),
    (b"XSym\n", FileKind("a link that a Windows share keeps as a file", _LINK)),
)
# What is told by more than its first bytes.
_SHAPES: tuple[tuple[re.Pattern[bytes], FileKind], ...] = (
    (
        re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"),
        FileKind("not text: a bzip2 archive", _UNPACK),
    ),
    (re.compile(rb"RIFF[\s\S]{4}WEBP"), FileKind("not text: a WebP image", _RESTORE)),
    (re.compile(rb"BM[\s\S]{4}\0\0\0\0"), FileKind("not text: a BMP image", _RESTORE)),
    (re.compile(rb"MZ[\s\S]{0,60}\0\0"), FileKind("not text: a program of Windows", _RESTORE)),
    (
        re.compile(rb"\0[\s\S]{3}ftyp[\w ]{4}"),
        FileKind("not text: a film or a photograph (MP4, HEIC)", _RESTORE),
    ),
    (
        re.compile(rb"# xet version \d+\r?\nfilesize = "),
        FileKind("a Git Xet pointer, not the file", "run: git xet checkout"),
    ),
    (
        re.compile(rb"/annex/objects/[A-Z0-9_]+-\S+\s*\Z"),
        FileKind("a git-annex pointer, not the file", "run: git annex get"),
    ),
)
_FIRST_BYTES = frozenset(
    (*(signature[:1] for signature, _ in _SIGNATURES), *(b"B", b"R", b"M", b"#", b"/", b"v"))
)
_TAR = FileKind("not text: a tar archive", _UNPACK)
_BINARY = FileKind("not text: a binary file", _RESTORE)
# What no text in any encoding of one byte a character holds.
_BINARY_BYTE = re.compile(rb"[\0-\x06\x0e-\x1a\x1c-\x1f]")


def identify_file(octets: bytes) -> FileKind | None:
    """What *octets* are by their first bytes; None for all that may be text, in whatever encoding."""
    begun = octets.removeprefix(_BOM)
    if begun[:1] in _FIRST_BYTES:
        for signature, kind in _SIGNATURES:
            if begun.startswith(signature):
                return kind
        if (
            begun.startswith(b"version http")
            and len(begun) <= _MAX_POINTER_BYTES
            and _LFS_POINTER.match(begun)
        ):
            return _LFS
        for shape, kind in _SHAPES:
            if shape.match(begun):
                return kind
    return _TAR if octets[257:262] == b"ustar" and 0 in octets[:257] else None


def identify_undecodable(octets: bytes) -> FileKind | None:
    """A binary file without a known signature: *octets* are no UTF-8, and no text of one byte a character."""
    return _BINARY if _BINARY_BYTE.search(octets) else None
