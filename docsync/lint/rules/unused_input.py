"""The rule unused-input: what a prompt declares is used. Never looks into a template itself."""

from collections.abc import Iterator, Mapping

from docsync.lint.finding import Finding, LintRule, Subject


def find(subject: Subject) -> Iterator[Finding]:
    """A finding for each input that neither the body nor a tool uses."""
    if not subject.unused or "base" in subject.written:
        return
    bound = frozenset(_find_bindings(subject.written.get("tools")))
    declared = dict(_declarations(subject.written))
    for name in subject.unused:
        if name not in bound:
            message = f"input '{name}' is not used in the body"
            hint = f"remove it, or use it: {{{{ {name} }}}}"
            yield Finding(RULE.code, message, declared.get(name), hint=hint, on_key=True)


def _find_bindings(tools: object, *, inside: bool = False) -> Iterator[str]:
    """Every text inside the `bindings` of tools: there, inputs are handed to them."""
    if isinstance(tools, str) and inside:
        yield tools
    elif isinstance(tools, Mapping):
        for key, value in tools.items():
            yield from _find_bindings(value, inside=inside or key == "bindings")
    elif isinstance(tools, list):
        for item in tools:
            yield from _find_bindings(item, inside=inside)


def _declarations(written: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Names of inputs and the places where they are declared, the one that counts last."""
    for key in ("sample", "inputSchema", "inputs"):
        declared = written.get(key)
        if isinstance(declared, Mapping):
            yield from ((name, f"{key}.{name}") for name in declared)
        elif isinstance(declared, list):
            for place, item in enumerate(declared):
                if isinstance(item, Mapping) and isinstance(name := item.get("name"), str):
                    yield name, f"{key}[{place}]"


RULE = LintRule("unused-input", 1, "an input that the body never uses", find)
