"""`docsync schema`: prints the JSON Schemas that come with docsync, for editors and CI. Reads no project."""

import json
from importlib.resources import files

import click

from docsync.cli.flags import Session, command, pass_session

SCHEMAS = ("persona", "prompty", "config")


@command
@click.argument("schema", type=click.Choice(SCHEMAS))
@pass_session
def schema_command(session: Session, schema: str) -> int:
    """Print a JSON Schema, for editors.

    Those of personas and of the front matter of prompts describe and complete, and refuse little: make one your own to
    ask for more, and name it in docsync.toml. That of docsync.toml is exact.
    """
    text = schema_text(schema)
    value: object = json.loads(text)
    session.out.answer(value, [text.rstrip("\n")])
    return 0


def schema_text(name: str) -> str:
    """The schema with a name from SCHEMAS, as a file."""
    return files("docsync").joinpath("schema", f"{name}.schema.json").read_text("utf-8")
