"""A stored prompt and its inputs to messages. Opens nothing: what it takes in is given.

Rendering has no time limit of its own: a template may go through its loops for as long as it likes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from docsync.formats.prompty.dialect import Dialect
from docsync.names import find_closest, to_printable
from docsync.render.cut import cut_messages
from docsync.render.declared import declare_inputs, files_of
from docsync.render.error import Mistake, RenderError
from docsync.render.file_reference import find_files
from docsync.render.included import Compile, gather_templates
from docsync.render.inputs import bind_inputs
from docsync.render.mark import Marks
from docsync.render.message import Message
from docsync.render.state import RENDERING, Rendering
from docsync.render.text import Loader, Text, resolve_name

JINJA_KINDS = ("jinja2", "nunjucks")
MUSTACHE = "mustache"
_KINDS = (*JINJA_KINDS, MUSTACHE)


def load_nothing(_path: str) -> Text | None:
    """A loader for a prompt that takes in no file."""
    return None


def render(
    document: Mapping[str, Any],
    inputs: Mapping[str, object],
    *,
    path: str,
    load: Loader = load_nothing,
    samples: bool = False,
) -> tuple[Message, ...]:
    """The messages of a prompt.

    Raises InputError with all that is wrong with the inputs; RenderError with what is wrong with the prompt,
    at its line and column.

    Args:
        document: the prompt as it is stored.
        inputs: values by their names: JSON values, rows, and bytes or URLs for images, files and sounds.
        path: of the prompt's file, relative to the project.
        load: gives the text of a file that the prompt takes in.
        samples: the prompt's own samples stand for inputs that are not given.
    """
    text = _body(document, path)
    compile_text = _compiler(document, text)
    templates = gather_templates(compile_text(text), compile_text, load)
    declaration = declare_inputs(document, path, load, samples=samples)
    bound = bind_inputs(declaration, templates.values(), inputs, samples=samples)
    for template in templates.values():
        bound.private |= template.private
    marks = Marks(bound.private, path)
    token = RENDERING.set(Rendering(marks, templates, bound.thread))
    try:
        rendered = templates[path].render(bound.values)
    finally:
        RENDERING.reset(token)
    return cut_messages(rendered, marks)


def find_texts(document: Mapping[str, Any], path: str, load: Loader) -> dict[str, Text]:
    """The texts of all files that a prompt takes in or names, by their paths: `dict.get` is then its loader.

    Files that are not there are left out. RenderError where a text is no template.
    """
    found: dict[str, Text] = {}

    def take(wanted: str) -> Text | None:
        text = load(wanted)
        if text is not None:
            found[wanted] = text
        return text

    text = _body(document, path)
    compile_text = _compiler(document, text)
    gather_templates(compile_text(text), compile_text, take)
    for name in _find_named_files(document, path):
        take(name)
    return found


def takes_files(document: Mapping[str, Any], path: str) -> bool:
    """True if a prompt takes in or names any file. RenderError where its text is no template."""
    text = _body(document, path)
    return bool(_compiler(document, text)(text).includes) or any(_list_names(document))


def _find_named_files(document: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in _list_names(document):
        try:
            yield resolve_name(name, path)
        except ValueError:
            continue  # the mistake is told when the file is wanted


def _list_names(document: Mapping[str, Any]) -> Iterator[str]:
    yield from files_of(document)  # for the inputs
    yield from find_files(document)  # for the request


def _body(document: Mapping[str, Any], path: str) -> Text:
    body, line = document.get("body"), document.get("body_line")
    if not isinstance(body, str) or not isinstance(document.get("template"), Mapping):
        raise RenderError(
            Mistake("is no prompt: only a document of the format prompty can be rendered", path)
        )
    return Text(path, body, line if isinstance(line, int) else 1)


def _compiler(document: Mapping[str, Any], text: Text) -> Compile:
    """What compiles the templates of *document*, in its language and dialect."""
    dialect = Dialect(document.get("dialect") or Dialect.NONE)
    form = document["template"].get("format")
    kind = form.get("kind") if isinstance(form, Mapping) else form
    if kind in JINJA_KINDS:
        from docsync.render.jinja_template import compile_jinja  # Jinja takes longer to load than to render

        return lambda wanted: compile_jinja(wanted, dialect)
    if kind == MUSTACHE:
        from docsync.render.mustache_template import compile_mustache

        return lambda wanted: compile_mustache(wanted, dialect)
    near = find_closest(str(kind), _KINDS, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_KINDS)}"
    raise RenderError(
        Mistake(f"the template's format {to_printable(str(kind))} is not known", text.path, hint=hint)
    )
