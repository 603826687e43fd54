"""Finds the variables of a template with no tags but `{{ name.name }}`. Never judges any other template."""

import re

from docsync.formats.limits import LIMITS

_MAX_TAGS = 500  # of so many names and dots that `jinja_parser` takes them all
_NAME = "(?>[A-Za-z_][A-Za-z0-9_]*)"
_TAG = re.compile(rf"\{{\{{(?>[ \t]*)({_NAME})(?>(?:\.{_NAME}){{0,8}})(?>[ \t]*)\}}\}}")
_OTHER_TAGS = ("{%", "{#", "{{{")
# Names that Jinja takes for something else, or knows itself.
_OTHER_WORDS = frozenset(
    {
        "and", "else", "elif", "if", "import", "in", "is", "not", "or", "recursive", "with", "without",
        "as", "from", "by", "self", "super", "loop", "caller", "varargs", "kwargs",
        "true", "false", "none", "True", "False", "None",
        "range", "dict", "lipsum", "cycler", "joiner", "namespace",
    }
)  # fmt: skip


def find_plain_variables(template: str) -> list[str] | None:
    """The names that *template* wants in Jinja's language, sorted; None where Jinja must be asked."""
    if len(template) > LIMITS.template_bytes or any(tag in template for tag in _OTHER_TAGS):
        return None
    count = template.count("{{")
    names = _TAG.findall(template) if count <= _MAX_TAGS else ()
    if len(names) != count or not _OTHER_WORDS.isdisjoint(names):
        return None
    return sorted(set(names))
