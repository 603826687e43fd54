"""The JSON Schemas that come with docsync, as texts. Reads no project."""

import json
from importlib.resources import files

from docsync.registry import FORMATS, list_ignorable_codes

SCHEMAS = ("persona", "prompty", "document", "config")


def read_schema(name: str) -> str:
    """The text of the schema with a *name* from SCHEMAS."""
    text = files("docsync").joinpath("schema", f"{name}.schema.json").read_text("utf-8")
    return _list_names(text) if name == "config" else text


def _list_names(text: str) -> str:
    """The schema of docsync.toml with all formats and codes in the lists that its file leaves empty."""
    value = json.loads(text)
    value["$defs"]["collections"]["items"]["properties"]["format"]["enum"] = [*FORMATS]
    value["$defs"]["lint"]["properties"]["ignore"]["items"]["enum"] = [*list_ignorable_codes()]
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
