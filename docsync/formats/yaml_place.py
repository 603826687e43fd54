"""Finds the places of values in a YAML text. Never judges the text: it has been parsed before."""

from collections.abc import Iterable, Iterator

import yaml

from docsync.formats.place import Place, ways_to

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


def yaml_places(text: str, wanted: Iterable[str]) -> dict[str, Place]:
    """The places of those of *wanted* that there are; an aliased value is found where its anchor is."""
    root = yaml.compose(text, Loader=_Loader)
    search = _YamlPlaceSearch(frozenset(wanted))
    if root is not None:
        search.value(_place(root, root), root, "")
    return search.found


def _place(key: yaml.Node, value: yaml.Node) -> Place:
    return Place(key.start_mark.index, value.start_mark.index)


class _YamlPlaceSearch:
    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._ways = ways_to(wanted)
        self.found: dict[str, Place] = {}

    def value(self, place: Place, node: yaml.Node, path: str) -> None:
        """Look into the value at *place*."""
        if path in self._wanted:
            self.found[path] = place
        if path not in self._ways:
            return
        if isinstance(node, yaml.MappingNode):
            for key, item in _members(node):
                self.value(_place(key, item), item, f"{path}.{key.value}" if path else str(key.value))
        elif isinstance(node, yaml.SequenceNode):
            for count, item in enumerate(node.value):
                self.value(_place(item, item), item, f"{path}[{count}]")


def _members(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Keys and values in the order in which they win: what `<<` brings comes before the mapping's own."""
    for key, value in node.value:
        if key.tag == _MERGE:
            for part in reversed(value.value) if isinstance(value, yaml.SequenceNode) else [value]:
                yield from _members(part)
    yield from ((key, value) for key, value in node.value if key.tag != _MERGE)
