"""The project that is simulated: its names, and the settings it may be started with. Never holds a file."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from docsync.names import Collection
from docsync.sync.ports import Tree
from docsync.sync.setup import Settings
from tests.simulation.content import MAX_BYTES

PERSONAS = Collection("persona", "personas", ("**/*.json",), "json")
PROMPTS = Collection("prompt_template", "prompts", ("**/*.prompty",), "prompty")
TEAM = Collection("team", "personas/team", ("*.json",), "json")

PERSONA_NAMES = tuple(f"personas/{name}.json" for name in ("a", "b", "c", "team/a", "team/d", "team/deep/e", "old/f"))
PROMPT_NAMES = tuple(f"prompts/{name}.prompty" for name in ("p", "q", "kit/r", "kit/s"))
ASIDE_NAMES = ("prompts/sample.json", "prompts/kit/sample.json", "prompts/picture.png", "personas/.hidden.json")
FOLDERS = ("personas", "prompts", "personas/team", "personas/team/deep", "personas/old", "prompts/kit")
ELSEWHERE = ("parked", "personas/new", "prompts/.away", "personas/team/moved")


@dataclass(frozen=True, slots=True)
class FakeSettings(Settings):
    """Settings with a tree of their own."""

    other: Tree | None = field(default=None, compare=False)

    def tree(self) -> Tree:  # type: ignore[override]  # another Tree, by the protocol that sync knows
        assert self.other is not None
        return self.other


_USUAL = FakeSettings(
    Path("/nowhere"), (PERSONAS, PROMPTS), max_file_bytes=MAX_BYTES, min_deletes=2, max_delete_ratio=0.5
)
VARIANTS = (
    _USUAL,
    replace(_USUAL, collections=(replace(PERSONAS, exclude=("old/**",)), PROMPTS)),
    replace(_USUAL, collections=(PERSONAS,)),
    replace(_USUAL, ignore=frozenset({"merge-conflict", "duplicate-key"})),
    replace(_USUAL, collections=(TEAM, PERSONAS, PROMPTS), min_deletes=3),
)


def with_tree(settings: FakeSettings, tree: Tree) -> FakeSettings:
    """*settings* on *tree*."""
    return replace(settings, other=tree)
