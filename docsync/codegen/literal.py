"""Texts of documents inside source code: as literals and in comments. Nothing in them can end either.

Which characters stay as they are is fixed here and not asked of Python, which knows more of Unicode with each
version.
"""

import json
import re

# Letters that stand where they are written: no marks that join others, nothing that is invisible or turns
# text around.
_LETTERS = (
    "\u00a1-\u00ac\u00ae-\u024f\u0391-\u03ce\u0400-\u0481\u048a-\u052f"
    "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
)
_OTHERS = re.compile(f"[^ -~{_LETTERS}\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u20ac]")
_SPACE = re.compile(r"\s+")
# Editors take what follows for an instruction; an address has something before it.
_TAG = re.compile(r"(?<![\w.])@")
MAX_COMMENT_CHARACTERS = 300


def python_literal(text: str) -> str:
    """*text* as a literal of Python, in double quotes."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_OTHERS.sub(_escape_python, quoted)}"'


def typescript_literal(text: str) -> str:
    """*text* as a literal of TypeScript, in double quotes."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_OTHERS.sub(_escape_utf16, quoted)}"'


def docstring(text: str) -> str:
    """*text* as a docstring of one line."""
    return f'""{python_literal(_one_line(text))}""'


def jsdoc(text: str) -> str:
    """*text* as a comment of one line that editors show."""
    shown = _OTHERS.sub(_escape_utf16, _one_line(text)).replace("*/", "*\\/")
    return f"/** {_TAG.sub('(at)', shown)} */"


def _one_line(text: str) -> str:
    plain = _SPACE.sub(" ", text).strip()
    return plain if len(plain) <= MAX_COMMENT_CHARACTERS else plain[:MAX_COMMENT_CHARACTERS] + "…"


def _escape_python(character: re.Match[str]) -> str:
    code = ord(character[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escape_utf16(character: re.Match[str]) -> str:
    # JavaScript counts in UTF-16, as JSON does.
    return json.dumps(character[0])[1:-1]
