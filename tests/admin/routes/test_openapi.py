import re
from typing import Any

import jsonschema_rs
import pytest

from docsync.admin.http.openapi_schema import schema_of
from docsync.status import CommandResult, Status
from tests.admin.endpoint import POST, Endpoint
from tests.helpers.project import Project


@pytest.fixture
def described(endpoint: Endpoint) -> Any:
    return endpoint.ask_socket("GET", "/openapi.json").json


def test_every_path_that_is_described_answers_and_takes_only_its_methods(
    endpoint: Endpoint, described: dict[str, Any]
) -> None:
    for path, methods in described["paths"].items():
        asked = path.replace("{type}", "persona").replace("{path}", "ana")
        other = "POST" if "get" in methods else "GET"
        assert endpoint.ask_socket(other, asked, None, POST).status == 405, path


def test_stop_is_described_where_it_can_be_asked_for(endpoint: Endpoint, described: dict[str, Any]) -> None:
    over_tcp = endpoint.ask("GET", "/openapi.json").json["paths"]

    assert set(described["paths"]) - set(over_tcp) == {"/v1/rebuild", "/v1/stop"}


def test_every_answer_has_the_shape_that_is_described(
    endpoint: Endpoint, described: dict[str, Any], project: Project
) -> None:
    project.persona("personas/ana.json", tags=["a"])
    project.write("personas/bad.json", "{")
    project.settle()
    asked = {
        "/v1/documents": "?where=name%20exists", "/v1/documents/{type}/{path}": "", "/v1/search": "?q=ana",
        "/v1/changes": "", "/v1/status": "", "/v1/problems": "", "/v1/held": "", "/health": "", "/health/db": "",
    }  # fmt: skip
    for path, query in asked.items():
        got = endpoint.ask("GET", path.replace("{type}", "persona").replace("{path}", "ana") + query)
        response = described["paths"][path]["get"]["responses"]["200"]
        schema = response["content"]["application/json"]["schema"]
        jsonschema_rs.validate({**schema, "components": described["components"]}, got.json)
        listed = set(re.findall(r'"(\w+)":', str(got.json).replace("'", '"')))
        assert listed, path
    refused = endpoint.ask("GET", "/v1/search").json
    jsonschema_rs.validate(described["components"]["schemas"]["Problem"], refused)


def test_a_member_that_is_answered_is_described(endpoint: Endpoint, described: dict[str, Any]) -> None:
    status = described["components"]["schemas"]["Status"]["properties"]

    assert set(endpoint.ask("GET", "/v1/status").json) == set(status)


def test_a_type_without_a_description_is_a_bug() -> None:
    done: Any = schema_of(CommandResult)
    status: Any = schema_of(Status)

    assert done["properties"]["upserted"] == {"type": "array", "items": {"type": "string"}}
    assert status["properties"]["last_batch"]["anyOf"][1] == {"type": "null"}
    with pytest.raises(AssertionError):
        schema_of(object)
