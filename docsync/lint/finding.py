"""What a rule looks at and what it says. Holds values and judges nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from docsync.lint.secret import Secret, secrets_in
from docsync.model import ResolvedReference, Severity

MAX_FINDINGS = 50
"""Findings of one rule that are built: nobody reads on, and a hostile file must not make it a hundred thousand."""


@dataclass(frozen=True)
class Subject:
    """A document as the rules see it.

    `written` is the object, or the front matter, as it stands in the file; `links` are its references and what became
    of them; `undeclared` the variables of a prompt that no input declares, `unused` the inputs that no variable uses.
    """

    written: dict[str, object]
    links: tuple[ResolvedReference, ...] = ()
    undeclared: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    @cached_property
    def secrets(self) -> list[Secret]:
        """The secrets in what is written, MOST at most: looked for when first asked, as it takes a while."""
        return secrets_in(self.written, MAX_FINDINGS)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a document.

    `at` is the dotted place in what is written, such as `inputs[0].default`; `on_key` means the key there and not its
    value. Where `at` is None, `body_text` is what to look for in the body.
    """

    code: str
    message: str
    at: str | None = None
    body_text: str | None = None
    hint: str | None = None
    severity: Severity = Severity.WARNING
    on_key: bool = False


@dataclass(frozen=True, slots=True)
class LintRule:
    """A check that every document passes or is warned about."""

    code: str
    summary: str
    find: Callable[[Subject], Iterable[Finding]]
