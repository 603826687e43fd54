"""`docsync schema`: prints the JSON Schemas that come with docsync, for editors and CI. Reads no project."""

import json
from importlib.resources import files

import click

from docsync.cli.flags import Session, command, pass_session
from docsync.registry import FORMATS, list_ignorable_codes

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
    text = files("docsync").joinpath("schema", f"{name}.schema.json").read_text("utf-8")
    return _list_names(text) if name == "config" else text


def _list_names(text: str) -> str:
    """The schema of docsync.toml with the formats and the codes that there are: its file leaves their lists empty."""
    value = json.loads(text)
    value["$defs"]["collections"]["items"]["properties"]["format"]["enum"] = [*FORMATS]
    value["$defs"]["lint"]["properties"]["ignore"]["items"]["enum"] = [*list_ignorable_codes()]
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
