"""The route that renders a prompt. Resolves no variable, and changes nothing."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from docsync.admin.http.body import (
    read_choice_member,
    read_flag,
    read_members,
    read_object,
    read_text_or_none,
    read_texts,
)
from docsync.admin.http.json_body import dump_json, to_json
from docsync.admin.http.openapi_schema import (
    POST,
    OpenApiObject,
    answer,
    make_array,
    make_object,
    operation,
    schema_of,
)
from docsync.admin.http.problem_response import Refusal
from docsync.admin.render_pool import RenderPool
from docsync.errors import ExitCode, NoSuchDocument
from docsync.render.apart import FORMS, MESSAGES, Asked
from docsync.render.error import RenderError

_MEMBERS = ("id", "inputs", "texts", "samples", "to", "without")


class RenderRoutes:
    """The route of this module, answered by *pool*."""

    def __init__(self, pool: RenderPool) -> None:
        self._pool = pool

    def routes(self) -> list[Route]:
        """What this group answers to."""
        return [Route("/v1/render", self.render, methods=["POST"])]

    async def render(self, request: Request) -> Response:
        """The prompt `id` for `inputs` (JSON) and `texts` (converted to the declared types)."""
        members = await read_members(request, _MEMBERS)
        id_ = read_text_or_none(members, "id")
        if id_ is None:
            detail = 'Say which prompt, such as {"id": "prompt_template/support/reply"}'
            raise Refusal(400, detail, "usage", exit_code=ExitCode.USAGE)
        asked = Asked(
            read_object(members, "inputs"),
            {name: _check_text(name, text) for name, text in read_object(members, "texts").items()},
            read_flag(members, "samples"),
            read_choice_member(members, "to", FORMS, MESSAGES),
            read_texts(members, "without"),
        )
        if asked.without and asked.to == MESSAGES:
            detail = 'without leaves tools out of a request: say which, such as "to": "openai"'
            raise Refusal(400, detail, "usage", exit_code=ExitCode.USAGE)
        return await self._answer(id_, asked)

    async def _answer(self, id_: str, asked: Asked) -> Response:
        try:
            made = await self._pool.render(id_, asked)
        except RenderError as error:
            refusal = Refusal(422, str(error), "does-not-render", exit_code=ExitCode.FOUND)
            raise refusal.add_members({"mistakes": to_json(error.mistakes)}) from None
        except NoSuchDocument as error:
            raise Refusal(404, f"{error}", "no-such-document", exit_code=error.exit_code) from None
        return Response(dump_json(made), media_type="application/json")


def _check_text(name: str, text: Any) -> str:
    if isinstance(text, str):
        return text
    detail = f"texts must hold texts, and {name!a} is none: what is JSON belongs to inputs"
    raise Refusal(400, detail, "usage", exit_code=ExitCode.USAGE)


_MESSAGE: OpenApiObject = make_object(
    {"role": schema_of(str), "content": {"anyOf": [schema_of(str), make_array({"type": "object"})]}}
)

PATHS: OpenApiObject = {
    "/v1/render": {
        "post": operation(
            "The messages of a prompt for these inputs, or its request for a model.",
            {
                "200": answer(
                    "What the prompt says.",
                    make_object(
                        {
                            "messages": make_array(_MESSAGE),
                            "tools": make_array(
                                make_object({"name": schema_of(str), "kind": schema_of(str)})
                            ),
                            "request": {"type": ["object", "null"]},
                            "unresolved": make_array(schema_of(str)),
                            "trace": {"type": "object"},
                        }
                    ),
                )
            },
            POST,
            body={
                "type": "object",
                "properties": {
                    "id": schema_of(str),
                    "inputs": {"type": "object", "description": "JSON values by their names."},
                    "texts": {
                        "type": "object",
                        "additionalProperties": schema_of(str),
                        "description": "Texts, which are converted to the declared types.",
                    },
                    "samples": schema_of(bool),
                    "to": {"enum": list(FORMS)},
                    "without": {
                        **make_array(schema_of(str)),
                        "description": "Names of tools that are left out of the request.",
                    },
                },
                "required": ["id"],
                "additionalProperties": False,
            },
        )
    }
}
