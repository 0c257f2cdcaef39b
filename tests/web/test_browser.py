"""End to end in a real browser: from a group figure down to the voucher's source in the unit's own file.

Run alone with `pytest -m browser`. Needs chromium and chromedriver; without them it is skipped, but fails where
`CI=true`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WAIT = 30


def chromium() -> tuple[str, str]:
    """Paths of the browser and its driver."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        if os.environ.get("CI") == "true":
            pytest.fail("continuous integration needs chromium and chromedriver")
        pytest.skip("chromium and chromedriver are not installed here")
    return browser, driver


class Browser:
    """What a finance head does: look, click, read."""

    def __init__(self, driver, address):
        self.driver = driver
        self.address = address
        # a page may draw itself anew while it is being read
        self.waiting = WebDriverWait(driver, WAIT, ignored_exceptions=(StaleElementReferenceException,))

    def open(self, path):
        self.driver.get(self.address + path)

    def find(self, css, text=None):
        """The first visible element of a selector, with this text where one is given; waits for it."""

        def there(driver):
            for element in driver.find_elements(By.CSS_SELECTOR, css):
                if element.is_displayed() and (text is None or element.text.strip() == text):
                    return element
            return False

        return self.waiting.until(there, f"{css} {text or ''}")

    def click(self, css, text=None):
        """Click it; the page may draw itself anew in between."""
        for _ in range(5):
            try:
                element = self.find(css, text)
                self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
                element.click()
            except StaleElementReferenceException:
                continue
            return
        raise AssertionError(f"{css} {text} never stood still")

    def until_text(self, css, part):
        self.waiting.until(lambda d: any(part in e.text for e in d.find_elements(By.CSS_SELECTOR, css)), part)

    def complaints(self):
        """What the browser's console says: scripts, styles or pictures that our policy forbids, errors of scripts."""
        return [e["message"] for e in self.driver.get_log("browser") if e["level"] in {"SEVERE", "WARNING"}]


@pytest.fixture
def served(ws):
    """The address of a served federation, in Swedish."""
    conf = ws.root / "fava.conf"
    conf.write_text(conf.read_text(encoding="utf-8").replace('language = "en"', 'language = "sv"'), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger.cli.main", "--workspace", str(ws.root), "serve", "--port", "0"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address, line
        yield address[0]
    finally:
        process.terminate()
        process.communicate(timeout=180)


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desk", "phone"])
def browser(request, served, tmp_path):
    program, driver_program = chromium()
    width, height = request.param
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(driver_program))
    try:
        if width < 500:
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        yield Browser(driver, served)
    finally:
        driver.quit()


def test_from_a_group_figure_to_the_vouchers_source(browser, ws):
    month = ws.units["repris"].folder / "books/2026/2026-01.beancount"
    browser.open("/")
    browser.find("ol.tree-table a.account, a.account", "Intäkter")
    assert browser.driver.current_url.endswith("/federation/income_statement/")
    line = next(a for a in browser.driver.find_elements("css selector", "a.account") if "Nettoomsättning" in a.text)
    line.find_element("xpath", "../button").click()
    browser.click("a.account", "REPRIS")
    browser.until_text("h1", "REPRIS")
    browser.until_text(".journal", "Bord")
    entry = next(
        li for li in browser.driver.find_elements("css selector", ".journal li.transaction") if "Bord" in li.text
    )
    entry.find_element("css selector", ".datecell a").click()
    browser.until_text("code a", "units/repris/books/2026/2026-01.beancount:2")
    browser.until_text(".cm-content", 'voucher: "A-1"')
    browser.click("code a")
    browser.until_text(".cm-content", "; January")
    assert "file_path=" in browser.driver.current_url
    assert "line=2" in browser.driver.current_url
    browser.until_text(".cm-content", '2026-01-20 * "Värd" "Hyra"')
    assert month.read_text(encoding="utf-8").startswith("; January"), "looking changed nothing"
    assert browser.complaints() == []


def test_an_edit_in_a_unit_shows_in_the_federation_by_itself(browser, ws):
    browser.open("/federation/trial_balance/")
    browser.until_text("ol", "1 250,00")
    month = ws.units["repris"].folder / "books/2026/2026-01.beancount"
    month.write_text(month.read_text(encoding="utf-8").replace("300.00", "200.00"), encoding="utf-8")
    browser.until_text("ol", "1 350,00")
    assert browser.complaints() == []


def test_our_pages_and_all_of_favas_open_without_a_complaint(browser, ws):
    pages = (
        "income_statement balance_sheet trial_balance journal query holdings commodities documents events statistics"
    )
    more = "editor import options errors help extension/Todo extension/Unmatched"
    more += " extension/OpenItems extension/Reconciliation extension/Close"
    for slug in ("federation", "repris"):
        own = "extension/Worksheet" if slug == "federation" else "account/Assets:1930-Bank"
        for page in f"{pages} {more} {own}".split():
            browser.open(f"/{slug}/{page}/")
            browser.find("header h1")
            time.sleep(0.3)  # scripts that would complain do so after the first drawing
            assert browser.complaints() == [], f"/{slug}/{page}/"


def test_no_page_of_ours_is_wider_than_the_screen(browser, ws):
    month = ws.units["cykelbudet"].folder / "books/2026/2026-01.beancount"
    month.write_text(f'include "/etc/passwd"\n{month.read_text(encoding="utf-8")}', encoding="utf-8")
    ours = ("Todo", "OpenItems", "Reconciliation", "Close", "Unmatched", "Worksheet")
    for page in (*(f"extension/{name}" for name in ours), "errors"):
        browser.open(f"/federation/{page}/")
        browser.find("td.pre" if page == "errors" else ".sambok")
        browser.find(".sambok-banner")
        widest = browser.driver.execute_script(
            "const a = document.querySelector('article'); return [a.scrollWidth, a.clientWidth]"
        )
        assert widest[0] <= widest[1], page


def test_a_refused_save_is_told_on_the_page(browser, ws):
    month = ws.units["repris"].folder / "books/2026/2026-01.beancount"
    before = month.read_bytes()
    browser.open(f"/repris/editor/?file_path={month}&line=1")
    browser.until_text(".cm-content", "; January")
    browser.driver.find_element("css selector", ".cm-content").send_keys('include "/etc/passwd"\n')
    browser.click("button[type=submit]")
    browser.until_text("body", "include")
    browser.find(".notifications li, #notifications li")
    assert month.read_bytes() == before


def test_who_comes_back_by_the_keyboard_stands_at_the_figure_that_was_opened(browser):
    browser.open("/federation/extension/Worksheet/?time=2026-01")
    figure = browser.find("td.num a")
    link = figure.get_attribute("href")
    assert "time=2026-01" in link
    browser.driver.execute_script("arguments[0].focus()", figure)
    assert browser.driver.execute_script("return getComputedStyle(arguments[0]).outlineStyle", figure) == "solid"
    figure.send_keys(Keys.ENTER)
    browser.until_text("section.sambok th", "2026-01-10")
    browser.driver.back()
    browser.waiting.until(lambda d: d.execute_script("return document.activeElement.href") == link)
    assert browser.complaints() == []
