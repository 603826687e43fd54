"""Documents whose names, keys and texts look like source code."""

from tests.codegen.collected import Doc, doc, prompt

TEXTS = [
    'quote"', "quote'", '"""', "back\\", "new\nline", "cr\rhere", "u\u2028v", "*/", "/*", "//", "#", "${x}", "`tick`",
    "\u202ertl", "é", "日本", "😀", "", " ", "class", "None", "def", "type", "constructor", "__proto__", "__private",
    "str", "list", "dict", "Any", "Literal", "NotRequired", "a-b", "a_b", "a b", "1st", "@deprecated", "@ts-ignore",
    "self", "Mapping", "Reader", "name", "interface", "string", "Record",
]  # fmt: skip


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
    documents += [
        doc(f"{type_}/one", {"a": {"b": 1}})
        for type_ in ("row", "any", "record", "call", "documents", "a_b", "a__b")
    ]
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
