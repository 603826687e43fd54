"""A real Chromium that looks at the dashboard, and what a person would see and do there."""

import time
from collections.abc import Callable
from typing import Any

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

PATIENCE = 30.0
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # which does not work for root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--window-size=1280,1600",
)


def open_chromium(binary: str, driver: str) -> Chrome:
    """A headless Chromium; the caller quits it."""
    options = ChromeOptions()
    options.binary_location = binary
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return Chrome(options=options, service=Service(driver))


class Page:
    """The dashboard in a browser."""

    def __init__(self, chromium: Chrome) -> None:
        self.chromium = chromium

    def open(self, url: str) -> None:
        self.chromium.get(url)

    def find(self, selector: str) -> WebElement:
        return self.chromium.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.chromium.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """What a person reads there; nothing where it is hidden."""
        return self.find(selector).text

    def texts(self, selector: str) -> list[str]:
        # In one call: a list may be refreshed between two.
        return list(
            self.run("return [...document.querySelectorAll(arguments[0])].map((n) => n.innerText)", selector)
        )

    def run(self, script: str, *arguments: Any) -> Any:
        return self.chromium.execute_script(script, *arguments)

    def until(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Return once *condition* holds; fail with what the page shows and the console says otherwise."""
        deadline = time.monotonic() + seconds
        while not self._holds(condition):
            assert time.monotonic() < deadline, f"{self.text('body')[:3000]}\n{self.console()}"
            time.sleep(0.02)

    @staticmethod
    def _holds(condition: Callable[[], object]) -> bool:
        try:
            return bool(condition())
        except (NoSuchElementException, StaleElementReferenceException):
            return False

    def shows(self, selector: str, *words: str) -> None:
        """Wait until a person reads *words* there."""
        self.until(lambda: all(word in self.text(selector) for word in words))

    def lacks(self, selector: str, word: str) -> None:
        self.until(lambda: word not in self.text(selector))

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def choose(self, selector: str, value: str) -> None:
        Select(self.find(selector)).select_by_value(value)

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.chromium).send_keys(*keys).perform()

    @property
    def focus(self) -> str:
        """The id, or else the text, of what has the focus."""
        return str(self.run("const a = document.activeElement; return a.id || a.textContent"))

    def console(self) -> list[str]:
        """What the console said since it was last asked: errors, violations of the policy, warnings."""
        entries = self.chromium.get_log("browser")  # type: ignore[no-untyped-call]  # Selenium leaves it untyped
        return [entry["message"] for entry in entries if entry["level"] != "DEBUG"]
