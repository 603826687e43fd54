"""The dashboard as a person uses it: a real Chromium before a real daemon."""

import json
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docsync.admin.routes.changes import MAX_STREAMS
from tests.daemon.running import Daemon

if TYPE_CHECKING:
    from tests.dashboard.browser import Page

BROKEN = '{"name": "Ada",\n "tags": [}\n'
ADA = '{"name": "Ada Lovelace", "tags": ["calm"]}'


def empty(daemon: Daemon) -> Path:
    """Take all personas away at once; where they are now."""
    away = daemon.root / "away"
    (daemon.root / "personas").rename(away)
    (daemon.root / "personas").mkdir()
    return away


@pytest.fixture
def url(daemon: Daemon) -> str:
    daemon.start()
    return str(daemon.status()["http"])


@pytest.fixture
def opened(page: "Page", url: str) -> "Page":
    """The page, live and with its documents."""
    page.open(url)
    page.shows("#word", "In sync")
    page.shows("#live", "live")
    page.until(lambda: page.texts("#documents-list .title a"))
    return page


def test_the_page_shows_the_state_the_figures_and_the_documents(opened: "Page", daemon: Daemon) -> None:
    status = daemon.status()

    opened.shows(
        "#documents-list", "Ada Lovelace", "Grace Hopper", "Greet", "persona/team/grace", "Counts calmly."
    )
    opened.shows("#figures", "2 persona", "1 prompt_template", status["epoch"][:8])
    opened.shows("#collections-list", "personas/", "prompts/", "2 documents", "1 document")
    opened.shows("#changes-list", "persona/ada", "prompt_template/greet")
    opened.shows("#problems", "None. Every file could be taken.")
    opened.shows("#daemon", f"docsync {status['version']}", str(status["pid"]), status["watcher"])
    assert opened.text("#meaning") == "The database equals the files."
    assert opened.chromium.title == "In sync · project · docsync"
    assert not opened.find("#held").is_displayed()


def test_a_saved_file_appears_without_a_reload_of_the_page(opened: "Page", daemon: Daemon) -> None:
    opened.run("window.kept = true")

    daemon.persona("personas/alan.json", name="Alan Turing")

    opened.shows("#documents-list", "Alan Turing")
    opened.shows("#changes-list", "persona/alan")
    opened.shows("#documents-count", "4")
    opened.shows("#figures", "3 persona")
    opened.shows("#latency-words", "The last change was in the database within")
    opened.shows("#batches-list", "1 new or changed", "after a save")
    assert opened.all("#chart svg .dot")
    assert opened.run("return window.kept")


def test_a_deleted_file_leaves_the_list_and_stays_in_the_changes(opened: "Page", daemon: Daemon) -> None:
    (daemon.root / "personas" / "ada.json").unlink()

    opened.lacks("#documents-list", "Ada Lovelace")
    opened.until(lambda: opened.texts("#changes-list .delete bdi") == ["persona/ada"])
    assert "deleted" in opened.texts("#changes-list .delete")[0]


def test_a_broken_file_is_a_problem_with_its_line_until_it_is_mended(opened: "Page", daemon: Daemon) -> None:
    daemon.write("personas/ada.json", BROKEN)

    opened.shows("#problems-list", "personas/ada.json", "error", "line 2, column", "since")
    opened.shows("#problems-count", "1 error")
    opened.until(lambda: opened.text("#word") == "1 file cannot be read")
    assert opened.text("#meaning") == "Its last good version is served. All else equals the files."
    opened.until(lambda: "stale" in opened.texts("#documents-list .document")[0])
    assert "Ada Lovelace" in opened.text("#documents-list")

    daemon.write("personas/ada.json", ADA)

    opened.shows("#problems", "None. Every file could be taken.")
    opened.until(lambda: opened.text("#word") == "In sync")
    assert opened.texts("#problems-list li") == []


def test_reload_looks_at_the_files_and_says_what_it_found(opened: "Page", daemon: Daemon) -> None:
    opened.click("#reload")

    opened.shows(
        "#said",
        "Looked at every file in",
        "0 documents new or changed, 0 deleted",
        f"revision {daemon.revision}",
    )
    opened.until(lambda: opened.find("#reload").is_enabled())


def test_held_deletions_are_shown_and_released_only_after_a_yes(opened: "Page", daemon: Daemon) -> None:
    empty(daemon)

    opened.shows("#word", "Deletions held")
    opened.shows("#held", "persona/ada", "personas/team/grace.json", "Delete 2 persona documents")
    opened.click("#held-actions button")
    assert opened.text("#ask-title") == "Delete 2 documents of persona?"
    assert opened.focus == "ask-no"
    opened.click("#ask-no")
    assert daemon.status()["held"] == 2

    opened.click("#held-actions button")
    opened.click("#ask-yes")

    opened.shows("#said", "2 documents deleted, revision")
    opened.shows("#word", "In sync")
    opened.until(lambda: not opened.find("#held").is_displayed())
    assert daemon.documents() == 1


def test_files_that_come_back_end_the_hold(opened: "Page", daemon: Daemon) -> None:
    away = empty(daemon)
    opened.shows("#word", "Deletions held")

    for path in away.iterdir():
        path.rename(daemon.root / "personas" / path.name)

    opened.until(lambda: opened.text("#word") == "In sync")


def test_a_degraded_daemon_says_why_and_what_to_do(opened: "Page", daemon: Daemon) -> None:
    (daemon.root / "prompts").rename(daemon.root / "elsewhere")

    opened.shows("#word", "Degraded")
    opened.shows("#reasons", "root_missing", "the folder prompts is missing; its documents are kept", "since")
    opened.shows("#reasons .advice", "Bring the folder back")

    (daemon.root / "elsewhere").rename(daemon.root / "prompts")

    opened.until(lambda: opened.text("#word") == "In sync")
    assert opened.all("#reasons li") == []


def test_search_type_and_tag_find_documents(opened: "Page") -> None:
    def titles() -> list[str]:
        return opened.texts("#documents-list .title a")

    opened.find("#text").send_keys("moths")
    opened.until(lambda: titles() == ["Grace Hopper"])
    assert opened.texts("#documents-list .snippet mark") == ["moths"]
    assert "\\u000a" not in opened.text("#documents-list")
    opened.find("#text").clear()
    opened.find("#text").send_keys("nothing is like this")
    opened.shows("#documents-none", "No document is like this")
    opened.find("#text").clear()
    opened.find("#text").send_keys(" ")
    opened.until(lambda: len(titles()) == 3)

    opened.choose("#type", "prompt_template")
    opened.until(lambda: titles() == ["Greet"])
    opened.choose("#type", "")
    opened.until(lambda: len(titles()) == 3)
    opened.click("#documents-list button.chip")
    opened.until(lambda: titles() == ["Ada Lovelace"])
    assert opened.find("#tag").get_attribute("value") in ("calm", "maths")


def test_a_prompt_is_shown_by_role_with_variables_inputs_and_references(page: "Page", daemon: Daemon) -> None:
    head = "name: Greet\ninputs:\n  who:\n    type: string\n    default: you\nsample: guests.json\n"
    daemon.write(
        "prompts/greet.prompty", f"---\n{head}---\nsystem:\nYou are kind.\n\nuser:\nGreet {{{{who}}}}.\n"
    )
    daemon.start()
    page.open(f"{daemon.status()['http']}/#/prompt_template/greet")

    page.shows("#view-title", "Greet")
    page.shows(
        "#view-body", "prompts/greet.prompty", "Messages", "Variables", "Inputs", "References", "missing"
    )
    assert page.texts("#view-body .role bdi") == ["system", "user"]
    assert page.texts("#view-body .content mark") == ["{{who}}"]
    assert page.texts("#view-body .row.chips .chip") == ["who"]


def test_a_persona_is_shown_as_a_tree_that_folds_and_follows_its_file(opened: "Page", daemon: Daemon) -> None:
    opened.click('a[href="#/persona/ada"]')
    opened.shows("#view-title", "Ada Lovelace")
    opened.shows("#view-body", "personas/ada.json", "calm", "description: Counts calmly.")
    branch = opened.find("#view-body .json details details")
    assert branch.get_attribute("open") is not None
    branch.find_element("css selector", "summary").click()
    assert branch.get_attribute("open") is None

    daemon.persona("personas/ada.json", name="Ada King")

    opened.shows("#view-title", "Ada King")
    opened.click("#view-close")
    assert not opened.find("#view").is_displayed()
    assert opened.run("return location.hash") == ""


def test_a_document_that_is_not_there_is_said_so(page: "Page", url: str) -> None:
    page.open(f"{url}/#/persona/nobody")

    page.shows("#view-body", "persona/nobody")
    assert any("404" in line for line in page.console())  # the browser's own word for it


def test_the_page_says_when_the_daemon_is_gone_and_comes_back_with_it(
    page: "Page", daemon: Daemon, url: str
) -> None:
    daemon.environ["DOCSYNC_ADMIN__PORT"] = url.rpartition(":")[2]
    page.open(url)
    page.shows("#live", "live")
    page.shows("#word", "In sync")

    daemon.stop()

    page.shows("#word", "No answer")
    page.shows("#state", "docsync has not answered since", "docsync run")
    page.shows("#live", "interrupted")
    assert not page.find("#reload").is_enabled()

    daemon.persona("personas/alan.json", name="Alan Turing")
    daemon.start()

    page.shows("#word", "In sync")
    page.shows("#documents-list", "Alan Turing")
    page.shows("#live", "live")
    assert page.find("#reload").is_enabled()
    assert [line for line in page.console() if "net::ERR" not in line] == []


def test_a_page_for_which_there_is_no_stream_left_looks_every_few_seconds(
    page: "Page", daemon: Daemon, url: str
) -> None:
    with ExitStack() as streams:
        for _ in range(MAX_STREAMS):
            stream = HTTPConnection(url.removeprefix("http://"), timeout=30)
            streams.callback(stream.close)
            stream.request("GET", "/v1/events")
            assert stream.getresponse().status == 200
        page.open(url)
        page.shows("#said", "event streams are open already")
        page.shows("#live", "every few seconds")
        page.shows("#documents-list", "Ada Lovelace")

        daemon.persona("personas/alan.json", name="Alan Turing")

        page.shows("#documents-list", "Alan Turing")
        page.shows("#word", "In sync")

    page.until(lambda: page.text("#live") == "live")
    assert {"429" in line for line in page.console()} == {True}


def test_a_token_is_asked_for_once_and_kept_for_the_tab(page: "Page", daemon: Daemon) -> None:
    token = daemon.root / "token"
    token.write_text("s3cret-token-of-this-test\n")
    token.chmod(0o600)
    daemon.environ["DOCSYNC_ADMIN__TOKEN_FILE"] = str(token)
    daemon.start()
    url = daemon.status()["http"]
    page.open(url)
    page.shows("#token", "This page needs a token", "Type docsync open in the project's folder")
    assert page.focus == "token-input"

    page.press("wrong\n")
    page.shows("#token-text", "That is not the token")
    page.press("s3cret-token-of-this-test\n")

    page.shows("#word", "In sync")
    page.shows("#documents-list", "Ada Lovelace")
    page.shows("#live", "live")
    page.click("#reload")
    page.shows("#said", "Looked at every file")
    page.chromium.refresh()
    page.shows("#documents-list", "Ada Lovelace")
    assert not page.find("#token").is_displayed()
    assert "s3cret" not in page.run("return location.href + document.documentElement.outerHTML")
    assert page.run("return localStorage.length + document.cookie.length") == 0
    assert {"401" in line for line in page.console()} == {True}
    page.run("sessionStorage.clear()")


def test_the_token_comes_along_in_the_address_and_is_gone_from_it(page: "Page", daemon: Daemon) -> None:
    daemon.environ["DOCSYNC_DATABASE__MODE"] = "private"
    daemon.environ["BROWSER"] = "true %s"
    daemon.start()
    opened = daemon.run("open", "--json")
    assert opened.returncode == 0, opened.stderr
    address = json.loads(opened.stdout)["page"]
    token = (daemon.root / ".docsync/token").read_text().strip()
    assert address.endswith(f"/#token={token}")

    page.open((daemon.root / ".docsync/open.html").as_uri())

    page.shows("#word", "In sync")
    page.shows("#documents-list", "Ada Lovelace")
    page.shows("#live", "live")
    assert not page.find("#token").is_displayed()
    assert token not in page.run("return location.href + document.documentElement.outerHTML")
    assert page.run("return location.hash") == ""
    assert daemon.run("token").stdout == f"{token}\n"
    assert token not in daemon.log.read_text()
    page.run("sessionStorage.clear()")


def test_equal_problems_are_together_and_folded_and_what_was_opened_stays_open(
    opened: "Page", daemon: Daemon
) -> None:
    for number in range(22):
        daemon.write(
            f"prompts/p{number}.prompty", f"---\nname: P\nsample: no{number}.json\n---\nsystem:\nHi.\n"
        )
    opened.shows("#problems-list summary", "warning", "missing-reference, 22 files")
    assert len(opened.all("#problems-list details")) == 1
    assert not opened.all("#problems-list .file")

    opened.click("#problems-list summary")
    opened.until(lambda: len(opened.all("#problems-list .file")) == 15)
    (daemon.root / "prompts/p0.prompty").unlink()

    opened.shows("#problems-list summary", "21 files")
    assert opened.find("#problems-list details").get_attribute("open") is not None


def test_a_problem_leads_to_its_document_and_its_place_can_be_copied(opened: "Page", daemon: Daemon) -> None:
    opened.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    daemon.write("personas/ada.json", BROKEN)
    opened.shows("#problems-list", "personas/ada.json", "docs/rules.md#json-")

    buttons = {button.text: button for button in opened.all("#problems-list .file button")}
    buttons["Copy place"].click()
    opened.shows("#said", "Copied.")
    assert opened.run("return window.copied").startswith("personas/ada.json:2:")

    buttons["Document"].click()
    opened.shows("#view-title", "Ada Lovelace")
    opened.shows("#view-body", "This is the last good version")


def test_a_problem_of_a_file_that_never_was_good_has_no_document(opened: "Page", daemon: Daemon) -> None:
    daemon.write('personas/"new".json', "{")
    opened.shows("#problems-list", '"new".json')

    next(button for button in opened.all("#problems-list .file button") if button.text == "Document").click()

    opened.shows("#said", "There is no document of this file")


def test_a_document_can_be_copied_as_json(page: "Page", daemon: Daemon, url: str) -> None:
    page.open(f"{url}/#/persona/ada")
    page.shows("#view-title", "Ada Lovelace")
    page.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }")

    next(button for button in page.all("#view-body button") if button.text == "Copy JSON").click()

    page.until(lambda: page.run("return window.copied ?? null"))
    stored = daemon.client().get("/v1/documents/persona/ada")["document"]
    assert json.loads(page.run("return window.copied")) == stored


def test_where_nothing_may_be_copied_it_is_said_so(page: "Page", url: str) -> None:
    page.open(f"{url}/#/persona/ada")
    page.shows("#view-title", "Ada Lovelace")
    page.run("navigator.clipboard.writeText = async () => { throw new Error('denied'); }")

    next(button for button in page.all("#view-body button") if button.text == "Copy JSON").click()

    page.shows("#said", "The browser let nothing be copied")


def test_what_a_search_found_is_counted_and_told_to_screen_readers(opened: "Page") -> None:
    assert opened.find("#documents-found").get_attribute("role") == "status"

    opened.find("#text").send_keys("moths")

    opened.until(lambda: opened.text("#documents-count") == "1 of 3")
    assert opened.texts("#documents-found") == ["1 of 3 documents"]
    opened.find("#text").send_keys(" and something that nobody has")
    opened.until(lambda: opened.text("#documents-count") == "0 of 3")


def test_new_and_changed_documents_are_told_apart_and_the_last_one_by_name(
    opened: "Page", daemon: Daemon
) -> None:
    daemon.persona("personas/alan.json", name="Alan")
    opened.until(lambda: "new persona/alan" in [" ".join(one.split()) for one in change_words(opened)])
    opened.shows("#figures", "persona/alan")

    daemon.persona("personas/ada.json", name="Ada King")

    opened.until(lambda: change_words(opened)[:1] == ["changed persona/ada"])
    opened.shows("#figures", "persona/ada")
    (daemon.root / "personas/alan.json").unlink()
    opened.until(lambda: change_words(opened)[:1] == ["deleted persona/alan"])
    opened.shows("#figures", "persona/alan deleted")


def change_words(page: "Page") -> list[str]:
    """What a screen reader says of each change."""
    nodes = page.run(
        "return [...document.querySelectorAll('#changes-list .change')].map((n) => "
        "n.querySelector('.unseen').textContent + n.querySelector('bdi').textContent)"
    )
    return list(nodes)


def test_of_few_saves_the_slowest_is_told_and_no_share_of_a_hundred(opened: "Page", daemon: Daemon) -> None:
    for name in ("alan", "barbara"):
        daemon.persona(f"personas/{name}.json")
        daemon.wait()

    opened.shows("#latency-words", "Half of the last 2 changes were in the database within", "the slowest")
    opened.shows("#figures", "the slowest")
    assert "99 of 100" not in opened.text("main")


def test_batches_of_a_database_that_was_built_anew_are_divided_from_those_before(
    opened: "Page", daemon: Daemon
) -> None:
    for number in range(3):
        daemon.persona("personas/alan.json", name=f"Alan {number}")
        daemon.wait()

    assert daemon.run("sync", "--rebuild").returncode == 0

    opened.shows("#batches-list .divider", "The database was built anew; before:")
    assert "built anew" in opened.texts("#batches-list tr")[0]
    daemon.persona("personas/alan.json", name="Alan again")
    opened.until(lambda: opened.texts("#batches-list tr")[0].startswith("2\t"))
    assert "built anew" in opened.texts("#batches-list tr")[1]


def test_held_deletions_are_grouped_by_folder_with_their_share_and_can_be_copied(
    opened: "Page", daemon: Daemon
) -> None:
    daemon.personas(40, "personas/many")
    daemon.wait()
    opened.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }")

    (daemon.root / "personas/many").rename(daemon.root / "away")

    opened.shows("#held-count", "40 of 42 persona documents")
    opened.shows("#held-list", "personas/many/g0/: 40")
    assert "p17.json" not in opened.text("#held-list")
    next(button for button in opened.all("#held-actions button") if button.text == "Copy list").click()
    opened.until(lambda: opened.run("return window.copied ?? null"))
    copied = opened.run("return window.copied").splitlines()
    assert sorted(copied) == sorted(f"personas/many/g0/p{number}.json" for number in range(40))


def test_the_parts_of_the_page_are_links_and_a_phone_shows_one_at_a_time(page: "Page", url: str) -> None:
    page.chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 320, "height": 640, "deviceScaleFactor": 2, "mobile": True},
    )
    try:
        page.open(url)
        page.shows("#word", "In sync")
        for part in ("problems", "documents", "changes", "state"):
            page.click(f'#sections a[href="#{part}"]')
            page.until(page.find(f"#{part}").is_displayed)
            shown = [
                one
                for one in ("problems", "documents", "changes", "state")
                if page.find(f"#{one}").is_displayed()
            ]
            current = [
                str(link.get_attribute("href")).partition("#")[2]
                for link in page.all("#sections [aria-current]")
            ]
            assert (shown, current) == ([part], [part])
            assert page.focus == part
            assert page.run("return document.documentElement.scrollHeight") < 2500
    finally:
        page.chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
