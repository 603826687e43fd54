"""Tells comments of YAML that may have been meant as part of the value before them. Never reads YAML."""

import re
from typing import NamedTuple

from docsync.formats.yaml_quote import quote_yaml
from docsync.formats.yaml_scalar import ScalarIssue

CODE = "yaml-comment"

# Who writes "# later" means a comment; who writes "#2" may mean a number, a tag or a colour.
_COMMENT = re.compile(r"[ \t]+(?P<cut>#[^\s#!][^\r\n]*)")
_MAY_CUT = re.compile(r"[^\s#][ \t]{1,20}#[^\s#!]")
_SHOWN = 40


class CutText(NamedTuple):
    """A comment at the offset `at`, and the warning of it."""

    at: int
    issue: ScalarIssue


def may_cut(text: str) -> bool:
    """True for a text of which `check_comment` may have something to say; it costs next to nothing."""
    return "#" in text and _MAY_CUT.search(text) is not None


def check_comment(text: str, start: int, end: int, *, is_in_brackets: bool) -> CutText | None:
    """What follows the plain text between two offsets of *text* right behind a #, without a blank."""
    comment = _COMMENT.match(text, end)
    if comment is None:
        return None
    cut = comment["cut"].rstrip()
    # In brackets nobody knows where the value was to end.
    whole = None if is_in_brackets else quote_yaml(text[start : comment.start("cut")] + cut)
    quoted = f"quote the value: {whole}" if whole else "quote the value"
    shown = cut if len(cut) <= _SHOWN else f"{cut[:_SHOWN]}…"
    message = f"'{shown}' is a comment, and no part of the value"
    issue = ScalarIssue(CODE, message, hint=f"{quoted}; if it is a comment, write a blank behind #")
    return CutText(comment.start("cut"), issue)
