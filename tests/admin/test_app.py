import pytest

from tests.admin.endpoint import Endpoint


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/v1", "/v1/", "/v1/status/", "//v1/status", "/v1//status", "/v1/../v1/status", "/./livez",
        "/%2e%2e/v1/status", "/v1/status%00", "/v1/status;x", "/V1/status", "/livez%2f", "/..%2f..%2fetc/passwd",
        "/v1/backup", "/v1/download", "/v1/reload/x",
    ],
)  # fmt: skip
def test_an_unknown_path_is_404_and_never_a_redirect(endpoint: Endpoint, path: str) -> None:
    got = endpoint.ask("GET", path)

    assert (got.status, got.json["title"], got.json["type"]) == (404, "Not Found", "about:blank")
    assert got.headers["content-type"] == "application/problem+json"
    assert "location" not in got.headers


def test_another_method_is_405_and_names_those_that_are_good(endpoint: Endpoint) -> None:
    got = endpoint.ask("DELETE", "/livez")

    assert (got.status, got.headers["allow"], got.json["detail"]) == (
        405,
        "GET, HEAD",
        "This path takes GET, HEAD.",
    )
