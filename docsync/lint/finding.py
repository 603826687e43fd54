"""What a rule looks at and what it says. Holds values and judges nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from docsync.lint.secret import Secret, secrets_in
from docsync.model import ResolvedReference, Severity

MAX_FINDINGS = 50
"""Maximum number of findings of one rule, so that a hostile file cannot make thousands."""


@dataclass(frozen=True)
class Subject:
    """A document as the rules see it.

    `written` is the object, or the front matter, as it stands in the file; `links` are its references and
    what became of them; `undeclared` the variables of a prompt that no input declares, `unused` the inputs
    that no variable uses. `body` is the exact body of a prompt or a Markdown file, "" where the format has
    none; `document` is all that is stored.
    """

    written: dict[str, object]
    links: tuple[ResolvedReference, ...] = ()
    undeclared: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    body: str = ""
    document: dict[str, object] = field(default_factory=dict)

    @cached_property
    def secrets(self) -> list[Secret]:
        """The secrets in `written`, MAX_FINDINGS at most; searched for on first use, as it takes a while."""
        return secrets_in(self.written, MAX_FINDINGS)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a document.

    `at` is the dotted place in what is written, such as `inputs[0].default`; `on_key` means the key there and
    not its value. Without `at` the place is in the body: `body_at`, an offset in characters from 0, or else
    where the word `body_text` is found.
    """

    code: str
    message: str
    at: str | None = None
    body_text: str | None = None
    hint: str | None = None
    severity: Severity = Severity.WARNING
    on_key: bool = False
    body_at: int | None = None


@dataclass(frozen=True, slots=True)
class LintRule:
    """A check that every document passes or is warned about.

    `version` moves whenever the rule would say something else of a document: all of them are then checked
    again.
    """

    code: str
    version: int
    summary: str
    find: Callable[[Subject], Iterable[Finding]]
