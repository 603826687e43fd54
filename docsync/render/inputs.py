"""Decides what a template gets: given inputs, samples, defaults. Tells all mistakes at once.

Opens nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from docsync.names import find_closest, to_printable
from docsync.render.declared import Declaration, Input
from docsync.render.error import InputError, Mistake, RenderError
from docsync.render.media import read_media
from docsync.render.message import MediaKind, Message
from docsync.render.mistake_list import MistakeList
from docsync.render.rich import MediaValue, ThreadValue
from docsync.render.state import Template
from docsync.render.thread import read_thread
from docsync.render.value import ABSENT, NotPlain, PlainValues, describe

THREAD = "thread"
_MEDIA = {kind.value for kind in MediaKind}
_MAX_NAME_CHARACTERS = 100


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: object) -> bool:
    return value.is_integer() if isinstance(value, float) else _is_number(value)


KINDS: dict[str, tuple[str, Callable[[object], bool]]] = {
    "string": ("a text", lambda value: isinstance(value, str)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "integer": ("an integer", _is_integer),
    "number": ("a number", _is_number),
    "float": ("a number", _is_number),
    "array": ("an array", lambda value: isinstance(value, list)),
    "list": ("an array", lambda value: isinstance(value, list)),
    "object": ("an object", lambda value: isinstance(value, dict)),
    "dict": ("an object", lambda value: isinstance(value, dict)),
}
"""The kinds whose values are checked: in words, and how. A value of any other kind is taken as it is."""


@dataclass(slots=True)
class Bound:
    """What a template gets. `thread` is the conversation of a line `![thread]`."""

    values: dict[str, object] = field(default_factory=dict)
    thread: tuple[Message, ...] = ()
    private: set[str] = field(default_factory=set)


def bind_inputs(
    declaration: Declaration,
    templates: Iterable[Template],
    given: Mapping[str, object],
    *,
    samples: bool,
) -> Bound:
    """The values for the first of *templates*, which is the prompt's.

    InputError with all mistakes; a RenderError if one of them is the prompt's own.
    """
    first, *others = templates
    refusal = _refuse_no_object(given)
    if refusal:
        raise InputError(Mistake(f"inputs must be an object, {refusal}", first.text.path))
    return _Binder(declaration, (first, *others), given, samples=samples).bind()


def _refuse_no_object(given: object) -> str | None:
    """Why *given* is no object: a caller without types may pass anything."""
    if not isinstance(given, Mapping):
        return f"got {describe(given)}"
    return next((f"and its key {name!a} is no text" for name in given if not isinstance(name, str)), None)


class _Binder:
    def __init__(
        self,
        declaration: Declaration,
        templates: tuple[Template, ...],
        given: Mapping[str, object],
        *,
        samples: bool,
    ) -> None:
        self._declaration = declaration
        self._templates = templates
        self._given = given
        self._samples = samples
        self._plain = PlainValues()
        self._bound = Bound(private=self._plain.private)
        self._mistakes = MistakeList(declaration.path)
        self._error: type[RenderError] = InputError

    def bind(self) -> Bound:
        self._refuse_unknown()
        for name, one in self._declaration.inputs.items():
            self._bind_declared(name, one)
        for name, value in self._given.items():
            if name not in self._declaration.inputs:
                self._put(name, value, Input(name, {}))
        self._find_missing()
        self._mistakes.raise_all(self._error)
        return self._bound

    def _refuse_unknown(self) -> None:
        used = [template.variables for template in self._templates]
        if any(names is None for names in used):
            return
        known = {*self._declaration.inputs, *(name for names in used for name in names or ())}
        for name in self._given:
            if name not in known:
                near = find_closest(name[:_MAX_NAME_CHARACTERS], known - self._given.keys(), 1)
                hint = f"did you mean '{near[0]}'?" if near else _list_names(known)
                self._add(f"has no input '{to_printable(name)}'", name, hint)

    def _bind_declared(self, name: str, one: Input) -> None:
        value = self._given.get(name)
        if value is None and name in self._given and one.written.get("nullable"):
            self._leave_out(name, one)
            return
        if value is None and self._samples:
            value = self._declaration.value(one, "example")
        if value is None:
            value = self._declaration.value(one, "default")
        if value is not None:
            self._put(name, value, one)
        elif one.written.get("required") is False or (one.kind == THREAD and self._samples):
            self._leave_out(name, one)
        elif one.is_declared or self._is_needed(name):
            message = f"the input '{to_printable(name)}' is not given, and has no default"
            self._add(message, name, _describe_input(one))

    def _leave_out(self, name: str, one: Input) -> None:
        self._bound.values[name] = ThreadValue(()) if one.kind == THREAD else ABSENT

    def _put(self, name: str, value: object, one: Input) -> None:
        try:
            if one.kind == THREAD:
                self._put_thread(name, value)
            elif one.kind in _MEDIA:
                self._bound.values[name] = MediaValue(read_media(MediaKind(one.kind), value))
                self._need_place(name, one)
            else:
                self._put_plain(name, self._plain.copy(value), one)
        except (NotPlain, ValueError) as error:
            text = str(error)
            if self._given.get(name) is None:  # so it was a sample or a default
                self._error = RenderError
            self._add(
                f"the input '{to_printable(name)}'{'' if text.startswith(('[', '.')) else ' '}{text}", name
            )

    def _put_thread(self, name: str, value: object) -> None:
        messages = read_thread(value, self._plain)
        self._bound.values[name] = ThreadValue(messages)
        if self._declaration.has_thread_line and name == THREAD:
            self._bound.thread = messages
        elif messages:
            self._need_place(name, Input(name, {"kind": THREAD}))

    def _put_plain(self, name: str, value: object, one: Input) -> None:
        # Samples and defaults are the author's: they are checked with the prompt, not for each call.
        if name in self._given:
            words, fits = KINDS.get(one.kind, ("", None))
            if fits and not fits(value):
                raise ValueError(f"must be {words}, got {describe(value)}")
            allowed = one.written.get("enumValues")
            if isinstance(allowed, list) and allowed and value not in allowed:
                raise ValueError(_describe_choice(value, allowed))
            if one.kind == "integer" and isinstance(value, float):
                value = int(value)
        self._bound.values[name] = value

    def _need_place(self, name: str, one: Input) -> None:
        """A conversation or an image that stands nowhere would be lost without a word."""
        used = [template.variables for template in self._templates]
        if not any(names is None or name in names for names in used):
            self._error = RenderError
            self._add(
                f"the {one.kind} '{to_printable(name)}' has no place in the text: "
                f"write {{{{ {name} }}}} where it belongs",
                name,
            )

    def _is_needed(self, name: str) -> bool:
        template = self._templates[0]
        return name in (template.variables or ()) and name not in template.guarded

    def _find_missing(self) -> None:
        template = self._templates[0]
        for name in sorted(template.variables or ()):
            if name not in self._given and name not in self._declaration.inputs and self._is_needed(name):
                near = find_closest(name[:_MAX_NAME_CHARACTERS], self._list_unused(), 1)
                hint = (
                    f"it is not declared; did you mean '{near[0]}'?"
                    if near
                    else "it is not declared, and must be passed"
                )
                self._add(f"'{to_printable(name)}' is not given", name, hint)

    def _list_unused(self) -> Iterator[str]:
        used = self._templates[0].variables or ()
        return (name for name in self._declaration.inputs if name not in used)

    def _add(self, message: str, name: str | None = None, hint: str | None = None) -> None:
        """A mistake, at the first place of the input *name*."""
        text, places = self._templates[0].text, self._templates[0].places
        if name is not None and name in places:
            mistake = text.mistake(message, places[name], hint)
        else:
            mistake = Mistake(message, text.path, hint=hint)
        self._mistakes.put(replace(mistake, input_name=name))


def _list_names(names: Iterable[str]) -> str:
    shown = [to_printable(name) for name in sorted(names) if len(name) <= _MAX_NAME_CHARACTERS]
    return (
        f"there are {', '.join(shown[:20])}{', …' if len(shown) > 20 else ''}" if shown else "it takes none"
    )


def _describe_input(one: Input) -> str | None:
    text = one.written.get("description")
    return " ".join(text.split())[:200] if isinstance(text, str) and text.strip() else None


def _describe_choice(value: object, allowed: list[object]) -> str:
    texts = [one for one in allowed if isinstance(one, str)]
    near = find_closest(value[:_MAX_NAME_CHARACTERS], texts, 1) if isinstance(value, str) else []
    shown = ", ".join(str(one) for one in allowed[:20])
    return f"must be one of {shown}" + (f"; did you mean '{near[0]}'?" if near else "")
