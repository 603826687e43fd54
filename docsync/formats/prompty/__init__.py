"""The prompty format: front matter, roles, variables, references. Never resolves or renders anything."""

from docsync.formats.format import Gaps
from docsync.formats.front_matter_format import FrontMatterFormat
from docsync.formats.naming import (
    encode_canonical,
    find_description,
    find_tags,
    leave_out_name,
    read_name,
    search_text,
    stem_of,
)
from docsync.formats.plain_value import encode_plain
from docsync.formats.prompty.dialect import dialect_of
from docsync.formats.prompty.gap import gaps_of
from docsync.formats.prompty.include import includes_of
from docsync.formats.prompty.model import normalize_model
from docsync.formats.prompty.properties import normalize_inputs, normalize_properties, normalize_tools
from docsync.formats.prompty.reference import References, references_of
from docsync.formats.prompty.role import MAX_MESSAGES, Messages, messages_of
from docsync.formats.prompty.shape import JsonObject, mapping, scalar_text, text, texts
from docsync.formats.prompty.template import Variables, normalize_template, variables_of
from docsync.formats.source import SourceText
from docsync.formats.written import LeftOut, Written
from docsync.formats.yaml_front_matter import FrontMatter, split_front_matter
from docsync.model import Content, ParsedFile, Problem, Severity


class PromptyFormat(FrontMatterFormat):
    """Files of Microsoft's Prompty, in each of the generations found in the wild."""

    name = "prompty"
    version = 5
    body_members = frozenset({"body", "instructions", "messages"})

    def parse(self, source: SourceText) -> ParsedFile:
        """The prompt in *source*, with its front matter as written beside the same in the names of v2."""
        parts = split_front_matter(source)
        dialect = dialect_of(parts.values)
        template = normalize_template(parts.values, parts.body)
        messages = messages_of(parts.body, parts.body_line, dialect)
        variables = variables_of(parts.body, template)
        kind = mapping(template["format"]).get("kind")
        references = references_of(parts.values, parts.body, dialect, includes_of(parts.body, kind))
        written = Written(source, self.places)
        name = read_name(parts.values.get("name"), "name", written.spell)
        head, left_out = _head(parts.values, name or stem_of(source.path), written)
        document = {
            **head,
            "dialect": dialect.value,
            "model": normalize_model(parts.values.get("model")),
            "inputs": normalize_inputs(parts.values),
            "outputs": normalize_properties(parts.values, "outputs"),
            "tools": normalize_tools(parts.values),
            "template": template,
            "metadata": mapping(parts.values.get("metadata")),
            **_tail(parts, messages, variables, references),
        }
        # The attributes of a role may have numbers, too.
        is_plain = parts.is_plain and not any(message["attributes"] for message in messages.messages)
        return ParsedFile(
            Content(
                name=str(head["name"]),
                name_from="name" if name else "file stem",
                document=encode_plain(document) if is_plain else encode_canonical(document),
                text=search_text(parts.body),
                description=text(head["description"]),
                tags=tuple(texts(head["tags"])),
                references=tuple(references.all),
                template_kind=kind if isinstance(kind, str) else None,
                value=document,
            ),
            (*parts.problems, *written.warn(left_out), *_warnings(source, parts, messages, variables)),
        )

    def gaps(self, document: dict[str, object]) -> Gaps:
        """Undeclared variables and unused inputs; none where the variables are unknown."""
        return gaps_of(document)


def _head(values: JsonObject, name: str, written: Written) -> tuple[JsonObject, tuple[LeftOut, ...]]:
    """What the prompt says of itself, and what of it can be no name, description or tag."""
    metadata = mapping(values.get("metadata"))
    lost_name = leave_out_name(values["name"], "name") if "name" in values else ()
    given = (("description", values["description"]),) if "description" in values else ()
    description, lost_text = find_description(given, written.spell)
    places = (("tags", values), ("metadata.tags", metadata))
    tags, lost_tags = find_tags(
        ((place, held["tags"]) for place, held in places if "tags" in held), written.spell
    )
    head: JsonObject = {
        "name": name,
        "description": description,
        "version": scalar_text(values.get("version")) or scalar_text(metadata.get("version")),
        "authors": texts(values.get("authors")) or texts(metadata.get("authors")),
        "tags": list(tags),
    }
    return head, (*lost_name, *lost_text, *lost_tags)


def _tail(
    front_matter: FrontMatter, messages: Messages, variables: Variables, references: References
) -> JsonObject:
    return {
        "frontmatter": front_matter.values,
        "body": front_matter.body,
        "instructions": front_matter.stripped,
        "body_line": front_matter.body_line,
        "messages": messages.messages,
        "variables": variables.names,
        "references": references.to_document(),
    }


def _warnings(
    source: SourceText, front_matter: FrontMatter, messages: Messages, variables: Variables
) -> list[Problem]:
    found = [_warn_near_marker(source, front_matter.body_at + at, line) for at, line in messages.almost]
    if messages.beyond is not None:
        message = f"more than {MAX_MESSAGES} role markers; the rest is kept as one message"
        at = front_matter.body_at + messages.beyond
        found.append(source.problem("role-marker", message, at, severity=Severity.WARNING))
    if variables.code:
        at, warning = front_matter.body_at + variables.at, Severity.WARNING
        found.append(
            source.problem(variables.code, variables.message, at, hint=variables.hint, severity=warning)
        )
    return found


def _warn_near_marker(source: SourceText, at: int, line: str) -> Problem:
    reason = "nothing may follow the colon" if line.endswith("|") else "no tag may be beside it in its line"
    message = f"'{line}' is not a role marker ({reason}); kept as text"
    return source.problem("role-marker", message, at, severity=Severity.WARNING)


FORMAT = PromptyFormat()
