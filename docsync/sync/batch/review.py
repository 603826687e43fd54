"""What is said of a valid file beyond its format: its schema, the lint rules; and secrets are taken out on demand.

Never reads the tree and never raises for what a file holds.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import cast

from docsync.formats.limits import LIMITS
from docsync.formats.naming import encode_canonical, search_text
from docsync.lint import Finding, Subject, lint, literal_secret
from docsync.lint.finding import MAX_FINDINGS
from docsync.lint.schema import CODE, Schema
from docsync.lint.secret import Secret, may_hold_secrets, redact_all, secrets_in
from docsync.model import Content, ParsedFile, Problem, ResolvedReference, Severity
from docsync.names import Collection

# In these formats what is written is the front matter; the rest of the document is made of it and of the body.
FRONT_MATTER_FORMATS = ("prompty", "markdown")
_BODY_MEMBERS = ("body", "instructions", "messages")

# A larger document may break its schema in a hundred thousand places, and all of them are looked for at once; and of each
# place everything beneath it is copied.
_ALL_SEARCHED, _ONE_SEARCHED = 4_000, 50_000  # keys, values and items, about


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """What the configuration says about documents: codes to ignore, secrets to take out, a schema for some types."""

    ignore: frozenset[str] = frozenset()
    redact_secrets: bool = False
    schemas: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that its format could read: where it lies, whose it is, its bytes, and what became of its references."""

    path: str
    collection: Collection
    octets: bytes
    links: tuple[ResolvedReference, ...] = ()


class Review:
    """Looks at documents by the rules of one configuration."""

    def __init__(self, rules: DocumentRules) -> None:
        self._rules = rules

    def review(self, read: ReadFile, content: Content, problems: Sequence[Problem]) -> ParsedFile:
        """*content* as it may be stored, with everything that is to be said of it; *problems* are the format's own."""
        try:
            document = cast("dict[str, object]", json.loads(content.document))
            may_hold = may_hold_secrets(content.document)
            ignore = self._rules.ignore if may_hold else self._rules.ignore | {literal_secret.RULE.code}
            subject = _subject(read, document)
            findings = self._findings(read.collection.type, content, subject, ignore)
            found = _add_findings(read, problems, findings)
            if any(finding.severity is Severity.ERROR for finding in findings):
                return ParsedFile(None, found)
            redacts = may_hold and self._rules.redact_secrets
            return ParsedFile(_remove_secrets(content, document, subject) if redacts else content, found)
        except Exception as error:  # noqa: BLE001 - a file that trips a bug of ours harms only itself
            message = f"docsync failed to check this file: {type(error).__name__}"
            hint = "this is a bug in docsync; please report it with the file"
            return ParsedFile(None, (*problems, Problem(read.path, "internal", message, hint=hint)))

    def _findings(self, type_: str, content: Content, subject: Subject, ignore: Set[str]) -> list[Finding]:
        findings = lint(subject, ignore)
        schema = self._rules.schemas.get(type_)
        if schema is None or CODE in ignore:
            return findings
        return [*schema.violations(subject.written, _limit_violations(content.document)), *findings]


def _limit_violations(document: str) -> int:
    size = document.count(",") + document.count("{") + document.count("[")
    return LIMITS.problems + 1 if size <= _ALL_SEARCHED else int(size <= _ONE_SEARCHED)


def _subject(read: ReadFile, document: dict[str, object]) -> Subject:
    written = document["frontmatter"] if read.collection.format in FRONT_MATTER_FORMATS else document
    assert isinstance(written, dict)
    if read.collection.format != "prompty":
        return Subject(written, read.links)
    from docsync.formats.prompty.gap import gaps_of  # loaded with the format, and only with it

    gaps = gaps_of(document)
    return Subject(written, read.links, gaps.undeclared_variables, gaps.unused_inputs)


def _remove_secrets(content: Content, document: dict[str, object], subject: Subject) -> Content:
    """*content* without the secrets of *document*, which are taken out of it, too."""
    if subject.written is document:
        return _redact(content, document, subject.secrets)
    made_of_keys = {key: value for key, value in document.items() if key not in _BODY_MEMBERS}
    secrets = secrets_in(made_of_keys)
    if not secrets:
        return content
    for secret in secrets:
        secret.redact()
    # A secret at the top lies in the copy: the document takes it over.
    document.update(made_of_keys)
    return replace(content, document=encode_canonical(document))


def _redact(content: Content, document: dict[str, object], secrets: Sequence[Secret]) -> Content:
    if not secrets:
        return content
    if len(secrets) < MAX_FINDINGS:
        for secret in secrets:
            secret.redact()
    else:
        redact_all(document)
    return replace(content, document=encode_canonical(document), text=search_text(document))


def _add_findings(read: ReadFile, problems: Sequence[Problem], findings: Sequence[Finding]) -> tuple[Problem, ...]:
    """All that is to be said, up to the limit, errors first; only what is shown is looked for in the file."""
    if not findings:
        return tuple(problems)
    from docsync.sync.batch.locate import locate  # costs 30 ms and is needed for findings only

    everything: list[Problem | Finding] = [*problems, *findings]
    ordered = sorted(everything, key=lambda one: one.severity is not Severity.ERROR)
    kept = ordered[: LIMITS.problems]
    shown = locate(read.path, read.collection.format, read.octets, [one for one in kept if isinstance(one, Finding)])
    found = (*(one for one in kept if isinstance(one, Problem)), *shown)
    rest = ordered[LIMITS.problems :]
    if not rest:
        return found
    message = f"and at least {len(rest)} more problems in this file"
    return (*found, Problem(read.path, "more", message, rest[0].severity))
