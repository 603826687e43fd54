"""What an editor needs to complete and check a project's files: schemas, and settings that name them.

Writes nothing.
"""

import json
import re

from docsync.cli.discovery.known_name import PERSONA
from docsync.cli.schema_text import SCHEMAS, read_schema
from docsync.names import Collection

SETTINGS_FILE = ".vscode/settings.json"
SCHEMA_FOLDER = "schemas"

_JSON, _YAML = "json.schemas", "yaml.schemas"
# Strings are taken whole. A comma before a closing bracket is none in JSON.
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/|,(?=\s*[\]}])', re.DOTALL)


def editor_files(collections: tuple[Collection, ...]) -> dict[str, str]:
    """The files by path. docsync.toml names its schema itself, in the comment that TOML editors look for."""
    schemas = {f"{SCHEMA_FOLDER}/{name}.schema.json": read_schema(name) for name in SCHEMAS}
    return {**schemas, SETTINGS_FILE: json.dumps(_settings(collections), indent=2) + "\n"}


def find_lacking(written: str, collections: tuple[Collection, ...]) -> str:
    """What the settings *written* lack for *collections*, as JSON to copy; nothing if they have it all.

    All of it where they cannot be read.
    """
    wanted, there = _settings(collections), _parse_settings(written)
    json_schemas = [one for one in _as_list(wanted.get(_JSON)) if one not in _as_list(there.get(_JSON))]
    known = _as_dict(there.get(_YAML))
    yaml_schemas = {
        name: more
        for name, globs in _as_dict(wanted.get(_YAML)).items()
        if (more := [one for one in _as_list(globs) if one not in _as_list(known.get(name))])
    }
    found: dict[str, object] = {_JSON: json_schemas, _YAML: yaml_schemas}
    lacking = {key: value for key, value in found.items() if value}
    return json.dumps(lacking, indent=2) if lacking else ""


def _parse_settings(text: str) -> dict[str, object]:
    """What VS Code reads: JSON with comments and a comma too many. Nothing if it is not even that."""
    try:
        return _as_dict(json.loads(_COMMENT.sub(lambda found: found[1] or "", text)))
    except (ValueError, RecursionError):
        return {}


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _as_dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _settings(collections: tuple[Collection, ...]) -> dict[str, object]:
    schema = f"./{SCHEMA_FOLDER}/persona.schema.json"
    personas = [one for one in collections if one.type == PERSONA]
    in_json = [f"/{glob}" for one in personas if one.format == "json" for glob in _globs(one)]
    in_yaml = [glob for one in personas if one.format == "yaml" for glob in _globs(one)]
    # Holds where a prompt is opened as YAML; the YAML extension looks at no other language.
    prompts = [glob for one in collections if one.format == "prompty" for glob in _globs(one)]
    by_schema = {schema: in_yaml, f"./{SCHEMA_FOLDER}/prompty.schema.json": prompts}
    settings: dict[str, object] = {
        _JSON: [{"fileMatch": in_json, "url": schema}] if in_json else [],
        _YAML: {name: globs for name, globs in by_schema.items() if globs},
    }
    return {key: value for key, value in settings.items() if value}


def _globs(collection: Collection) -> list[str]:
    folder = "" if collection.path == "." else f"{collection.path}/"
    return [f"{folder}{glob}" for glob in collection.include]
