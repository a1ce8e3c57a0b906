"""``sunwai up --demo`` as a newcomer meets it: real processes, the watch desk over HTTP and in a browser."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from desk.accounts import Role, add_user
from sunwai.ports import free_port, is_ready
from tests.pipeline.office import OfficeUnderTest, wait_for

LOOPBACK = "127.0.0.1"
NAME, PASSWORD = "newcomer", "a long password"
TANK = re.compile("tank|टंकी", re.IGNORECASE)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demo's desk answers; NAME is of its watch desk."""
    office = OfficeUnderTest(tmp_path_factory.mktemp("town"))
    with office.parts() as parts:
        add_user(parts.state, NAME, PASSWORD, Role.WATCH, None, known_queues=parts.directory.queues)
    port = free_port(LOOPBACK)
    found = f"http://{LOOPBACK}:{port}/"
    with office.running("sunwai", "up", "--demo", "--port", str(port)):
        wait_for(lambda: is_ready(found), "a desk that answers")
        yield found


def send(client: httpx.Client, path: str, seen_on: str, **fields: str) -> str:
    secret = re.search(r'name="csrf" value="([^"]+)"', client.get(seen_on).text)
    assert secret is not None
    return client.post(path, data={"csrf": secret[1], **fields}).text


def test_the_rumour_is_on_the_watch_soon_after_the_start(address: str) -> None:
    with httpx.Client(base_url=address, follow_redirects=True) as desk:
        assert NAME in send(desk, "/sign-in", "/sign-in", name=NAME, password=PASSWORD)
        wait_for(lambda: TANK.search(desk.get("/watch").text) is not None, "the rumour of the water tank")
        assert "Taken in." in send(desk, "/watch/tips", "/watch", text="lal bagh ki tanki mein zahar hai, aage bhejo")


@pytest.mark.browser
def test_the_rumour_is_judged_and_a_rebuttal_drafted(address: str, chromium: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(locale="hi-IN", viewport={"width": 360, "height": 740})
        page.goto(address)
        page.get_by_label("उपयोगकर्ता नाम").fill(NAME)
        page.get_by_label("पासवर्ड").fill(PASSWORD)
        page.get_by_role("button", name="साइन इन").click()
        page.get_by_role("link", name="निगरानी").click()
        page.get_by_role("link", name=TANK).first.click()
        page.get_by_label("टिप्पणी").fill("टंकी के पानी की जाँच हुई, पानी साफ़ है।")
        page.get_by_role("button", name="ग़लत", exact=True).click()
        draft = page.get_by_label("क्या कहा गया").first
        expect(draft).to_have_value(re.compile("टंकी के पानी की जाँच हुई, पानी साफ़ है।"))
        page.get_by_role("button", name="कह दिया गया").first.click()
        expect(page.get_by_text("खंडन किया गया").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        browser.close()
