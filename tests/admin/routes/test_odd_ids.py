"""Every id that is listed is found over HTTP, however its characters look."""

import json
from urllib.parse import quote

import pytest

from tests.admin.endpoint import Endpoint
from tests.helpers.project import Project

STEMS = [
    "日本\u3000語",
    "a\xa0b",
    "zw\u200bnj",
    "100%25",
    "a?b",
    "a#b",
    "a b ",
    "é/ü",
    "e\u0301",
    "a+b&c=d",
    ";x",
]


@pytest.mark.parametrize("stem", STEMS)
def test_a_listed_id_is_found_percent_encoded(project: Project, endpoint: Endpoint, stem: str) -> None:
    file = project.root / f"personas/{stem}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"name": "odd"}))
    project.sync()
    (listed,) = [one["id"] for one in endpoint.ask("GET", "/v1/documents").json["documents"]]
    assert endpoint.ask("GET", f"/v1/documents/{quote(listed)}").json["id"] == listed
