"""Files that were written to cost docsync as much as they can, by format and name, and schemas that they break."""

from benchmarks.attack.body import BODIES
from benchmarks.attack.filling import Shapes
from benchmarks.attack.front_matter import FRONT_MATTER
from benchmarks.attack.json_file import JSON
from benchmarks.attack.toml_file import TOML
from benchmarks.attack.yaml_file import YAML

NO_EXTRA_KEYS = {"properties": {"name": True}, "additionalProperties": False}
ONLY_NUMBERS = {"additionalProperties": {"type": "integer"}}
NO_EXTRA_KEYS_BELOW = {
    "additionalProperties": {"items": NO_EXTRA_KEYS, "type": ["string", "array"], "minItems": 1}
}
SCHEMAS: dict[str, object] = {
    "": {},
    "no extra keys": NO_EXTRA_KEYS,
    "only numbers": ONLY_NUMBERS,
    "no extra keys below": NO_EXTRA_KEYS_BELOW,
}

SHAPES: dict[str, Shapes] = {
    "json": JSON,
    "prompty": BODIES | {f"front matter: {name}": make for name, make in FRONT_MATTER.items()},
    "markdown": {f"front matter: {name}": make for name, make in FRONT_MATTER.items()} | BODIES,
    "yaml": YAML
    | {f"front matter: {name}": lambda make=make: matter_of(make()) for name, make in FRONT_MATTER.items()},
    "toml": TOML,
}


def matter_of(octets: bytes) -> bytes:
    """The front matter alone of a file that was made by `front`."""
    return octets.removeprefix(b"---\n").rpartition(b"\n---\n")[0] + b"\n"
