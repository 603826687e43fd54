"""The files that a prompt takes in: found before it is rendered, by the names that are written in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from docsync.names import to_printable
from docsync.render.error import RenderError
from docsync.render.state import Template
from docsync.render.text import Include, Loader, Text, resolve_name

MAX_FILES, MAX_DEPTH, MAX_CHARACTERS = 64, 10, 1_048_576
"""So many files, so deep in each other, and so many characters of all of them, may a prompt take in."""

Compile = Callable[[Text], Template]


def gather_templates(main: Template, compile_text: Compile, load: Loader) -> Mapping[str, Template]:
    """The templates of *main* and of all that it takes in, by their paths; *main* is the first.

    RenderError for a file that is not there, for one that takes in itself, and beyond the limits.
    """
    if not main.includes:
        return {main.text.path: main}
    gathering = _Gathering(compile_text, load, {main.text.path: main})
    gathering.follow(main, (main.text.path,))
    return gathering.templates


@dataclass(slots=True)
class _Gathering:
    compile_text: Compile
    load: Loader
    templates: dict[str, Template]
    characters: int = 0
    done: set[str] = field(default_factory=set)

    def follow(self, template: Template, chain: tuple[str, ...]) -> None:
        """Gather what *template*, the last of *chain*, takes in."""
        for include in template.includes:
            found = self._find(template.text, include, chain)
            if found:
                path = found.text.path
                if path not in self.done:
                    self.follow(found, (*chain, path))
        self.done.add(template.text.path)

    def _find(self, text: Text, include: Include, chain: tuple[str, ...]) -> Template | None:
        try:
            path = resolve_name(include.name, text.path)
        except ValueError as error:
            raise _error(text, include, str(error)) from None
        if path in chain:
            names = " → ".join(map(to_printable, (*chain, path)))
            raise _error(text, include, f"the files take in each other: {names}")
        if len(chain) > MAX_DEPTH:
            raise _error(text, include, f"files take in each other more than {MAX_DEPTH} deep")
        if path not in self.templates:
            loaded = self.load(path)
            if loaded is None:
                if include.is_optional:
                    return None
                raise _error(text, include, f"{to_printable(path)} is not there, or has no text")
            self._count(loaded, text, include)
            self.templates[path] = self.compile_text(Text(path, loaded.content, loaded.line))
        return self.templates[path]

    def _count(self, loaded: Text, text: Text, include: Include) -> None:
        self.characters += len(loaded.content)
        if len(self.templates) > MAX_FILES or self.characters > MAX_CHARACTERS:
            limit = f"more than {MAX_FILES} files or {MAX_CHARACTERS} characters"
            raise _error(text, include, f"takes in {limit}")


def _error(text: Text, include: Include, message: str) -> RenderError:
    return RenderError(text.mistake(message, include.at))
