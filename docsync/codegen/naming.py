"""The names of everything that is written for some collections. Writes none of it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from docsync.codegen.name import make_distinct, to_camel, to_snake
from docsync.codegen.shape import ANYTHING, Members, Shape
from docsync.codegen.source_model import CollectionTypes

ValuePath = tuple[str, ...]
"""The way to a value: the type of its collection, then keys, ITEM for a list and REST for a dictionary."""

ITEM, REST = "[]", "{}"


@dataclass(frozen=True, slots=True)
class Names:
    """Names of documents and ids by type, of inputs and functions by prompt, of objects by their paths."""

    documents: dict[str, str]
    ids: dict[str, str]
    inputs: dict[str, str]
    functions: dict[str, str]
    objects: dict[ValuePath, str]


def name_all(collections: Iterable[CollectionTypes], taken: Collection[str]) -> Names:
    """A name for everything, none of it *taken*: what services write comes first, so that no key moves it."""
    each = list(collections)
    documents = make_distinct({one.type: to_camel(one.type) for one in each}, taken)
    used = {*taken, *documents.values()}
    ids = make_distinct({one.type: f"{documents[one.type]}Id" for one in each}, used)
    used |= set(ids.values())
    prompts = [prompt.id for one in each for prompt in one.prompts]
    inputs = make_distinct({id_: f"{_start(to_camel(_inner(id_)))}Inputs" for id_ in prompts}, used)
    functions = make_distinct({id_: f"render_{to_snake(_inner(id_))}" for id_ in prompts}, used)
    used |= {*inputs.values(), *functions.values()}
    paths = {
        "\n".join(path): path
        for one in each
        for path, _ in find_objects(document_members(one.shape), (one.type,))
    }
    wanted = {key: "".join((documents[path[0]], *map(_part, path[1:]))) for key, path in paths.items()}
    objects = {paths[key]: name for key, name in make_distinct(wanted, used).items()}
    return Names(documents, ids, inputs, functions, objects)


def document_members(shape: Shape) -> Members:
    """The members of a document, which is an object whatever its *shape* says."""
    return shape.members or Members(rest=ANYTHING)


def find_objects(members: Members, path: ValuePath) -> Iterator[tuple[ValuePath, Members]]:
    """The objects with known keys inside of *members*, which is at *path*: each before who holds it."""
    for key, shape in sorted(members.fields.items()):
        yield from _objects(shape, (*path, key))
    if members.rest is not None:
        yield from _objects(members.rest, (*path, REST))


def _objects(shape: Shape, path: ValuePath) -> Iterator[tuple[ValuePath, Members]]:
    if shape.is_any:
        return
    if shape.item is not None:
        yield from _objects(shape.item, (*path, ITEM))
    if shape.members is not None:
        yield from find_objects(shape.members, path)
        if shape.members.fields:
            yield path, shape.members


def _inner(id_: str) -> str:
    return id_.partition("/")[2] or id_


def _start(name: str) -> str:
    return name if name[0].isalpha() else f"Prompt{name}"


def _part(step: str) -> str:
    return {ITEM: "Item", REST: "Value"}.get(step) or to_camel(step)
