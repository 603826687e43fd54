"""A file that stands in the place of the real one is an error in every format, and is called what it is."""

import gzip
import io
import lzma
import sqlite3
import tarfile
import zipfile
from bz2 import compress
from pathlib import Path

import pytest

from docsync.formats import parse
from docsync.model import Problem, Severity
from docsync.registry import FORMATS

SUFFIXES = {"json": "json", "prompty": "prompty", "yaml": "yaml", "toml": "toml", "markdown": "md"}


def problems(octets: bytes, form: str = "prompty") -> tuple[Problem, ...]:
    return parse(form, f"p/a.{SUFFIXES[form]}", octets).problems


def is_ok(text: str, form: str = "prompty") -> bool:
    parsed = parse(form, f"p/a.{SUFFIXES[form]}", text.encode())
    return parsed.content is not None and parsed.problems == ()


def zipped() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.json", "{}")
    return written.getvalue()


def packed() -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.json"))
    return written.getvalue()


OID = "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 104\n"
ONE_SIGNATURE_EACH: list[tuple[bytes, str, str]] = [
    (f"version https://git-lfs.github.com/spec/v1\n{OID}".encode(), "a Git LFS pointer", "git lfs pull"),
    (f"version https://git-lfs.github.com/spec/v1\r\n{OID}".encode(), "a Git LFS pointer", "git lfs pull"),
    (f"version https://git-lfs.github.com/spec/v2\n{OID}".encode(), "a Git LFS pointer", "git lfs pull"),
    (f"version https://hawser.github.com/spec/v1\n{OID}".encode(), "a Git LFS pointer", "git lfs pull"),
    (f"version http://git-media.io/v/2\n{OID}".encode(), "a Git LFS pointer", "git lfs pull"),
    (
        f"version https://git-lfs.github.com/spec/v1\next-0-foo sha256:ab\n{OID}".encode(),
        "a Git LFS pointer",
        "git lfs pull",
    ),
    (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer", "git lfs pull"),
    (
        b"\xef\xbb\xbfversion https://git-lfs.github.com/spec/v1\n" + OID.encode(),
        "a Git LFS pointer",
        "git lfs pull",
    ),
    (b"# xet version 0\nfilesize = 12\nhash = 'ab'\n", "a Git Xet pointer", "git xet"),
    (b"/annex/objects/SHA256E-s12--ab.json\n", "a git-annex pointer", "git annex get"),
    (b"../.git/annex/objects/x/y/SHA256E-s1--a.json", "a git-annex link", "git annex get"),
    (b"\0GITCRYPT\0\x12\x8a\xff\0abc", "encrypted by git-crypt", "git-crypt unlock"),
    (b"age-encryption.org/v1\n-> X25519 a\n\xff\0", "encrypted by age", "decrypt"),
    (b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", "encrypted by age", "decrypt"),
    (b"-----BEGIN PGP MESSAGE-----\n\nhQ\n", "encrypted by PGP", "decrypt"),
    (b"$ANSIBLE_VAULT;1.1;AES256\n6162\n", "encrypted by ansible-vault", "decrypt"),
    (b"U2FsdGVkX19abc\n", "encrypted by OpenSSL or transcrypt", "decrypt"),
    (b"Salted__\xff\x80abc", "encrypted by OpenSSL", "decrypt"),
    (gzip.compress(b"{}"), "not text: a gzip archive", "unpack"),
    (zipped(), "not text: a ZIP archive", "unpack"),
    (packed(), "not text: a tar archive", "unpack"),
    (lzma.compress(b"{}"), "not text: an xz archive", "unpack"),
    (compress(b"{}"), "not text: a bzip2 archive", "unpack"),
    (compress(b""), "not text: a bzip2 archive", "unpack"),
    (b"7z\xbc\xaf\x27\x1c\0\x04", "not text: a 7z archive", "unpack"),
    (b"\x28\xb5\x2f\xfd\x04\x58", "not text: a Zstandard archive", "unpack"),
    (b"%PDF-1.7\n%\xe2\xe3", "not text: a PDF", "text file itself"),
    (b"{\\rtf1\\ansi Hello}", "an RTF document", "plain text"),
    (b"\x89PNG\r\n\x1a\n\0\0", "not text: a PNG image", "text file itself"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", "not text: a JPEG image", "text file itself"),
    (b"GIF89a\x01\0", "not text: a GIF image", "text file itself"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "not text: a WebP image", "text file itself"),
    (b"BM\x36\0\0\0\0\0\0\0", "not text: a BMP image", "text file itself"),
    (b"\0\0\0\x18ftypheic\0", "not text: a film or a photograph", "text file itself"),
    (b"MZ\x90\0\x03\0\0\0", "not text: a program of Windows", "text file itself"),
    (b"L\0\0\0\x01\x14\x02\0\0", "a Windows shortcut", "the file itself"),
    (b"XSym\n0011\nabc\n../a.json\n", "a link that a Windows share keeps", "the file itself"),
    (b"!<symlink>../a.json\0", "a link of Cygwin", "the file itself"),
    (b"\x00\x01\x02\xff\xfe\x00binary", "not text: a binary file", "text file itself"),
    (b"caf\xe9 \x01\x02", "not text: a binary file", "text file itself"),
    (b"<!DOCTYPE html>\n<html></html>\n", "an HTML page", "fetch the file again"),
    (b"\n<!-- x -- y -->\n<!doctype HTML>\n<p>404", "an HTML page", "fetch the file again"),
    (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "a saved error page", "fetch"),
    (b"404: Not Found", "a saved error page", "fetch the file again"),
    (b"404 page not found\n", "a saved error page", "fetch the file again"),
    (b"HTTP/1.1 502 Bad Gateway\r\n", "a saved error page", "fetch the file again"),
    (b"Error 503: Service Unavailable", "a saved error page", "fetch the file again"),
    (b"no healthy upstream", "a saved error page", "fetch the file again"),
    (
        b'{"message": "Not \\"Found\\"", "documentation_url": "https://docs.github.com/rest", "status": "404"}',
        "a saved error page",
        "fetch the file again",
    ),
    (b'{"name": "ENC[AES256_GCM,data:ab]", "sops": {"mac": "ENC[AES256_GCM,data:x"}}', "encrypted by SOPS", "sops"),
    (b"name: ENC[AES256_GCM,data:ab]\nsops:\n    mac: ENC[AES256_GCM,data:x\n", "encrypted by SOPS", "sops"),
    (b"../shared/support.prompty", "only a path: a symlink", "core.symlinks"),
    (b"../shared/support.txt\n", "only a path: a symlink", "core.symlinks"),
    (b"./ada.json\r\n", "only a path: a symlink", "core.symlinks"),
    (b"..\\shared\\ada.json", "only a path: a symlink", "core.symlinks"),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("octets", "message", "hint"), ONE_SIGNATURE_EACH, ids=range(len(ONE_SIGNATURE_EACH))
)
def test_a_stand_in_is_an_error_in_every_format_and_named_as_what_it_is(
    form: str, octets: bytes, message: str, hint: str
) -> None:
    parsed = parse(form, f"p/a.{SUFFIXES[form]}", octets)

    assert parsed.content is None
    (problem,) = parsed.problems
    assert (problem.code, problem.severity, problem.line, problem.column) == ("stand-in", "error", 1, 1)
    assert problem.message.startswith(message)
    assert hint in (problem.hint or "")


def test_a_database_of_sqlite_is_one(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (a)")

    (problem,) = problems((tmp_path / "a.db").read_bytes())

    assert problem.message == "not text: an SQLite database"


@pytest.mark.parametrize("form", ["prompty", "markdown"])
def test_a_path_alone_to_a_file_of_the_same_kind_is_a_link_that_git_wrote_out(form: str) -> None:
    suffix = SUFFIXES[form]

    for line in (f"AGENTS.{suffix}", f"docs/b.{suffix}\n", f"/srv/prompts/b.{suffix}", f"C:\\p\\b.{suffix}"):
        assert [one.code for one in problems(line.encode(), form)] == ["stand-in"], line


@pytest.mark.parametrize(
    "text",
    [
        "docs/notes.txt",
        "/srv/notes.txt",
        "Not Found",
        "forbidden\n",
        "<!DOCTYPE html>\n<p>{{ question }}</p>\n",
        "<html>\n<body>Fill in this page.</body>\n</html>\n",
    ],
)
def test_what_only_may_be_a_stand_in_is_warned_of_and_served(text: str) -> None:
    parsed = parse("markdown", "p/a.md", text.encode())

    assert parsed.content is not None
    assert [(one.code, one.severity) for one in parsed.problems if one.code == "stand-in"] == [
        ("stand-in", Severity.WARNING)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "---\nname: A\n---\n<!DOCTYPE html>\n<html></html>\n",
        "---\nname: A\n---\n../shared/support.prompty\n",
        "---\nname: A\n---\n404: Not Found\n",
        "---\nname: A\n---\nversion https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n",
        "Write <!DOCTYPE html> at the beginning of every page.\n",
        "<html> is the first tag of a page. Explain it.\n",
        "<instructions>\nBe kind.\n</instructions>\n",
        '<?xml version="1.0"?>\n<prompt>Be kind.</prompt>\n',
        "version https://git-lfs.github.com/spec/v1\nis the first line of a pointer. Explain it.\n",
        "../shared/support.prompty is a path. Explain it.\n",
        "../a.prompty\n../b.prompty\n",
        "https://example.com/a.prompty\n",
        "Node.js\n",
        "Hello.\n",
        "e.g.\n",
        "TCP/IP\n",
        "404 errors: explain them.\n",
        "404\n",
        "What does 404: Not Found mean?\n",
        "BMW drivers and MZ tanks.\n",
        "RIFF is a format.\n",
        "GIF\n",
        "Unlock it with GITCRYPT.\n",
        "# xet version 2 of our notes\n",
        "/annex/objects/ is a folder.\n",
        "v1\n",
        "include\n",
        "ENC[AES256_GCM,data:ab] is how SOPS writes a value.\n",
        "x" * 257 + "ustar is a word.\n",
        "Caf\u00e9 \u2014 \x1b[1mbold\x1b[0m\n",
    ],
)  # fmt: skip
def test_a_prompt_that_only_speaks_of_such_things_stays_as_it_is(text: str) -> None:
    assert is_ok(text)


def test_values_that_are_encrypted_in_part_by_design_are_served() -> None:
    text = 'name: Ada\nkey: "ENC[AES256_GCM,data:ab]"\nsops:\n  mac: "ENC[AES256_GCM,data:x]"\n  encrypted_regex: ^key$\n'

    assert is_ok(text, "yaml")


def test_latin_1_is_still_called_that() -> None:
    (problem,) = problems(b"Jos\xe9\r\n\tand others\x1b[0m")

    assert (problem.code, problem.severity) == ("encoding", "error")
    assert "Latin-1" in (problem.hint or "")
