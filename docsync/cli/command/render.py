"""`docsync render`: a stored prompt with inputs, as messages or a request. Sends nothing."""

from pathlib import Path

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.input_options import read_inputs
from docsync.cli.read_options import exit_code, find_document, open_documents, strict_source
from docsync.cli.session import Session
from docsync.cli.view.output import as_text
from docsync.cli.view.rendering import rendering_lines
from docsync.errors import UsageError
from docsync.render.apart import FORMS, MESSAGES, Asked

_MAX_ANSWER_BYTES = 128 * 1024 * 1024


@command
@click.argument("prompt_id", metavar="ID")
@click.option(
    "-i",
    "--input",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="An input: a text, @FILE for what a file holds, @@… for a text that begins with @, doc:ID for a "
    "document. May be repeated.",
)
@click.option(
    "--inputs",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Inputs by their names, as a JSON object.",
)
@click.option("--samples", is_flag=True, help="Take the prompt's samples for what is not given.")
@click.option(
    "--to",
    "form",
    type=click.Choice(FORMS),
    default=MESSAGES,
    help="Print the request for that API, as JSON.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="TOOL",
    help="Leave a tool out of the request. May be repeated.",
)
@strict_source
@pass_session
def render_command(
    session: Session,
    prompt_id: str,
    given: tuple[str, ...],
    file: Path | None,
    *,
    samples: bool,
    form: str,
    without: tuple[str, ...],
    strict_source: bool,
) -> int:
    """Print the messages of a prompt, or its request for a model.

    Texts are converted to the declared types. It runs in a process of its own for two seconds at most, and no
    variable of the environment is resolved. Exits with 1 if the prompt does not render with these inputs.
    """
    from docsync.reader.render_apart import render_apart
    from docsync.render.apart import ChildRenderer

    if without and form == MESSAGES:
        raise UsageError("--without leaves tools out of a request: say which with --to")
    with open_documents(session) as reader, ChildRenderer(_MAX_ANSWER_BYTES) as renderer:
        row = find_document(session, reader, prompt_id)
        document = row.document if row else {}
        inputs = read_inputs(given, file, document, reader, session.here)
        asked = Asked(inputs.values, inputs.texts, samples, form, without)
        made = render_apart(reader, renderer, row.id if row else prompt_id, asked)
        code = exit_code(reader, strict=strict_source)
    request = made["request"]
    lines = rendering_lines(made["messages"], made["tools"]) if request is None else [as_text(request)]
    session.out.answer(made, lines)
    if made["unresolved"]:
        named = ", ".join(made["unresolved"])
        session.out.remark(
            f"variables stay as they are written: {named}; the service's own call resolves them"
        )
    return code
