"""The rule undeclared-variable: what a prompt's body uses is declared. Never looks into a template itself."""

from collections.abc import Iterator, Mapping

from docsync.lint.finding import Finding, LintRule, Subject
from docsync.names import find_closest

# Comparing two names of this length takes up to 0.5 ms, of longer ones the square of that.
_MAX_PAIRS = 200
_MAX_NAME_CHARACTERS = 60


def find(subject: Subject) -> Iterator[Finding]:
    """A finding for each variable that no input declares."""
    if not subject.undeclared or not _declares_all(subject.written):
        return
    for name in subject.undeclared:
        yield Finding(
            RULE.code,
            f"'{name}' is used here and declared nowhere",
            body_text=name,
            hint=_hint(name, subject),
        )


def _declares_all(written: Mapping[str, object]) -> bool:
    """False where other files may declare inputs, too, or where there is no front matter to do it in."""
    elsewhere = "base" in written or any(isinstance(written.get(key), str) for key in ("inputs", "sample"))
    return bool(written) and not elsewhere


def _hint(name: str, subject: Subject) -> str:
    if len(subject.undeclared) * len(subject.unused) > _MAX_PAIRS or len(name) > _MAX_NAME_CHARACTERS:
        return f"add '{name}' to inputs"
    near = find_closest(name, [unused for unused in subject.unused if len(unused) <= _MAX_NAME_CHARACTERS], 1)
    return f"did you mean '{near[0]}', which is declared and not used?" if near else f"add '{name}' to inputs"


RULE = LintRule("undeclared-variable", 1, "a variable of the body that no input declares", find)
