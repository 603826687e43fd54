"""The format of Markdown files: optional front matter and a body. Never parses the Markdown itself."""

from docsync.formats.front_matter_format import FrontMatterFormat
from docsync.formats.naming import encode_canonical, find_naming, search_text, stem_of
from docsync.formats.plain_value import encode_plain
from docsync.formats.source import SourceText
from docsync.formats.written import Written
from docsync.formats.yaml_front_matter import split_front_matter
from docsync.model import Content, ParsedFile


class MarkdownFormat(FrontMatterFormat):
    """Files of Markdown, stored as their front matter and their exact body."""

    name = "markdown"
    version = 3

    def parse(self, source: SourceText) -> ParsedFile:
        """Front matter as written and the body of *source*."""
        parts = split_front_matter(source)
        written = Written(source, self.places)
        own = find_naming(parts.values, stem_of(source.path), written.spell)
        document: dict[str, object] = {
            "name": own.name,
            "description": own.description,
            "tags": list(own.tags),
            "frontmatter": parts.values,
            "body": parts.body,
            "body_line": parts.body_line,
        }
        text = search_text(parts.body)
        content = Content(
            own.name,
            own.name_from,
            encode_plain(document) if parts.is_plain else encode_canonical(document),
            text,
            description=own.description,
            tags=own.tags,
            value=document,
        )
        return ParsedFile(content, (*parts.problems, *written.warn(own.left_out)))


FORMAT = MarkdownFormat()
