"""The error of a template that cannot be parsed. Never leaves this format: it becomes a warning."""

SYNTAX = "template-syntax"
TOO_LARGE = "template-too-large"


class TemplateError(Exception):
    """What is wrong with a template; `line` counts from 1 within it, `code` is that of the warning.

    `at` is its offset there, None where only the line is known; `hint` says what to write.
    """

    def __init__(
        self, message: str, line: int, code: str = SYNTAX, at: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.line = line
        self.code = code
        self.at = at
        self.hint = hint
