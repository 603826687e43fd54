"""Why a prompt does not render: every mistake at once, each with its place."""

from dataclasses import dataclass

from docsync.errors import DocsyncError, ExitCode


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong.

    `line` and `column` start at 1 and count in the file *path*; None where they are not known. `input_name`
    is the input that it is about, if it is about one, and `json_path` the dotted place in the front matter,
    as its author spelt it: `model.parameters.top_p`.
    """

    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    input_name: str | None = None
    json_path: str | None = None

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        return ": ".join(part for part in (where, self.json_path, self.message) if part)


class RenderError(DocsyncError):
    """A prompt cannot be rendered, or not with these inputs. `mistakes` has all that is wrong."""

    exit_code = ExitCode.FOUND

    def __init__(self, *mistakes: Mistake) -> None:
        lines = (f"{mistake} ({mistake.hint})" if mistake.hint else str(mistake) for mistake in mistakes)
        super().__init__("\n".join(lines))
        self.mistakes = mistakes


class InputError(RenderError):
    """The prompt may be right: every mistake is about the inputs that were given, or were not."""
