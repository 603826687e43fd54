"""Requests that a program makes up from /openapi.json: each answer is one that is described there."""

import random
import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.admin.endpoint import Endpoint
from tests.helpers.project import Project, Tell

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what its dependencies warn of while they are loaded
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from schemathesis import Case
    from schemathesis.specs.openapi import checks

# Not that every text is taken: a cursor or a condition is more than its schema says.
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 15
ENDLESS = {"/v1/events"}
BY_THEIR_OWN_TIME = {504}  # the caller gave the call no time


@pytest.mark.filterwarnings("ignore")  # of the tool
def test_no_request_that_follows_the_description_breaks_it(
    endpoint: Endpoint, project: Project, tell: Tell
) -> None:
    number = random.randrange(2**32)
    print(f"seed {number}")
    project.persona("personas/ana.json", tags=["a"])
    project.write("personas/bad.json", "{")
    project.settle()
    described = schemathesis.openapi.from_dict(endpoint.ask("GET", "/openapi.json").json)
    tried: dict[str, int] = {}
    for result in described.get_all_operations():
        operation = result.ok()
        if operation.path in ENDLESS:
            continue

        @seed(number)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def attempt(case: Case[Any]) -> None:
            if "timeout" in (case.body if isinstance(case.body, dict) else {}) or "wait" in (
                case.query or {}
            ):
                return  # nothing is to be learnt from waiting
            response = case.call(base_url=f"http://127.0.0.1:{endpoint.port}")
            tried[case.operation.label] = tried.get(case.operation.label, 0) + 1
            assert response.status_code < 500 or response.status_code in BY_THEIR_OWN_TIME, response.text
            case.validate_response(response, checks=CHECKS)

        attempt()

    tell(f"requests that follow the description: {sum(tried.values())}, seed {number}")
    assert len(tried) == 17
    assert endpoint.warnings == []
