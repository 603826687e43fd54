"""The format of YAML collections: one mapping a file. Never takes a list, a single value or a second document."""

from pathlib import PurePosixPath
from typing import cast

from docsync.formats.naming import encode_canonical, find_naming, search_text
from docsync.formats.source import FileRefused, SourceText
from docsync.formats.yaml_reader import read_yaml
from docsync.model import Content, ParsedFile


class YamlFormat:
    """Files of YAML, stored as the JSON object that they say."""

    name = "yaml"
    version = 2
    proves_complete = False

    def parse(self, source: SourceText) -> ParsedFile:
        """The mapping in *source* as it is written."""
        read = read_yaml(source, 0, len(source.text))
        if not isinstance(read.value, dict):
            kind = "only comments" if read.is_absent else "a list" if isinstance(read.value, list) else "a single value"
            message = f"the file must hold a mapping of keys to values, got {kind}"
            raise FileRefused(source.problem("yaml-not-mapping", message, read.at), *read.problems)
        value = cast("dict[str, object]", read.value)
        own = find_naming(value, PurePosixPath(source.path).stem)
        content = Content(
            own.name,
            own.name_from,
            encode_canonical(value),
            search_text(value),
            description=own.description,
            tags=own.tags,
        )
        return ParsedFile(content, read.problems)


FORMAT = YamlFormat()
