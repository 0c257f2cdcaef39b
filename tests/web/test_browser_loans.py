"""The loan pages in a real browser: on a desk and on a phone nothing is wider than the screen, nothing complains.

Run alone with `pytest -m browser`, like `test_browser`.
"""

from __future__ import annotations

import pytest

from tests.reports.loan_groups import Group, cycle_text, workspace_of
from tests.web.test_browser import browser, served

__all__ = ["browser", "served"]
pytestmark = pytest.mark.browser

NAME = "Mwanaidi-Halima binti Abdallah-Mwinyimvua wa Kijiji cha Mfano"


@pytest.fixture
def ws(make_workspace, monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-01T10:00:00Z")
    group = Group("Anna", "Bo").buy("2026-01-14", "1", Anna="5000000", Bo="3000000")
    group.lend("2026-02-11", "Anna", "6000000", 2, "NK26-L01", meeting="5").fine("2026-03-11", "Bo", "10", meeting="9")
    made = workspace_of(make_workspace, group, cycle_text(charge="0.05", loan_multiple="3"))
    for file in made.units["kikundi"].folder.rglob("*.beancount"):
        text = file.read_text(encoding="utf-8").replace('participant: "Anna"', f'participant: "{NAME}"')
        file.write_text(text, encoding="utf-8")
    return made


def test_the_loan_pages_fit_the_screen(browser):
    browser.open("/kikundi/extension/Loans/")
    browser.until_text("section.sambok", NAME)
    for _ in range(2):
        page, screen = browser.driver.execute_script(
            "const a = document.querySelector('article'); return [a.scrollWidth, a.clientWidth]"
        )
        assert page <= screen
        browser.click("details summary")  # the figures of the meetings, opened
    assert browser.complaints() == []


def test_by_the_keyboard_to_a_participants_page_and_back(browser):
    browser.open("/kikundi/extension/Loans/")
    link = browser.find("section.sambok th a", NAME)
    browser.driver.execute_script("arguments[0].focus()", link)
    assert browser.driver.execute_script("return getComputedStyle(arguments[0]).outlineStyle", link) == "solid"
    link.send_keys("\n")
    browser.until_text("section.sambok h2", NAME)
    page, screen = browser.driver.execute_script(
        "const a = document.querySelector('article'); return [a.scrollWidth, a.clientWidth]"
    )
    assert page <= screen
    browser.click(".sambok-path a", "NK26")
    browser.until_text("section.sambok h2", "NK26")
    assert browser.complaints() == []
