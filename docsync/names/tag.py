"""Tags as people write them. Never looks at the disk."""

import re

_SIGN = re.compile(r"\A#(?=[^\s#])")


def name_tag(text: str) -> str:
    """*text* as a tag: without spaces around it, and without a sign # that only says that it is one."""
    return _SIGN.sub("", text.strip()) if "#" in text else text.strip()
