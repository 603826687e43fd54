"""What an editor needs to complete and check a project's files: schemas, and settings that name them.

Writes nothing.
"""

import json

from docsync.cli.schema_text import SCHEMAS, read_schema
from docsync.names import Collection

SETTINGS_FILE = ".vscode/settings.json"
SCHEMA_FOLDER = "schemas"


def editor_files(collections: tuple[Collection, ...]) -> dict[str, str]:
    """The files by path. docsync.toml names its schema itself, in the comment that TOML editors look for."""
    schemas = {f"{SCHEMA_FOLDER}/{name}.schema.json": read_schema(name) for name in SCHEMAS}
    return {**schemas, SETTINGS_FILE: json.dumps(_settings(collections), indent=2) + "\n"}


def _settings(collections: tuple[Collection, ...]) -> dict[str, object]:
    personas = [glob for one in collections if one.format == "json" for glob in _globs(one)]
    prompts = [glob for one in collections if one.format == "prompty" for glob in _globs(one)]
    return {
        "json.schemas": [
            {"fileMatch": [f"/{glob}" for glob in personas], "url": f"./{SCHEMA_FOLDER}/persona.schema.json"}
        ],
        # Holds where a prompt is opened as YAML; the YAML extension looks at no other language.
        "yaml.schemas": {f"./{SCHEMA_FOLDER}/prompty.schema.json": prompts},
    }


def _globs(collection: Collection) -> list[str]:
    folder = "" if collection.path == "." else f"{collection.path}/"
    return [f"{folder}{glob}" for glob in collection.include]
