"""A real browser on a phone's screen: what an officer does, with and without JavaScript."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from schemas.labels import Urgency
from tests.desk.office import PASSWORD, Office
from tests.queues.factories import NOW, make_case

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=[*_FLAGS])
        yield launched
        launched.close()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where a desk with three cases of the water queue is served."""
    office = Office(tmp_path / "cases.db")
    office.file(
        make_case("1", "kal se paani nahi", due_at=NOW + timedelta(hours=30)),
        make_case("2", "हैंडपंप से पीला पानी, बच्चे बीमार", urgency=Urgency.CRITICAL, place="rampura"),
        make_case("3", "W" * 500 + " a" + "\u0301" * 10_000, due_at=NOW + timedelta(days=9)),
    )
    server = uvicorn.Server(uvicorn.Config(office.app, host="127.0.0.1", port=0, log_config=None))
    serving = threading.Thread(target=server.run)
    serving.start()
    while not server.started:
        assert serving.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    serving.join()
    office.close()


def open_page(browser: Browser, *, scripts: bool) -> tuple[Page, list[str]]:
    """A page of a Hindi phone, and what its console complains of."""
    context = browser.new_context(viewport=PHONE, locale="hi-IN", java_script_enabled=scripts)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_label("उपयोगकर्ता नाम").fill(name)
    page.get_by_label("पासवर्ड").fill(PASSWORD)
    page.get_by_role("button", name="साइन इन").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_officer_signs_in_opens_a_queue_and_takes_the_next_case(
    browser: Browser, address: str, scripts: bool
) -> None:
    page, complaints = open_page(browser, scripts=scripts)
    sign_in(page, address, "sita")
    page.get_by_role("link", name="जलापूर्ति शाखा").click()
    expect(page.locator(".case")).to_have_count(3)
    expect(page.locator(".case").first).to_contain_text("हैंडपंप से पीला पानी")
    if scripts:
        page.keyboard.press("n")
    else:
        page.get_by_role("button", name="अगला प्रकरण लें").click()
    expect(page.get_by_text("यह प्रकरण आपके पास है।")).to_be_visible()
    expect(page.locator(".posts")).to_contain_text("हैंडपंप से पीला पानी, बच्चे बीमार")
    page.goto(address)
    expect(page.get_by_role("heading", name="आपके पास")).to_be_visible()
    assert complaints == []
    page.context.close()


def test_nothing_is_wider_than_a_phone(browser: Browser, address: str) -> None:
    page, _ = open_page(browser, scripts=True)
    sign_in(page, address, "sita")
    for path in ("/", "/queues/water", "/search?q=paani", "/search?q=type:odd", f"/cases/{make_case('3').id}", "/odd"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    page.context.close()


def test_two_browsers_race_and_the_second_learns_who_was_quicker(browser: Browser, address: str) -> None:
    first, _ = open_page(browser, scripts=True)
    second, _ = open_page(browser, scripts=True)
    for page, name in ((first, "sita"), (second, "mohan")):
        sign_in(page, address, name)
        page.goto(f"{address}/cases/{make_case('1').id}")
    for page in (first, second):
        page.get_by_role("button", name="यह प्रकरण लें").click()
    expect(second.get_by_role("heading", name="sita ने पहले ले लिया")).to_be_visible()
    second.get_by_role("link", name="प्रकरण खोलें").click()
    expect(second.get_by_text("यह प्रकरण sita के पास है।")).to_be_visible()
    for page in (first, second):
        page.context.close()
