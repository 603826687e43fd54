"""The rule literal-secret: no key or password stands in a file. Never prints one."""

from collections.abc import Iterator

from docsync.lint.finding import Finding, LintRule, Subject


def find(subject: Subject) -> Iterator[Finding]:
    """A finding for each text whose key says that it is a secret."""
    for secret in subject.secrets:
        message = f"{secret.at}: a secret seems to be written here"
        yield Finding(RULE.code, message, secret.at, hint="keep it in the environment: ${env:NAME}")


RULE = LintRule("literal-secret", 1, "a key, password or token that is written out", find)
