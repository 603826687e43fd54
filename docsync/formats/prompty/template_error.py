"""The error of a template that cannot be parsed. Never leaves this format: it becomes a warning."""

SYNTAX = "template-syntax"
TOO_LARGE = "template-too-large"


class TemplateError(Exception):
    """What is wrong with a template; `line` counts from 1 within it, `code` is that of the warning."""

    def __init__(self, message: str, line: int, code: str = SYNTAX) -> None:
        super().__init__(message)
        self.line = line
        self.code = code
