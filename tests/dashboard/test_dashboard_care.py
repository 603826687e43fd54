"""The dashboard under hard conditions: hostile names, many problems, many documents, a keyboard alone, a phone."""

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.daemon.running import Daemon

if TYPE_CHECKING:
    from tests.dashboard.browser import Page

pytest.importorskip("selenium", reason="the dashboard's tests need selenium")

from selenium.webdriver.common.keys import Keys

MARKUP = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>'
OVERRIDE = "\u202egnp.exe"
MANY = 5000
# Each text on the page with the ratio of its colour to that of the nearest ground, after WCAG 2.
CONTRAST = r"""
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const parts = (color) => color.match(/[\d.]+/g).map(Number);
const ground = (node) => {
  for (; node; node = node.parentElement) {
    const found = parts(getComputedStyle(node).backgroundColor);
    if (found.length === 3 || found[3] > 0) return found;
  }
  return [255, 255, 255];
};
const seen = [...document.querySelectorAll("body *")].filter((node) =>
  [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && node.checkVisibility()
  && !node.closest("svg, :disabled, .skip, .unseen, .said, option"));
return seen.map((node) => {
  const [a, b] = [light(parts(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
  return [node.textContent.trim().slice(0, 40), (a + 0.05) / (b + 0.05)];
});
"""


def started(page: "Page", daemon: Daemon) -> str:
    daemon.start()
    url = str(daemon.status()["http"])
    page.open(url)
    page.shows("#live", "live")
    page.until(lambda: page.texts("#documents-list .title a"))
    return url


def has_title(page: "Page", title: str) -> bool:
    return page.text("#view-title") == title


def test_hostile_names_do_no_harm(page: "Page", daemon: Daemon) -> None:
    named = MARKUP.replace("/", "|")
    daemon.persona(
        f"personas/{named}.json", name=f"{MARKUP}\x1b[31m{OVERRIDE}", description=MARKUP, tags=[MARKUP, OVERRIDE],
        **{MARKUP: {OVERRIDE: [MARKUP]}},
    )  # fmt: skip
    daemon.write(f"personas/broken {named}\U000e0041.json", "{")
    daemon.write("personas/turned\u202enosj.json", "{}")
    daemon.write("prompts/hostile.prompty", f"---\nname: H\n---\nsystem:\n{MARKUP} {{{{x}}}} {OVERRIDE}\n")
    started(page, daemon)

    page.shows("#documents-list", MARKUP, "\\u001b[31m", "\\u202egnp.exe")
    page.shows("#problems-list", f"personas/broken {named}\\u{{e0041}}.json", "turned\\u202enosj.json")
    for title in (f"{MARKUP}\\u001b[31m\\u202egnp.exe", "H"):
        link = next(link for link in page.all("#documents-list .title a") if link.text == title)
        link.click()
        page.until(partial(has_title, page, title))
        page.shows("#view-body", MARKUP, "\\u202e")
        page.press(Keys.ESCAPE)
        page.until(lambda: not page.find("#view").is_displayed())
    page.find("#text").send_keys("onerror")
    page.until(lambda: "onerror" in page.texts("#documents-list mark"))

    assert page.run("return window.harmed ?? null") is None
    assert (
        page.run(
            "return document.querySelectorAll('main img, dialog img, main script, dialog script').length"
        )
        == 0
    )
    shown = page.run("return document.body.textContent")
    assert not [found for found in "\x1b\u202e\U000e0041" if found in shown]


def test_five_thousand_problems_are_paged(page: "Page", daemon: Daemon) -> None:
    for number in range(MANY):
        daemon.write(f"personas/many/g{number // 500}/p{number:04}.json", '{"a": }')
    started(page, daemon)

    page.shows("#problems-count", "5,000 errors")
    page.shows("#problems-list summary", "json-syntax, 200 files on this page")
    assert not page.all("#problems-list .problem")
    page.click("#problems-list summary")
    page.until(lambda: len(page.all("#problems-list .problem")) == 15)
    first = page.texts("#problems-list h3")
    page.click("#problems-list details > button")
    page.until(lambda: len(page.all("#problems-list .problem")) == 30)
    page.click("#problems-pages button:last-child")
    page.shows("#problems-pages", "Page 2")
    assert not {*first} & {*page.texts("#problems-list h3")}
    page.click("#problems-pages button:first-child")
    page.until(lambda: page.texts("#problems-list h3") == first)
    page.until(lambda: page.text("#word") == "5,000 errors in files")
    assert page.run("return document.querySelectorAll('*').length") < 2500


def test_many_documents_are_paged_and_a_big_batch_is_told_in_one_block(page: "Page", daemon: Daemon) -> None:
    started(page, daemon)

    daemon.personas(1000)
    daemon.wait()

    page.shows("#documents-count", "1,003")
    page.shows("#changes-list", "more")
    page.until(lambda: len(page.all("#documents-list > li")) == 25)
    page.click("#documents-pages button:last-child")
    page.shows("#documents-pages", "Page 2")
    assert page.focus == "Next"
    assert page.run("return document.querySelectorAll('#changes-list *').length") < 1000


def test_a_deep_and_a_wide_document_are_built_only_as_far_as_they_are_open(
    page: "Page", daemon: Daemon
) -> None:
    deep: object = "the bottom"
    for _ in range(90):
        deep = {"down": deep}
    daemon.persona("personas/big.json", name="Big", deep=deep, wide=list(range(20_000)))
    url = started(page, daemon)

    page.open(f"{url}/#/persona/big")

    page.shows("#view-body", "20000 entries", "19800 more")
    assert page.run("return document.querySelectorAll('#view-body *').length") < 1500
    assert "the bottom" not in page.text("#view-body")


def test_numbers_are_shown_as_they_are_in_the_database(page: "Page", daemon: Daemon) -> None:
    daemon.write(
        "personas/exact.json", '{"name": "Exact", "big": 9007199254740993, "tenth": 10.0, "small": 1}'
    )
    url = started(page, daemon)

    page.open(f"{url}/#/persona/exact")

    page.shows("#view-body", "big: 9007199254740993", "tenth: 10.0", "small: 1")


def test_everything_can_be_done_by_keyboard(page: "Page", daemon: Daemon) -> None:
    started(page, daemon)

    page.press(Keys.TAB)
    assert page.focus == "Skip to the documents"
    assert page.run("return document.activeElement.getBoundingClientRect().top") >= 0
    page.press("/")
    assert page.focus == "text"
    page.press("moths")
    page.until(lambda: page.texts("#documents-list .title a") == ["Grace Hopper"])
    page.press(Keys.ARROW_DOWN)
    assert page.focus == "Grace Hopper"
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press(Keys.ENTER)
    page.shows("#view-title", "Grace Hopper")
    page.press(Keys.TAB)
    assert page.focus == "view-close"
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.find("#view").is_displayed())
    assert page.focus == "Grace Hopper"
    page.press(Keys.ARROW_UP)
    assert page.focus == "text"
    page.press(Keys.ESCAPE)
    assert page.focus != "text"


def test_the_focus_stays_when_the_list_is_refreshed(page: "Page", daemon: Daemon) -> None:
    started(page, daemon)
    page.run("document.querySelector('a[href=\"#/persona/team/grace\"]').focus()")

    daemon.persona("personas/team/grace.json", name="Admiral Hopper")

    page.shows("#documents-list", "Admiral Hopper")
    assert page.focus == "Admiral Hopper"


def test_the_state_is_a_live_region_and_every_field_has_a_name(page: "Page", daemon: Daemon) -> None:
    started(page, daemon)

    assert page.find("#word").find_element("xpath", "..").get_attribute("role") == "status"
    assert [field.accessible_name for field in page.all("input, select") if field.is_displayed()] == [
        "Search names, descriptions and texts", "Type", "Tag",
    ]  # fmt: skip
    assert [control.accessible_name for control in page.all("button, a") if control.is_displayed()].count(
        ""
    ) == 0
    assert page.run("return document.documentElement.lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast_in_both_themes(page: "Page", daemon: Daemon, scheme: str) -> None:
    daemon.write("personas/broken.json", "{")
    page.chromium.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    started(page, daemon)
    page.shows("#problems-list", "broken.json")

    ratios = page.run(CONTRAST)

    assert len(ratios) > 20
    assert [ratio for ratio in ratios if ratio[1] < 4.5] == []
    page.chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_theme_can_be_switched_and_is_remembered(page: "Page", daemon: Daemon) -> None:
    started(page, daemon)
    paper = "return getComputedStyle(document.body).backgroundColor"
    page.click("#theme")
    light = page.run(paper)
    page.click("#theme")
    dark = page.run(paper)

    page.chromium.refresh()

    assert (page.text("#theme"), page.run(paper)) == ("Theme: dark", dark)
    assert light != dark
    page.click("#theme")
    assert page.text("#theme") == "Theme: system"
    page.run("localStorage.clear()")


def test_nothing_is_wider_than_a_phone(page: "Page", daemon: Daemon) -> None:
    daemon.persona("personas/long.json", name="N" * 300, description="d" * 500, tags=["t" * 150])
    daemon.write(f"personas/{'b' * 200}.json", "{")
    page.chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True},
    )
    try:
        daemon.start()
        url = str(daemon.status()["http"])
        for part in ("state", "problems", "documents", "changes"):
            page.open(f"{url}/#{part}")
            page.until(page.find(f"#{part}").is_displayed)
            assert page.run("return document.documentElement.scrollWidth") <= 360
        page.open(f"{url}/#problems")
        page.shows("#problems-list", "bbbb")
        assert page.run("return document.documentElement.scrollWidth") <= 360
        page.open(f"{url}/#/persona/long")
        page.shows("#view-body", "dddd")
        assert page.run("return document.getElementById('view').scrollWidth") <= 360
    finally:
        page.chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_first_paint_needs_no_answer(page: "Page", daemon: Daemon) -> None:
    daemon.start()
    page.chromium.execute_cdp_cmd("Network.enable", {})
    page.chromium.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/v1/*"]})
    try:
        page.open(str(daemon.status()["http"]))
        assert {"Problems", "Documents", "Changes", "Batches", "Collections"} <= {*page.text("main").split()}
        assert all("ERR_BLOCKED_BY_CLIENT" in line for line in page.console())
    finally:
        page.open("about:blank")
        page.chromium.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        page.console()
