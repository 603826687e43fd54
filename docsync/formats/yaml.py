"""The format of YAML files: one mapping each. Never accepts a list, a single value or a second document."""

from collections.abc import Mapping, Set
from typing import cast

from docsync.formats.format import Format
from docsync.formats.naming import read_object
from docsync.formats.place import Place
from docsync.formats.plain_value import encode_plain
from docsync.formats.source import FileRefused, SourceText
from docsync.formats.written import Written
from docsync.formats.yaml_error import explain_single_text
from docsync.formats.yaml_place import yaml_places
from docsync.formats.yaml_reader import read_yaml
from docsync.model import ParsedFile


class YamlFormat(Format):
    """Files of YAML, stored as the JSON object that they say."""

    name = "yaml"
    version = 3

    def parse(self, source: SourceText) -> ParsedFile:
        """The mapping in *source* as it is written."""
        read = read_yaml(source, 0, len(source.text))
        if not isinstance(read.value, dict):
            if isinstance(read.value, str) and (cause := explain_single_text(source, 0, len(source.text))):
                raise FileRefused(cause)
            kind = (
                "only comments"
                if read.is_absent
                else "a list"
                if isinstance(read.value, list)
                else "a single value"
            )
            message = f"the file must hold a mapping of keys to values, got {kind}"
            raise FileRefused(source.problem("yaml-not-mapping", message, read.at), *read.problems)
        value = cast("dict[str, object]", read.value)
        document = encode_plain(value) if read.is_plain else None
        parsed = read_object(Written(source, self.places), value, document)
        return ParsedFile(parsed.content, (*read.problems, *parsed.problems))

    def places(self, source: SourceText, wanted: Set[str]) -> Mapping[str, Place]:
        """The places of those of *wanted* that there are; what an alias stands for is where its anchor is."""
        return yaml_places(source.text, wanted)


FORMAT = YamlFormat()
