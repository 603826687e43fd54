"""What is written as source: collections with shapes and ids, and prompts with their inputs. Values only."""

from dataclasses import dataclass

from docsync.codegen.prompt_input import PromptInput
from docsync.codegen.shape import Shape

MAX_IDS = 5000
"""So many ids are listed; with more of them type checkers become slow, and any text is an id."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt: its id, display name and description, and what it wants."""

    id: str
    name: str
    description: str
    inputs: tuple[PromptInput, ...]


@dataclass(frozen=True, slots=True)
class CollectionTypes:
    """A collection: the ids of its documents, sorted, their shape, and the prompts among them."""

    type: str
    ids: tuple[str, ...]
    shape: Shape
    prompts: tuple[Prompt, ...] = ()

    @property
    def lists_ids(self) -> bool:
        """True when the ids are so few that each is a literal, and at least one."""
        return 0 < len(self.ids) <= MAX_IDS
