import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import docsync.admin
from tests.admin.endpoint import Endpoint

FOLDER = Path(docsync.admin.__file__).parent / "dashboard"
FILES = sorted(path.name for path in FOLDER.iterdir())
MEDIA_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def address(name: str) -> str:
    return "/" if name == "index.html" else f"/dashboard/{name}"


class Markup(HTMLParser):
    """What a page asks for and runs."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.wanted: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.wanted += [
            value for key in ("src", "href") if (value := found.get(key)) and not value.startswith("#")
        ]
        self.ids += [value for key, value in attrs if key == "id" and value]
        self.inline += [key for key in found if key == "style" or key.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(tag)


@pytest.mark.parametrize("name", FILES)
def test_each_file_of_the_page_is_answered_with_its_type_and_under_the_strict_policy(
    endpoint: Endpoint, name: str
) -> None:
    got = endpoint.ask("GET", address(name))

    assert (got.status, got.body) == (200, (FOLDER / name).read_bytes())
    assert got.headers["content-type"] == f"{MEDIA_TYPES[name.rpartition('.')[2]]}; charset=utf-8"
    policy = got.headers["content-security-policy"].split("; ")
    assert policy[:5] == [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'",
    ]  # fmt: skip
    assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "trusted-types 'none'"} <= {
        *policy
    }
    assert got.headers.get_all("content-security-policy") == [got.headers["content-security-policy"]]
    assert (got.headers["x-content-type-options"], got.headers["x-frame-options"]) == ("nosniff", "DENY")


def test_a_browser_that_has_a_file_is_told_so(endpoint: Endpoint) -> None:
    got = endpoint.ask("GET", "/")
    etag, other = got.headers["etag"], endpoint.ask("GET", "/dashboard/main.js").headers["etag"]

    assert got.headers["cache-control"] == "no-cache"
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    for known, status in ((etag, 304), (f'"x", W/{etag}', 304), ("*", 304), (other, 200), ('""', 200)):
        again = endpoint.ask("GET", "/", headers={"If-None-Match": known})
        assert (known, again.status, again.headers["etag"]) == (known, status, etag)
        assert bool(again.body) == (status == 200)


def test_head_tells_the_length_and_no_content(endpoint: Endpoint) -> None:
    got = endpoint.ask("HEAD", "/")

    assert (got.status, got.body) == (200, b"")
    assert int(got.headers["content-length"]) == (FOLDER / "index.html").stat().st_size


@pytest.mark.parametrize(
    "path",
    ["/dashboard", "/dashboard/", "/dashboard/index.html", "/dashboard/../page.py", "/dashboard/main.js/"],
)
def test_nothing_but_the_files_of_the_page_is_answered(endpoint: Endpoint, path: str) -> None:
    assert endpoint.ask("GET", path).status == 404


def test_the_page_needs_no_token_but_what_it_shows_does(guarded: Endpoint) -> None:
    assert [guarded.ask("GET", address(name)).status for name in FILES] == [200] * len(FILES)
    assert guarded.ask("GET", "/v1/status").status == 401
    assert guarded.ask("POST", "/", headers={"Docsync-Request": "1"}).status == 401


def test_a_page_of_another_site_cannot_read_or_frame_it(endpoint: Endpoint) -> None:
    assert endpoint.ask("GET", "/", headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert endpoint.ask("GET", "/", headers={"Host": "evil.example"}).status == 403


def test_the_page_runs_nothing_inline_and_asks_for_nothing_elsewhere() -> None:
    markup = Markup()
    markup.feed((FOLDER / "index.html").read_text(encoding="utf-8"))

    assert markup.inline == []
    assert {path.removeprefix("/dashboard/") for path in markup.wanted} <= {*FILES}
    assert len(markup.ids) == len({*markup.ids})


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(".html")])
def test_no_script_makes_markup_and_no_file_comes_from_elsewhere(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    dangerous = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(\"style\""

    assert re.findall(dangerous, text) == []
    assert {*re.findall(r"https?://[^\s\"'`)]+", text)} <= {"http://www.w3.org/2000/svg"}
    imported = re.findall(r'from "\./([^"]+)"', text)
    assert {*imported} <= {*FILES}


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_each_script_is_small_and_opens_with_what_it_does(name: str) -> None:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()

    assert lines[0].startswith("// ")
    assert len(lines) <= 160
    assert max(map(len, lines)) <= 120


def test_every_part_that_a_script_looks_for_is_on_the_page() -> None:
    markup = Markup()
    markup.feed((FOLDER / "index.html").read_text(encoding="utf-8"))
    scripts = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in FILES if name.endswith(".js"))
    asked = {*re.findall(r'(?:byId|getElementById)\("([^"]+)"\)', scripts)}

    assert asked
    assert asked <= {*markup.ids}
