"""Documents whose names, keys and texts look like source code."""

import random

from tests.codegen.collected import Doc, doc, prompt

TEXTS = [
    'quote"', "quote'", '"""', "back\\", "new\nline", "cr\rhere", "u\u2028v", "*/", "/*", "//", "#", "${x}", "`tick`",
    "\u202ertl", "é", "日本", "😀", "", " ", "class", "None", "def", "type", "constructor", "__proto__", "__private",
    "str", "list", "dict", "Any", "Literal", "NotRequired", "a-b", "a_b", "a b", "1st", "@deprecated", "@ts-ignore",
    "self", "Mapping", "Reader", "name", "interface", "string", "Record",
]  # fmt: skip


TYPES = [
    "row", "any", "record", "call", "documents", "document", "a_b", "a__b", "none", "true", "type", "hit", "find", "change",
    "value", "statement", "connection", "omit", "map", "error", "object", "result", "id", "literal", "typed_dict", "render",
]  # fmt: skip


def any_documents(dice: random.Random, collections: int) -> list[Doc]:
    """Collections of documents of no particular shape, with hostile keys and values."""
    return [
        doc(f"c{number}/{place}", {dice.choice(TEXTS): any_value(dice, 3) for _ in range(dice.randint(0, 6))})
        for number in range(collections)
        for place in range(dice.randint(1, 4))
    ]


def any_value(dice: random.Random, levels: int) -> object:
    kind = dice.randrange(7 if levels else 5)
    if kind == 5:
        return [any_value(dice, levels - 1) for _ in range(dice.randint(0, 3))]
    if kind == 6:
        return {dice.choice(TEXTS): any_value(dice, levels - 1) for _ in range(dice.randint(0, 4))}
    return [None, True, 1, 1.5, dice.choice(TEXTS)][kind]


def quoted(text: str) -> str:
    """*text* as YAML in double quotes."""
    escaped = "".join(one if one.isalnum() and one.isascii() else f"\\U{ord(one):08x}" for one in text)
    return f'"{escaped}"'


def hostile() -> list[Doc]:
    """Every text as an id, a key at two depths, an input, a default, a choice and a description."""
    nested: dict[str, object] = {text: {text: [{text: 1}]} for text in TEXTS}
    nested["a-b"] = {text: [{text: 1}] for text in TEXTS}
    documents = [doc(f"persona/{text}", {"name": text, **nested}, text) for text in TEXTS]
    # Types are words, and some of them are names that the source uses.
    documents += [doc(f"{type_}/one", {"a": {"b": 1}}) for type_ in TYPES]
    inputs = "".join(
        f"  - name: {quoted(text)}\n    kind: string\n    description: {quoted(text)}\n"
        f"    enumValues: [{', '.join(map(quoted, TEXTS[:3]))}]\n"
        for text in TEXTS
    )
    for text in TEXTS:
        head = (
            f"---\nname: {quoted(text)}\ndescription: {quoted(text)}\ninputs:\n{inputs}---\nsystem:\nHello\n"
        )
        documents.append(prompt(head, f"prompt/{text}"))
    return documents
