"""What formats of front matter and a body have in common. Never parses: each of them does."""

from collections.abc import Mapping, Set
from typing import cast

from docsync.formats.format import Format
from docsync.formats.place import Place
from docsync.formats.source import SourceText
from docsync.formats.yaml_front_matter import blank_fences
from docsync.formats.yaml_place import yaml_places


class FrontMatterFormat(Format):
    """A format whose documents hold the values as written in `frontmatter` and the exact text in `body`."""

    body_members = frozenset({"body"})

    def read_written(self, document: dict[str, object]) -> dict[str, object]:
        """The front matter."""
        return cast("dict[str, object]", document["frontmatter"])

    def body(self, document: dict[str, object]) -> str:
        """Everything behind the line of the closing fence; the whole text where there is no front matter."""
        return cast(str, document["body"])

    def lacks_front_matter(self, document: dict[str, object]) -> bool:
        """True where the whole text is the body: it begins in the first line."""
        return not document["frontmatter"] and document["body_line"] == 1

    def places(self, source: SourceText, wanted: Set[str]) -> Mapping[str, Place]:
        """The places of those of *wanted* that stand in the front matter."""
        return yaml_places(blank_fences(source.text), wanted)
