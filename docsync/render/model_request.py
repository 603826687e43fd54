"""What is asked of a model, in no provider's words: what each provider's request is made of. Values only."""

from dataclasses import dataclass

from docsync.render.message import Message
from docsync.render.options import Options
from docsync.render.response_format import ResponseFormat
from docsync.render.tools import FunctionTool


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A rendered prompt and the model that it is for: by its name or deployment, as the provider wants it."""

    messages: tuple[Message, ...]
    model: str
    options: Options
    functions: tuple[FunctionTool, ...]
    response_format: ResponseFormat | None
