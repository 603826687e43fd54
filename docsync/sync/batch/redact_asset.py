"""Removes secrets from the text of an asset that holds values. Never touches a template or prose."""

import json

from docsync.formats.naming import encode_canonical
from docsync.formats.source import FileRefused, decode_source
from docsync.lint.secret import may_hold_secrets, redact_all


def redact_asset(path: str, text: str) -> str:
    """*text* of the file *path*; JSON and YAML without the values of keys that name a secret.

    What had one is JSON afterwards, which YAML is, too. What cannot be parsed stays as it is.
    """
    suffix = path.rpartition(".")[2].lower()
    if suffix not in ("json", "yaml", "yml") or not may_hold_secrets(text):
        return text
    try:
        value = json.loads(text) if suffix == "json" else _read_yaml(path, text)
    except (ValueError, RecursionError, FileRefused):
        return text
    if not isinstance(value, dict | list):
        return text
    before = encode_canonical(value)
    redact_all(value)
    after = encode_canonical(value)
    return text if before == after else after


def _read_yaml(path: str, text: str) -> object:
    from docsync.formats.yaml_reader import read_yaml  # for the few prompts that name such a file

    source = decode_source(path, text.encode(), allow_conflicts=True, allow_blank=True)
    return read_yaml(source, 0, len(source.text)).value
