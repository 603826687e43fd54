"""A rendered prompt on its way to a model: as each provider's SDK takes it, with what a trace says of it.

Pure but for `connection()`, which reads the files of keys that a prompt names, and for mistakes, whose lines
are in the prompt's file. Nothing is sent.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from docsync.formats.prompty.shape import mapping
from docsync.render.connection import Connection, KeyFolder, read_connection
from docsync.render.environment import Environment, find_variables, resolve_variables
from docsync.render.error import RenderError
from docsync.render.file_line import find_lines
from docsync.render.message import Message
from docsync.render.mistake_list import MistakeList
from docsync.render.model import CHAT, RESPONSES, Model, read_model, resolve_deployment, resolve_name
from docsync.render.model_request import ModelRequest
from docsync.render.options import Options, read_options
from docsync.render.parts import PromptParts, own_model, read_parts
from docsync.render.response_format import read_response_format
from docsync.render.tools import Tools, read_tools, select_tools
from docsync.render.trace import Provenance, trace_attributes

DEFAULT_MAX_TOKENS = 4096
"""What the official runtime asks of Anthropic where a prompt says nothing."""

_ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class Call:
    """A rendered prompt, and requests made of it.

    `document` is the stored prompt. `files` has the texts of files that its model, tools and outputs name
    as `${file:…}`, by the path that is written. `environment` has the variables that may stand below
    `model.connection` and `model.options`; with None nothing is resolved, and `unresolved` names what stays
    as it is written. `root` is the project's folder, in which `connection()` may read files of keys, and
    lines of mistakes are found; with None nothing is read.

    Every method raises RenderError with all that is wrong. Each `without` names tools to leave out.
    """

    messages: tuple[Message, ...]
    document: Mapping[str, Any] = field(repr=False)
    provenance: Provenance = field(default_factory=Provenance)
    environment: Environment = field(default=None, repr=False)
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    root: Path | None = None

    def openai(self, *, model: str | None = None, without: Collection[str] = ()) -> dict[str, Any]:
        """The keywords of `client.chat.completions.create`. *model* replaces the prompt's own."""
        from docsync.render.providers.openai_chat import build_chat

        return self._build(build_chat, resolve_name, model, without)

    def openai_responses(self, *, model: str | None = None, without: Collection[str] = ()) -> dict[str, Any]:
        """The keywords of `client.responses.create`. *model* replaces the prompt's own."""
        from docsync.render.providers.openai_responses import build_responses

        return self._build(build_responses, resolve_name, model, without)

    def azure(self, *, model: str | None = None, without: Collection[str] = ()) -> dict[str, Any]:
        """The keywords of `AzureOpenAI(…).chat.completions.create`: `model` is the deployment's name."""
        from docsync.render.providers.openai_chat import build_chat

        return self._build(build_chat, resolve_deployment, model, without)

    def anthropic(
        self,
        *,
        model: str | None = None,
        max_tokens: int = DEFAULT_MAX_TOKENS,
        without: Collection[str] = (),
    ) -> dict[str, Any]:
        """The keywords of `client.messages.create`. *max_tokens* is for a prompt that says none."""
        from docsync.render.providers.anthropic import build_messages

        def build(request: ModelRequest, mistakes: MistakeList) -> dict[str, Any]:
            return build_messages(request, max_tokens, mistakes)

        return self._build(build, _resolve_anthropic, model, without)

    def connection(self) -> Connection:
        """Endpoint, deployment and key: what a client is made with, and no request ever has."""
        mistakes = self._mistakes()
        written = own_model(self.document, self.files, mistakes)
        folder = KeyFolder(self.root, self.provenance)
        connection = read_connection(written, folder, self.environment, mistakes)
        self._raise(mistakes)
        return connection

    def trace(self) -> dict[str, str | int]:
        """The attributes of a span.

        `docsync.id`, `docsync.content_hash`, …; what is not known is left out.
        """
        return dict(trace_attributes(self.provenance))

    def tools(self) -> Tools:
        """The tools in one shape, whatever generation wrote them: functions, and what is none."""
        mistakes = self._mistakes()
        tools = read_tools(self._parts(mistakes).tools, mistakes)
        self._raise(mistakes)
        return tools

    def options(self) -> Options:
        """The options in one set of names, whatever generation wrote them."""
        mistakes = self._mistakes()
        options = self._options(self._parts(mistakes), mistakes)
        self._raise(mistakes)
        return options

    @property
    def unresolved(self) -> tuple[str, ...]:
        """The variables that stay as `${env:NAME}`: all that count, where no environment is given."""
        if self.environment is not None:
            return ()
        parts = self._parts(self._mistakes())
        deployment = read_model(parts.model, parts.written_model).deployment
        places = (parts.model.get("connection"), deployment, parts.model.get("options"))
        return tuple(dict.fromkeys(name for place in places for name in find_variables(place)))

    def _build(
        self,
        build: Callable[[ModelRequest, MistakeList], dict[str, Any]],
        name: Callable[[Model, Environment, MistakeList], str],
        model: str | None,
        without: Collection[str],
    ) -> dict[str, Any]:
        mistakes = self._mistakes()
        parts = self._parts(mistakes)
        asked = read_model(parts.model, parts.written_model)
        _check_api(asked, mistakes)
        if not self.messages:
            mistakes.add("the prompt says nothing: it has no message")
        options = self._options(parts, mistakes)
        request = ModelRequest(
            self.messages,
            model or name(asked, self.environment, mistakes),
            options,
            select_tools(read_tools(parts.tools, mistakes), without, mistakes),
            read_response_format(parts, options, mistakes),
        )
        body = build(request, mistakes)
        self._raise(mistakes)
        return body

    def _raise(self, mistakes: MistakeList) -> None:
        """Raises RenderError with all of *mistakes*, if there are any."""
        try:
            mistakes.raise_all()
        except RenderError as error:
            raise find_lines(error, self.root, self.provenance) from None

    def _mistakes(self) -> MistakeList:
        return MistakeList(self.provenance.file_path, mapping(self.document.get("frontmatter")))

    def _parts(self, mistakes: MistakeList) -> PromptParts:
        return read_parts(self.document, self.files, mistakes)

    def _options(self, parts: PromptParts, mistakes: MistakeList) -> Options:
        options = resolve_variables(
            mapping(parts.model.get("options")), self.environment, "model.options", mistakes
        )
        written = parts.written_model
        own = {**mapping(written.get("parameters")), **mapping(written.get("options"))}
        return read_options(mapping(options), own, mistakes)


def _check_api(model: Model, mistakes: MistakeList) -> None:
    if model.api.lower() not in (CHAT, RESPONSES):
        mistakes.add(
            f"the prompt is written for the API {model.api!r}; requests are made for {CHAT} and {RESPONSES}",
            "model.apiType",
        )


def _resolve_anthropic(model: Model, environment: Environment, mistakes: MistakeList) -> str:
    if model.provider not in (None, _ANTHROPIC):
        message = f"the prompt names a model of {model.provider}: say one of Anthropic's with model="
        mistakes.add(message, "model.provider")
    return resolve_name(model, environment, mistakes)
