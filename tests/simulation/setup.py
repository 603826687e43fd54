"""The project that is simulated: its names, and the settings it may be started with. Never holds a file."""

from dataclasses import replace
from pathlib import Path

from docsync.names import Collection
from docsync.sync.setup import Settings
from tests.simulation.content import MAX_BYTES

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json")
PROMPTS = Collection("prompt_template", "prompts", ("**/*.prompty",), "prompty")
TEAM = Collection("team", "personas/team", ("*.json",), "json")

PERSONA_NAMES = tuple(
    f"personas/{name}.json" for name in ("a", "b", "c", "team/a", "team/d", "team/deep/e", "old/f")
)
PROMPT_NAMES = tuple(f"prompts/{name}.prompty" for name in ("p", "q", "kit/r", "kit/s"))
ASIDE_NAMES = (
    "prompts/sample.json",
    "prompts/kit/sample.json",
    "prompts/deep.txt",
    "prompts/picture.png",
    "personas/.hidden.json",
)
ASSET_NAMES = ("prompts/sample.json", "prompts/kit/sample.json", "prompts/deep.txt")
"""Files that prompts take in."""
TWIN_NAMES = ("personas/A.json", "personas/team/D.json", "personas/\u00fc.json", "personas/u\u0308.json")
"""Names that differ from another one in case or Unicode form only."""
SPARE_NAMES = ("spare.json", "personas/.spare.json", "personas/spare.txt", "personas/team/.spare.json")
"""Files of personas that are none of the collection's: outside, hidden, of another name. What links lead to."""
ALIAS = "personas/alias"
"""A link to a folder, if it is there."""
VOLUME, VOLUMES = "personas/..data", ("personas/..one", "personas/..two")
"""As Kubernetes mounts a volume: the link and the folders that it leads to by turns."""
FOLDERS = ("personas", "prompts", "personas/team", "personas/team/deep", "personas/old", "prompts/kit")
ELSEWHERE = ("parked", "personas/new", "prompts/.away", "personas/team/moved")


_USUAL = Settings(
    Path("/nowhere"), (PERSONAS, PROMPTS), max_file_bytes=MAX_BYTES, min_deletes=2, max_delete_ratio=0.5
)
VARIANTS = (
    _USUAL,
    replace(_USUAL, collections=(replace(PERSONAS, exclude=("old/**",)), PROMPTS)),
    replace(_USUAL, collections=(PERSONAS,)),
    replace(_USUAL, ignore=frozenset({"merge-conflict", "duplicate-key"})),
    replace(_USUAL, collections=(TEAM, PERSONAS, PROMPTS), min_deletes=3),
    replace(_USUAL, min_deletes=20),
)
