"""Compares what a stored prompt declares with what its body uses. Never parses: the document says both."""

from collections.abc import Mapping

from docsync.formats.format import Gaps


def gaps_of(document: Mapping[str, object]) -> Gaps:
    """The gaps of a prompt's document; none where its variables are unknown."""
    variables, inputs = document.get("variables"), document.get("inputs")
    if not isinstance(variables, list) or not isinstance(inputs, list):
        return Gaps()
    declared = [
        item["name"] for item in inputs if isinstance(item, Mapping) and isinstance(item.get("name"), str)
    ]
    known, used = set(declared), set(variables)
    return Gaps(
        tuple(name for name in variables if name not in known),
        tuple(name for name in dict.fromkeys(declared) if name not in used),
    )
