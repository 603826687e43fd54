"""TypeScript source: interfaces of documents and inputs, ids as literals, a class that reads the database."""

import re
from collections.abc import Iterable, Iterator

from docsync.codegen.literal import jsdoc, typescript_literal
from docsync.codegen.naming import ITEM, REST, Names, ValuePath, document_members, find_objects, name_all
from docsync.codegen.prompt_input import Kind, PromptInput
from docsync.codegen.shape import Members, Scalar, Shape
from docsync.codegen.source_model import CollectionTypes, Prompt

_HEAD = """\
// The documents of this project as types: their shapes, their ids, and what each prompt wants.
// Written by `docsync types --typescript`; do not edit it, but run that again.
/* eslint-disable */
"""
# What the class and the types that are always there use, and what they are called.
_TAKEN = frozenset({
    "Array", "BigInt", "Connection", "Change", "Changes", "DocumentId", "DocumentIds", "DocumentRow",
    "DocumentTypes", "Documents", "Error", "Extract", "Find", "Function", "Hit", "JSON", "Map", "Number",
    "Object", "Omit", "Promise", "PromptInputs", "Readonly", "ReadonlyArray", "Record", "RegExp", "Scalar",
    "Statement", "String", "Symbol", "TypeOf", "Value", "COLUMNS", "KINDS",
})  # fmt: skip
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_SCALARS = {
    Scalar.STRING: "string",
    Scalar.INTEGER: "number",
    Scalar.NUMBER: "number",
    Scalar.BOOLEAN: "boolean",
    Scalar.NULL: "null",
}
_INPUTS = {
    Kind.STRING: "string",
    Kind.INTEGER: "number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.ARRAY: "readonly unknown[]",
    Kind.OBJECT: "object",
    Kind.MEDIA: "string",
    Kind.THREAD: "readonly { role: string; content: unknown }[]",
    Kind.ANY: "unknown",
}


def typescript_source(collections: Iterable[CollectionTypes], reading_class: str) -> str:
    """The source for *collections*, in the order of their types, then the text of the *reading_class*."""
    each = sorted(collections, key=lambda one: one.type)
    names = name_all(each, _TAKEN)
    parts = [part for one in each for part in _TypeScriptWriter(names).write(one)]
    types = _list_members((one.type, names.documents[one.type]) for one in each)
    ids = _list_members((one.type, names.ids[one.type]) for one in each)
    inputs = _list_members((prompt.id, names.inputs[prompt.id]) for one in each for prompt in one.prompts)
    maps = [
        f"/** The documents of each type. */\nexport interface DocumentTypes {types}\n",
        f"/** The ids of each type. */\nexport interface DocumentIds {ids}\n",
        f"/** The inputs of each prompt. */\nexport interface PromptInputs {inputs}\n",
    ]
    imports, _, code = reading_class.partition("\n\n")
    return "\n".join([_HEAD, f"{imports}\n", *parts, *maps, code])


def _list_members(members: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"  {typescript_literal(key)}: {name};\n" for key, name in members)
    return f"{{\n{lines}}}"


class _TypeScriptWriter:
    def __init__(self, names: Names) -> None:
        self._names = names

    def write(self, collection: CollectionTypes) -> Iterator[str]:
        """All that is written for a collection, each part with a line end behind it."""
        type_, members = collection.type, document_members(collection.shape)
        yield self._write_ids(collection)
        for path, inner in find_objects(members, (type_,)):
            yield self._write_interface(self._names.objects[path], inner, path)
        name = self._names.documents[type_]
        if members.fields:
            about = jsdoc(f"A document of the type {type_}.")
            yield f"{about}\n{self._write_interface(name, members, (type_,))}"
        else:
            yield f"export type {name} = {self._express_members(members, (type_,))};\n"
        for prompt in collection.prompts:
            yield self._write_inputs(prompt)

    def _write_ids(self, collection: CollectionTypes) -> str:
        name = self._names.ids[collection.type]
        if not collection.lists_ids:
            return f"export type {name} = `{collection.type}/${{string}}`;\n"
        lines = "".join(f"\n  | {typescript_literal(id_)}" for id_ in collection.ids)
        return f"export type {name} ={lines};\n"

    def _write_interface(self, name: str, members: Members, path: ValuePath) -> str:
        lines = [
            f"  {_key(key)}{'' if key in members.required else '?'}: {self._express(shape, (*path, key))};\n"
            for key, shape in sorted(members.fields.items())
        ]
        return f"export interface {name} {{\n{''.join(lines)}}}\n"

    def _express(self, shape: Shape, path: ValuePath) -> str:
        if shape.is_unknown:
            return "unknown"
        parts = [] if shape.members is None else [self._express_members(shape.members, path)]
        if shape.item is not None:
            item = self._express(shape.item, (*path, ITEM))
            parts.append(f"({item})[]" if " | " in item else f"{item}[]")
        scalars = [name for one, name in _SCALARS.items() if one in shape.scalars]
        return " | ".join(dict.fromkeys([*parts, *scalars]))

    def _express_members(self, members: Members, path: ValuePath) -> str:
        if members.fields:
            return self._names.objects[path]
        rest = "unknown" if members.rest is None else self._express(members.rest, (*path, REST))
        return f"Record<string, {rest}>"

    def _write_inputs(self, prompt: Prompt) -> str:
        about = jsdoc(f"The inputs of {prompt.id}: {prompt.name}. {prompt.description}")
        lines = "".join(f"{_write_input(one)}" for one in prompt.inputs)
        return f"{about}\nexport interface {self._names.inputs[prompt.id]} {{\n{lines}}}\n"


def _write_input(one: PromptInput) -> str:
    about = f"  {jsdoc(f'Input: {one.description}')}\n" if one.description else ""
    return f"{about}  {_key(one.name)}{'' if one.is_required else '?'}: {_express_input(one)};\n"


def _express_input(one: PromptInput) -> str:
    if one.choices:
        kind = " | ".join(map(_express_choice, one.choices))
    elif one.kind is Kind.ARRAY:
        item = _INPUTS[one.item]
        kind = f"readonly {f'({item})' if ' ' in item else item}[]"
    else:
        kind = _INPUTS[one.kind]
    return f"{kind} | null" if one.is_nullable and kind != "unknown" else kind


def _express_choice(value: str | int | bool) -> str:  # noqa: FBT001  # a value of a prompt
    if isinstance(value, str):
        return typescript_literal(value)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _key(text: str) -> str:
    return text if _NAME.fullmatch(text) else typescript_literal(text)
