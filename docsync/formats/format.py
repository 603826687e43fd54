"""The protocol of a format, with defaults for what most formats lack. Never reads a file itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import ClassVar

from docsync.formats.place import Place
from docsync.formats.source import SourceText
from docsync.model import ParsedFile


@dataclass(frozen=True, slots=True)
class Gaps:
    """Variables that no input declares, and inputs that no variable uses; in the order of the document."""

    undeclared_variables: tuple[str, ...] = ()
    unused_inputs: tuple[str, ...] = ()


_NO_GAPS = Gaps()


class Format(ABC):
    """A way to read a file. Each has `name`, `version` and `parse`, and overrides the defaults that differ.

    `version` moves whenever the same bytes would give another row. `proves_complete` is True where a file
    that is cut short can never parse. `body_members` are the keys of a stored document that hold text of a
    body: everything else in it is redacted by its keys.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    proves_complete: ClassVar[bool] = False
    body_members: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def parse(self, source: SourceText) -> ParsedFile:
        """Content and problems of a file. Raises FileRefused for a file that cannot be stored."""

    def read_written(self, document: dict[str, object]) -> dict[str, object]:
        """The values of a stored document as a person wrote them: what rules and schemas describe."""
        return document

    def body(self, document: dict[str, object]) -> str:  # noqa: ARG002 - a format with a body needs it
        """The exact text that the file ends with, behind its values; "" in a format without one."""
        return ""

    def lacks_front_matter(self, document: dict[str, object]) -> bool:  # noqa: ARG002 - see body
        """True for a stored document of a format with front matter that has none, not even an empty one."""
        return False

    def gaps(self, document: dict[str, object]) -> Gaps:  # noqa: ARG002 - a format with variables needs it
        """What a stored document declares and does not use, and the reverse."""
        return _NO_GAPS

    def places(self, source: SourceText, wanted: Set[str]) -> Mapping[str, Place]:  # noqa: ARG002 - see body
        """The offsets of those of the dotted places *wanted* that are in *source*, which was parsed."""
        return {}
