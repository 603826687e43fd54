"""Why a question found nothing: an unknown field, a value of another kind, a tag that is spelled otherwise.

Never judges a question that found something, nor one whose conditions each find something.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from docsync.names import find_closest
from docsync.names.tag import name_tag
from docsync.reader.query.field import Field, field_of, write_key
from docsync.reader.query.known_field import describe_unknown, has_field, type_clause
from docsync.reader.query.where_sql import Where, conditions
from docsync.reader.snapshot import Snapshot

if TYPE_CHECKING:
    from docsync.reader.query.find import FindQuery

_MAX_CONDITIONS = 10
_MAX_VALUES = 1_000
_KINDS = {"integer": "numbers", "real": "numbers", "text": "texts", "true": "true or false",
          "false": "true or false", "array": "lists", "object": "objects", "null": "null"}  # fmt: skip
_FLAGS = {"1": "true", "true": "true", "yes": "true", "on": "true",
          "0": "false", "false": "false", "no": "false", "off": "false"}  # fmt: skip
_COMPARISONS = ("<", "<=", ">", ">=")
_SIGNS = {"in": "=", "contains any": "contains"}
_MATCHING = ("=", "in", "contains", "contains any", *_COMPARISONS)


def find_remarks(snapshot: Snapshot, query: "FindQuery") -> tuple[str, ...]:
    """A sentence for each part of *query*, which found nothing, that finds nothing by itself."""
    asked = islice(_list_asked(query.where or {}), _MAX_CONDITIONS)  # each may look at all documents
    explained = filter(None, (_explain(snapshot, one, query.type) for one in asked))
    return tuple(dict.fromkeys((*_on_tag(snapshot, query), *explained)))


class _Asked(NamedTuple):
    """One condition of a question."""

    name: str
    operator: str
    value: object

    @property
    def sign(self) -> str:
        """The operator as it is written for one value."""
        return _SIGNS.get(self.operator, self.operator)

    @property
    def text(self) -> str:
        """The value as it was written, or as it would be."""
        value = self.value[-1] if isinstance(self.value, tuple | list) and self.value else self.value
        return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)

    def write(self, value: str) -> str:
        """This condition with another value."""
        between = " " if self.sign.isalpha() else ""
        return f"{self.name}{between}{self.sign}{between}{value}"


def _list_asked(where: Where) -> Iterator[_Asked]:
    for one in [where] if isinstance(where, Mapping) else where:
        for name, wanted in one.items():
            asked = wanted if isinstance(wanted, Mapping) else {"=": wanted}
            yield from (_Asked(name, str(operator), value) for operator, value in asked.items())


def _on_tag(snapshot: Snapshot, query: "FindQuery") -> Iterator[str]:
    if query.tag is None:
        return
    tag = name_tag(query.tag)
    clause, values = type_clause(query.type)
    found = snapshot.ask(
        "SELECT DISTINCT t.tag FROM document_tags AS t "
        f"JOIN documents AS d ON d.id = t.document_id WHERE {clause}",
        values,
    )
    tags = [str(one) for (one,) in found]
    if tag not in tags:
        yield f"no {query.type or 'document'} has the tag {tag}{_guess(_find_alike(tag, tags))}"


def _explain(snapshot: Snapshot, asked: _Asked, of_type: str | None) -> str | None:
    if not asked.name.startswith("@") and not has_field(snapshot, asked.name, of_type):
        return describe_unknown(snapshot, asked.name, of_type)
    if asked.operator not in _MATCHING:
        return None
    clause, values = type_clause(of_type)
    (alone,) = conditions({asked.name: {asked.operator: asked.value}}, snapshot.source)
    statement = f"SELECT EXISTS (SELECT 1 FROM documents AS d WHERE {clause} AND {alone.sql})"
    ((finds,),) = snapshot.ask(statement, [*values, *alone.values])
    if finds:
        return None
    field = field_of(asked.name, snapshot.source)
    statement = f"SELECT DISTINCT {field.kind} FROM documents AS d WHERE {clause} AND {field.present}"
    held = list(dict.fromkeys(_KINDS[kind] for (kind,) in snapshot.ask(statement, values)))
    if "texts" in held and _is_among(asked, ["texts"]):
        return _explain_text(snapshot, asked, field, of_type)
    if "lists" in held if asked.sign == "contains" else _is_among(asked, held):
        return None
    return f"{asked.name} holds {' and '.join(held)}{_advise(snapshot, asked, field, held)}"


def _advise(snapshot: Snapshot, asked: _Asked, field: Field, held: list[str]) -> str:
    """What to write instead, where *held* are the kinds that there are."""
    text = asked.text
    if "true or false" in held and (flag := _FLAGS.get(text.lower())):
        return f": write {asked.write(flag)}"
    if held == ["texts"]:
        return f": write {asked.write(_quote(text))}"
    if held == ["lists"] and asked.sign != "contains":
        if text in ("[]", "") or asked.sign != "=":
            return f": ask what they contain, such as '{asked.name} contains calm'"
        return f": write '{asked.name} contains {text}'"
    if held == ["numbers"] and asked.sign != "contains" and _is_decimal(text):
        return f": write {asked.write(text)}"
    if held == ["objects"]:
        key = _find_key(snapshot, field)
        return f": ask for a field of them, such as {asked.name}.{write_key(key)}" if key else ""
    if asked.sign == "contains" and held == ["numbers"]:
        return f": write {asked.name}={text}"
    return ""


def _explain_text(snapshot: Snapshot, asked: _Asked, field: Field, of_type: str | None) -> str | None:
    """What may be meant by a text that no text is equal to, or has as a part."""
    text = asked.text
    if len(text) > 1 and text[0] == text[-1] == "'":
        inner = text[1:-1]
        return (
            f"nothing has {text} with its quotes: write {asked.write(_quote(inner))} or {asked.write(inner)}"
        )
    if asked.sign != "=":
        return None
    clause, values = type_clause(of_type)
    which = f"FROM documents AS d WHERE {clause} AND {field.kind} = 'text'"
    has_part = f"SELECT EXISTS (SELECT 1 {which} AND instr({field.value}, ?) > 0)"
    if text and snapshot.ask(has_part, [*values, text])[0][0]:
        return f"{asked.name} is nowhere all of {text}: write '{asked.name} contains {text}'"
    known = snapshot.ask(f"SELECT DISTINCT {field.value} {which} LIMIT {_MAX_VALUES}", values)
    close = _find_alike(text, [str(one) for (one,) in known])
    return f"{asked.name} is nowhere {text}{_guess(close)}" if close else None


def _find_alike(text: str, known: list[str]) -> list[str]:
    """Those of *known* that differ in capitals only, or else those that are spelled like *text*."""
    same = [one for one in known if one.casefold() == text.casefold()]
    return same[:3] or find_closest(text, known)


def _guess(close: list[str]) -> str:
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _find_key(snapshot: Snapshot, field: Field) -> str | None:
    found = snapshot.ask(
        f"SELECT e.key FROM documents AS d, {field.elements} AS e WHERE {field.kind} = 'object' LIMIT 1"
    )
    return str(found[0][0]) if found else None


def _is_among(asked: _Asked, held: list[str]) -> bool:
    """True where a value that is asked for is of a kind that is *held*."""
    values = asked.value if isinstance(asked.value, tuple | list) else (asked.value,)
    kinds = {
        "true or false" if isinstance(one, bool) else "numbers" if isinstance(one, int | float) else
        "texts" if isinstance(one, str) else "null" if one is None else "lists"
        for one in values
    }  # fmt: skip
    return not kinds.isdisjoint(held)


def _is_decimal(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
