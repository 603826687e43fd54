"""Reviews a valid document: its schema, the lint rules, and the redaction of secrets on demand.

Never reads the tree and never raises for what a file holds.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import cast

from docsync.formats import Format, get_format
from docsync.formats.limits import LIMITS
from docsync.formats.naming import encode_canonical, search_text
from docsync.formats.source import decode_source
from docsync.lint import Finding, Subject, lint
from docsync.lint.finding import MAX_FINDINGS
from docsync.lint.rules import literal_secret
from docsync.lint.schema import CODE, Schema
from docsync.lint.secret import Secret, may_hold_secrets, redact_all, secrets_in
from docsync.model import Content, ParsedFile, Problem, ResolvedReference, Severity
from docsync.names import Collection
from docsync.sync.batch.locate import locate

# Above these sizes the validator would take too long: it collects all violations at once, and copies what is
# beneath each.
_MAX_SIZE_ALL, _MAX_SIZE_FIRST = 4_000, 50_000  # keys, values and items, about


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """Settings about documents: codes to ignore, whether to redact secrets, the schemas by type.

    `takes_assets`: the texts of files that a document takes in are stored with it.
    """

    ignore: frozenset[str] = frozenset()
    redact_secrets: bool = False
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    takes_assets: bool = True


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that its format could parse: its path, collection and bytes, and its resolved references.

    `taken_variables` are those that the texts want which it takes in, None where nobody can tell.
    """

    path: str
    collection: Collection
    octets: bytes
    links: tuple[ResolvedReference, ...] = ()
    taken_variables: frozenset[str] | None = frozenset()


class Review:
    """Looks at documents by the rules of one configuration."""

    def __init__(self, rules: DocumentRules) -> None:
        self._rules = rules

    def review(self, read: ReadFile, content: Content, problems: Sequence[Problem]) -> ParsedFile:
        """*content* as it may be stored, with *problems* and the findings of rules and schema."""
        try:
            may_hold = may_hold_secrets(content.document)
            is_redacted = may_hold and self._rules.redact_secrets
            document = _decode(content) if is_redacted or content.value is None else content.value
            ignore = self._rules.ignore if may_hold else self._rules.ignore | {literal_secret.RULE.code}
            format_ = get_format(read.collection.format)
            subject = _subject(format_, document, read)
            findings = self._findings(read.collection.type, content, subject, ignore)
            found = _add_findings(read, problems, findings, subject.body)
            if any(finding.severity is Severity.ERROR for finding in findings):
                return ParsedFile(None, found)
            if is_redacted:
                content = _remove_secrets(content, subject, format_.body_members)
            return ParsedFile(content, found)
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
    return LIMITS.problems + 1 if size <= _MAX_SIZE_ALL else int(size <= _MAX_SIZE_FIRST)


def _subject(format_: Format, document: dict[str, object], read: ReadFile) -> Subject:
    gaps, taken = format_.gaps(document), read.taken_variables
    unused = () if taken is None else tuple(name for name in gaps.unused_inputs if name not in taken)
    undeclared, written = gaps.undeclared_variables, format_.read_written(document)
    return Subject(written, read.links, undeclared, unused, format_.body(document), document)


def _decode(content: Content) -> dict[str, object]:
    """A value of one's own to change: in what the format made, one object may lie in two places."""
    return cast("dict[str, object]", json.loads(content.document))


def _remove_secrets(content: Content, subject: Subject, body_members: Set[str]) -> Content:
    """*content* without the secrets of the subject's document, which are removed from that, too."""
    document = subject.document
    if not body_members:
        return _redact(content, document, subject.secrets)
    made_of_keys = {key: value for key, value in document.items() if key not in body_members}
    secrets = secrets_in(made_of_keys)
    if not secrets:
        return content
    for secret in secrets:
        secret.redact()
    # A secret at the top lies in the copy: the document takes it over.
    document.update(made_of_keys)
    return replace(content, document=encode_canonical(document), value=document)


def _redact(content: Content, document: dict[str, object], secrets: Sequence[Secret]) -> Content:
    if not secrets:
        return content
    if len(secrets) < MAX_FINDINGS:
        for secret in secrets:
            secret.redact()
    else:
        redact_all(document)
    return replace(content, document=encode_canonical(document), text=search_text(document), value=document)


def _add_findings(
    read: ReadFile, problems: Sequence[Problem], findings: Sequence[Finding], body: str
) -> tuple[Problem, ...]:
    """Problems and findings up to the limit, errors first; only findings that are kept are located."""
    if not findings:
        return tuple(problems)
    everything: list[Problem | Finding] = [*problems, *findings]
    ordered = sorted(everything, key=lambda one: one.severity is not Severity.ERROR)
    kept = ordered[: LIMITS.problems]
    source = decode_source(read.path, read.octets, allow_conflicts=True)
    shown = [one for one in kept if isinstance(one, Finding)]
    located = locate(source, get_format(read.collection.format), body, shown)
    found = (*(one for one in kept if isinstance(one, Problem)), *located)
    rest = ordered[LIMITS.problems :]
    if not rest:
        return found
    message = f"and at least {len(rest)} more problems in this file"
    return (*found, Problem(read.path, "more", message, rest[0].severity))
