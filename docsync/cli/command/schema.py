"""`docsync schema`: prints the JSON Schemas that come with docsync, for editors, services and CI.

Reads no project.
"""

import json

import click

from docsync.cli.flags import command, pass_session
from docsync.cli.schema_text import SCHEMAS, read_schema
from docsync.cli.session import Session


@command
@click.argument("schema", type=click.Choice(SCHEMAS))
@pass_session
def schema_command(session: Session, schema: str) -> int:
    """Print a JSON Schema, for editors and services.

    Those of personas and of the front matter of prompts describe and complete, and refuse little: make one
    your own to ask for more, and name it in docsync.toml. That of docsync.toml is exact. The schema called
    document is for services: it describes a prompt as it is stored.
    """
    text = read_schema(schema)
    value: object = json.loads(text)
    session.out.answer(value, [text.rstrip("\n")])
    return 0
