"""The rule missing-reference: the files that a prompt names are there. Never looks for one itself."""

from collections.abc import Iterator

from docsync.lint.finding import Finding, LintRule, Subject
from docsync.model import ReferenceStatus

_TROUBLES = {
    ReferenceStatus.MISSING: ("there is no file '{}'", "paths are relative to the prompt's own folder"),
    ReferenceStatus.OUTSIDE: (
        "'{}' lies outside the collection's folder",
        "move the file into the collection's folder",
    ),
}
_BODY, _OPTIONAL = "body", "optional_include"


def find(subject: Subject) -> Iterator[Finding]:
    """A finding for each file that is missing or out of reach."""
    for link in subject.links:
        trouble = _TROUBLES.get(link.status)
        if trouble and link.reference.kind != _OPTIONAL:
            message, hint = trouble
            at, target = link.reference.at, link.reference.target
            body_text = target if at == _BODY else None
            yield Finding(RULE.code, message.format(target), None if body_text else at, body_text, hint)


RULE = LintRule(
    "missing-reference", 2, "a file that a prompt names and that is not there, or not in its collection", find
)
