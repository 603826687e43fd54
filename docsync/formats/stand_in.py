"""Tells a text that stands in the place of a document: an error page, a path, a cipher. Never parses it."""

import re
from posixpath import splitext

from docsync.formats.file_signature import FileKind
from docsync.formats.source import FileRefused, SourceText, describe_stand_in
from docsync.model import Problem, Severity

# Longer texts of one line are no answers of a server and no paths.
_MAX_SHORT = 300
_AGAIN = "fetch the file again"
_HTML = FileKind("an HTML page, not the file", _AGAIN)
_ERROR_PAGE = FileKind("a saved error page, not the file", _AGAIN)
_LINK = FileKind(
    "only a path: a symlink that Git checked out as a file",
    "run: git config core.symlinks true, and check it out again, or put the file itself in its place",
)
_ANNEX = FileKind("a git-annex link, not the file", "run: git annex get")
_SOPS = FileKind("encrypted by SOPS", "decrypt it: sops --decrypt")

_COMMENTS = r"\s*(?:<!--(?>(?:[^-]|-(?!->))*)-->\s*)*"
_DOCTYPE = re.compile(rf"{_COMMENTS}(?:<\?xml[^>]*>\s*)?<!doctype\s+html\b", re.IGNORECASE)
_HTML_ROOT = re.compile(rf"{_COMMENTS}<html[\s>]", re.IGNORECASE)
_HTML_END = "</html>"
# What object stores answer with (S3, Azure, Google), and what a SOAP service does.
_XML_ERROR = re.compile(r"\s*<\?xml[^>]*\?>\s*<(?:Error|error|\w+:Fault)\b")
_TEMPLATE_TAG = re.compile(r"\{\{|\{%|\$\{")
# The phrases of RFC 9110 and of what stands before a server.
_PHRASES = (
    r"bad request|unauthorized|payment required|forbidden|(?:page )?not found|method not allowed|"
    r"proxy authentication required|request time-?out|too many requests|unavailable for legal reasons|"
    r"internal server error|server error|not implemented|bad gateway|service (?:temporarily )?unavailable|"
    r"gateway time-?out|invalid request|access denied|client error|rate limit exceeded"
)
_ERROR_LINE = re.compile(
    r"(?:HTTP/[\d.]+ |(?:http |default backend - )?(?:error:? |status:? )?)?[45]\d\d[ :,.-]+"
    rf"\(?(?:{_PHRASES}|conflict|gone)\)?[.!]?",
    re.IGNORECASE,
)
_PROXY_ERROR = re.compile(
    r"(?:upstream connect error or disconnect/reset before headers|no healthy upstream)\b"
)
_BARE_PHRASE = re.compile(rf"(?:error:? )?(?:{_PHRASES})[.!]?", re.IGNORECASE)
# What the API of GitHub answers with.
_API_ERROR = re.compile(
    r'\s*\{\s*"message"\s*:\s*"(?>[^"\\]*)(?>(?:\\.(?>[^"\\]*))*)"\s*,\s*'
    r'"documentation_url"\s*:\s*"https://docs\.github\.com/'
)
# No blank, no sign of a template, of a tag or of a place in the web.
_PATH = re.compile(
    r"(?P<climbs>\.{1,2}[/\\]|[A-Za-z]:\\|/)?(?P<folders>(?:[^\s{}<>\"'|*?:/\\]+[/\\])*)"
    r"[^\s{}<>\"'|*?:/\\]*[^\s{}<>\"'|*?:/\\.]\.[A-Za-z][A-Za-z0-9]{0,9}"
)
_ANNEX_PATH = re.compile(r"(?:\.\./)*\.git/annex/objects/\S+")
_SOPS_MARK = "ENC[AES256_GCM,data:"
_SOPS_MAC = re.compile(r'(?:^|[\s{,])(?:"mac"|mac|sops_mac)\s*[:=]\s*["\']?ENC\[AES256_GCM,')
_SOPS_IN_PART = re.compile(
    r"(?:encrypted_regex|encrypted_suffix|encrypted_comment_regex)\"?\s*[:=]\s*[\"']?(?!null\b|~)[^\s\"',}]"
)


def find_stand_in(source: SourceText) -> Problem | None:
    """The warning of a text that may be no document. Raises FileRefused for one that certainly is none."""
    found = _identify(source)
    if found is None:
        return None
    kind, severity = found
    problem = describe_stand_in(source.path, kind, severity)
    if severity is Severity.ERROR:
        raise FileRefused(problem)
    return problem


def _identify(source: SourceText) -> tuple[FileKind, Severity] | None:
    text = source.text
    first = text.lstrip()[:1]
    if first == "<":
        return _identify_markup(text)
    if first == "{" and _API_ERROR.match(text):
        return _ERROR_PAGE, Severity.ERROR
    if _SOPS_MARK in text and _SOPS_MAC.search(text) and not _SOPS_IN_PART.search(text):
        return _SOPS, Severity.ERROR
    return _identify_line(source.path, text.strip()) if len(text) <= _MAX_SHORT else None


def _identify_markup(text: str) -> tuple[FileKind, Severity] | None:
    """A page is one whole: what has tags of a template, or is only part of one, may well be a prompt."""
    if _XML_ERROR.match(text):
        return _ERROR_PAGE, Severity.ERROR
    if _DOCTYPE.match(text):
        return _HTML, Severity.WARNING if _TEMPLATE_TAG.search(text) else Severity.ERROR
    if _HTML_ROOT.match(text) and _HTML_END in text.lower():
        return _HTML, Severity.WARNING
    return None


def _identify_line(path: str, line: str) -> tuple[FileKind, Severity] | None:
    if _ERROR_LINE.fullmatch(line) or _PROXY_ERROR.match(line):
        return _ERROR_PAGE, Severity.ERROR
    if _BARE_PHRASE.fullmatch(line):
        return _ERROR_PAGE, Severity.WARNING
    if _ANNEX_PATH.fullmatch(line):
        return _ANNEX, Severity.ERROR
    written = _PATH.fullmatch(line)
    if written is None:
        return None
    if (written["climbs"] or "").startswith(".") or splitext(line)[1].lower() == splitext(path)[1].lower():
        return _LINK, Severity.ERROR
    return (_LINK, Severity.WARNING) if written["climbs"] or written["folders"] else None
