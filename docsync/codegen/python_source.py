"""Python source: TypedDicts of documents and inputs, ids as literals, a function that renders each prompt."""

import re
from collections.abc import Iterable, Iterator

from docsync.codegen.literal import docstring, python_literal
from docsync.codegen.name import KEYWORDS, name_parameters
from docsync.codegen.naming import ITEM, REST, Names, ValuePath, document_members, find_objects, name_all
from docsync.codegen.prompt_input import Kind, PromptInput
from docsync.codegen.shape import Members, Scalar, Shape
from docsync.codegen.source_model import CollectionTypes, Prompt

_HEAD = '''"""The documents of this project as types: their shapes, their ids, and what each prompt wants.

Written by `docsync types --python`; do not edit it, but run that again.
"""

# ruff: noqa
'''
_IMPORTS = {
    "collections.abc": ("Mapping", "Sequence"),
    "typing": ("Any", "Literal", "NotRequired", "TypeAlias", "TypedDict", "cast"),
    "docsync": ("Call", "Reader", "Row"),
}
_BUILTINS = ("bool", "bytes", "dict", "float", "int", "list", "object", "str", "tuple")
_TAKEN = frozenset({*KEYWORDS, *_BUILTINS, *(name for names in _IMPORTS.values() for name in names)})
_LOCALS = ("reader", "_render")
_RENDER = """
_OMITTED: Any = object()


def _render(reader: Reader, id_: str, given: Mapping[str, Any], /) -> Call:
    return reader.render(id_, {name: value for name, value in given.items() if value is not _OMITTED})
"""
_SCALARS = {
    Scalar.STRING: "str",
    Scalar.INTEGER: "int",
    Scalar.NUMBER: "float",
    Scalar.BOOLEAN: "bool",
    Scalar.NULL: "None",
}
_INPUTS = {
    Kind.STRING: "str",
    Kind.INTEGER: "int",
    Kind.NUMBER: "float",
    Kind.BOOLEAN: "bool",
    Kind.OBJECT: "Mapping[str, Any] | Row",
    Kind.MEDIA: "bytes | str | Mapping[str, Any]",
    Kind.THREAD: "Sequence[Mapping[str, Any]]",
    Kind.ANY: "Any",
}
Fields = list[tuple[str, str, bool]]
"""Key, type and whether it is there always."""


def python_source(collections: Iterable[CollectionTypes]) -> str:
    """The source for *collections*, in the order of their types."""
    each = sorted(collections, key=lambda one: one.type)
    names = name_all(each, _TAKEN)
    parts = [part for one in each for part in _PythonWriter(names).write(one)]
    body = (_RENDER if names.functions else "") + "".join(f"\n\n{part}" for part in parts)
    return f"{_HEAD}\n{''.join(_import_used(body))}{body}"


def _import_used(body: str) -> Iterator[str]:
    for module, names in _IMPORTS.items():
        used = [name for name in names if re.search(rf"\b{name}\b", body)]
        if used:
            lead = "\n" if module == "docsync" else ""
            yield f"{lead}from {module} import {', '.join(used)}\n"


class _PythonWriter:
    def __init__(self, names: Names) -> None:
        self._names = names
        self._taken = {
            *_TAKEN,
            *names.documents.values(),
            *names.ids.values(),
            *names.inputs.values(),
            *names.objects.values(),
        }

    def write(self, collection: CollectionTypes) -> Iterator[str]:
        """All that is written for a collection, each part with a line end behind it."""
        type_, members = collection.type, document_members(collection.shape)
        yield self._write_ids(collection)
        for path, inner in find_objects(members, (type_,)):
            yield self._write_dict(self._names.objects[path], self._list_fields(inner, path))
        name = self._names.documents[type_]
        if members.fields:
            yield self._write_dict(
                name, self._list_fields(members, (type_,)), f"A document of the type {type_}."
            )
        else:
            yield f"{name}: TypeAlias = {self._express_members(members, (type_,))}\n"
        yield self._write_getter(type_, f"cast({name}, row.document)" if members.fields else "row.document")
        for prompt in collection.prompts:
            yield self._write_inputs(prompt)
            yield self._write_render(prompt)

    def _write_ids(self, collection: CollectionTypes) -> str:
        name = self._names.ids[collection.type]
        if not collection.lists_ids:
            return f"{name}: TypeAlias = str\n"
        lines = "".join(f"    {python_literal(id_)},\n" for id_ in collection.ids)
        return f"{name}: TypeAlias = Literal[\n{lines}]\n"

    def _write_getter(self, type_: str, document: str) -> str:
        name, id_type = self._names.documents[type_], self._names.ids[type_]
        return (
            f"def get_{type_}(reader: Reader, id_: {id_type}, /) -> {name} | None:\n"
            f'    """The document with this id, None if there is none any more."""\n'
            "    row = reader.get(id_)\n"
            f"    return None if row is None else {document}\n"
        )

    def _list_fields(self, members: Members, path: ValuePath) -> Fields:
        return [
            (key, self._express(shape, (*path, key)), key in members.required)
            for key, shape in sorted(members.fields.items())
        ]

    def _write_dict(self, name: str, fields: Fields, about: str = "") -> str:
        """A TypedDict: a class where every key can be the name of one of its attributes, else a call."""
        typed = [(key, kind if is_there else f"NotRequired[{kind}]") for key, kind, is_there in fields]
        if all(self._may_be_attribute(key) for key, _ in typed):
            lines = [docstring(about)] if about else []
            lines += [f"{key}: {kind}" for key, kind in typed]
            return f"class {name}(TypedDict):\n" + "".join(f"    {line}\n" for line in lines or ["pass"])
        members = "".join(f"        {python_literal(key)}: {kind},\n" for key, kind in typed)
        return f"{name} = TypedDict(\n    {python_literal(name)},\n    {{\n{members}    }},\n)\n"

    def _may_be_attribute(self, key: str) -> bool:
        # Python changes other letters than ASCII in names, and names that begin with two underscores.
        return key.isascii() and key.isidentifier() and not key.startswith("__") and key not in self._taken

    def _express(self, shape: Shape, path: ValuePath) -> str:
        if shape.is_unknown:
            return "Any"
        parts = [] if shape.members is None else [self._express_members(shape.members, path)]
        if shape.item is not None:
            parts.append(f"list[{self._express(shape.item, (*path, ITEM))}]")
        return " | ".join([*parts, *(name for one, name in _SCALARS.items() if one in shape.scalars)])

    def _express_members(self, members: Members, path: ValuePath) -> str:
        if members.fields:
            return self._names.objects[path]
        return f"dict[str, {'Any' if members.rest is None else self._express(members.rest, (*path, REST))}]"

    def _write_inputs(self, prompt: Prompt) -> str:
        fields = [(one.name, _express_input(one), one.is_required) for one in prompt.inputs]
        return self._write_dict(self._names.inputs[prompt.id], fields, f"The inputs of {prompt.id}.")

    def _write_render(self, prompt: Prompt) -> str:
        names = name_parameters([one.name for one in prompt.inputs], _LOCALS)
        ordered = sorted(prompt.inputs, key=lambda one: (not one.is_required, one.name))
        asked = [f"{names[one.name]}: {_express_parameter(one)},\n" for one in ordered]
        lines = "".join(
            f"    {line}" for line in ["reader: Reader,\n", "/,\n", *(["*,\n"] if asked else []), *asked]
        )
        given = "".join(f"        {python_literal(one.name)}: {names[one.name]},\n" for one in ordered)
        values = f"{{\n{given}    }}" if given else "{}"
        about = f"Renders {prompt.id}: {prompt.name}. {prompt.description}"
        return (
            f"def {self._names.functions[prompt.id]}(\n{lines}) -> Call:\n    {docstring(about)}\n"
            f"    return _render(reader, {python_literal(prompt.id)}, {values})\n"
        )


def _express_parameter(one: PromptInput) -> str:
    return _express_input(one) if one.is_required else f"{_express_input(one)} = _OMITTED"


def _express_input(one: PromptInput) -> str:
    if one.choices:
        values = ", ".join(
            python_literal(value) if isinstance(value, str) else repr(value) for value in one.choices
        )
        kind = f"Literal[{values}]"
    else:
        kind = _express_list(one.item) if one.kind is Kind.ARRAY else _INPUTS[one.kind]
    return f"{kind} | None" if one.is_nullable and kind != "Any" else kind


def _express_list(item: Kind) -> str:
    """The type of a list of *item*. A text is a sequence of texts to Python, and no list."""
    match item:
        case Kind.STRING | Kind.ANY | Kind.ARRAY | Kind.MEDIA | Kind.THREAD:
            of = "str" if item is Kind.STRING else "Any"
            return f"list[{of}] | tuple[{of}, ...]"
        case _:
            return f"Sequence[{_INPUTS[item]}]"
