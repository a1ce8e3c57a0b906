"""A real browser on a phone's screen: what an officer does, with and without JavaScript."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from desk.accounts import Role, User
from desk.bulk import Done, NotDone
from queues.sheets import make_due
from schemas.case import Status
from schemas.labels import Urgency
from tests.desk.office import PASSWORD, Office, no_uploads
from tests.desk.test_answerable import filed
from tests.desk.test_api_office import Letters, Standing
from tests.desk.test_events import file_later, serving
from tests.desk.test_routes import add_reports
from tests.desk.test_watch import tell
from tests.queues.factories import NOW, make_case, make_mention

pytestmark = pytest.mark.browser

BOSS = User(name="boss", role=Role.SUPERVISOR, queues=("water",))
BULK = "b1"
"""An act on many cases that chief has done."""
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
def town(tmp_path: Path) -> Iterator[Office]:
    """An office with three cases of the water queue, and something on every page."""
    office = Office(tmp_path / "cases.db", dead_letters=Letters(["a"]), intake=Standing(), upload_source=no_uploads())
    office.file(
        make_case("1", "kal se paani nahi", due_at=NOW + timedelta(hours=30)),
        make_case("2", "हैंडपंप से पीला पानी, बच्चे बीमार", urgency=Urgency.CRITICAL, place="rampura"),
        make_case("3", "W" * 500 + " a" + "\u0301" * 10_000, due_at=NOW + timedelta(days=9)),
        *(
            make_case(text.split()[0], text, queue="grievances", status=Status.REVIEW, due_at=due).model_copy(
                update={"docket": None}
            )
            for text, due in (("sadak ka hal", NOW), ("nali ka hal", NOW + timedelta(hours=1)), ("shabaash", None))
        ),
    )
    make_due(office.store, office.state, office.directory, NOW, hour=0)
    tell(office)
    add_reports(office.state)
    done = Done(id=BULK, act="close", by="chief", at=NOW, done=(make_case("1").id,), failed=(NotDone(id="x", why="y"),))
    office.state.create("bulk", BULK, done.model_dump(mode="json"))
    yield office
    office.close()


@pytest.fixture
def address(town: Office) -> Iterator[str]:
    """Where ``town``'s desk is served."""
    with serving(town) as served:
        yield served.address


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
    for path in (
        "/",
        "/queues/water",
        "/search?q=paani",
        "/search?q=type:odd",
        "/review",
        f"/cases/{make_case('3').id}",
        "/odd",
    ):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_officer_replies_and_resolves(browser: Browser, address: str, scripts: bool) -> None:
    page, complaints = open_page(browser, scripts=scripts)
    sign_in(page, address, "sita")
    page.goto(f"{address}/cases/{make_case('1').id}")
    page.get_by_role("button", name="यह प्रकरण लें").click()
    page.get_by_role("button", name="हम देख रहे हैं").click()
    reply = page.get_by_label("आपका उत्तर")
    expect(reply).to_have_value(re.compile("आपकी शिकायत देख रहा है"))
    if scripts:
        reply.press("End")
        reply.type(" ।")
        expect(page.locator("#answer-length")).to_contain_text("/ 280")
    page.get_by_role("button", name="भेजें").click()
    expect(page.get_by_text("जल्द जाएगा")).to_be_visible()
    if scripts:
        page.keyboard.press("e")
    else:
        page.locator("summary", has_text="निपटाएँ").click()
    page.get_by_role("button", name="कार्य पूरा").click()
    expect(page.locator(".head .tag").first).to_have_text("निपटाया गया")
    page.get_by_role("button", name="वापस लें").click()
    expect(page.locator(".head")).to_contain_text("यह प्रकरण आपके पास है।")
    assert complaints == []
    page.context.close()


def test_posts_are_judged_by_keyboard_alone(browser: Browser, address: str) -> None:
    page, complaints = open_page(browser, scripts=True)
    sign_in(page, address, "mohan")
    page.goto(f"{address}/review")
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_be_visible()
    for key, text in (("s", "nali"), ("y", "shabaash"), ("1", None)):
        page.keyboard.press(key)
        if text is not None:
            expect(page.locator("article")).to_contain_text(text)
    expect(page.get_by_text("समीक्षा के लिए कुछ नहीं बचा।")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="यह शिकायत है")).to_be_visible()
    assert complaints == []
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


def test_what_x_takes_only_by_hand_is_copied_with_one_tap(browser: Browser, office: Office) -> None:
    case = filed(office, make_mention("17", handles=()))
    with serving(office) as served:
        address = served.address
        page, complaints = open_page(browser, scripts=True)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        sign_in(page, address, "sita")
        page.goto(f"{address}/cases/{case.id}")
        expect(page.get_by_text("इस पोस्ट में ऐसा नहीं है")).to_be_visible()
        page.get_by_label("आपका उत्तर").fill("पाइप आज ठीक होगा")
        page.get_by_role("button", name="पाठ कॉपी करें").click()
        expect(page.get_by_role("button", name="कॉपी हो गया")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "पाइप आज ठीक होगा"
        assert page.get_by_role("link", name="X पर खोलें").get_attribute("href") == "https://x.com/i/status/17"
        page.get_by_role("button", name="मैंने वहाँ उत्तर दे दिया है").click()
        expect(page.locator("#history")).to_be_visible()
        page.context.close()
    assert office.case(case.id).answered_at is not None
    assert complaints == []


def test_what_is_new_is_counted_and_the_list_stays_as_it_is(browser: Browser, address: str, town: Office) -> None:
    page, complaints = open_page(browser, scripts=True)
    sign_in(page, address, "sita")
    with page.expect_request("**/api/v1/events**"):
        page.goto(f"{address}/queues/water")
    lines = page.locator(".case")
    before = lines.all_inner_texts()
    page.evaluate("window.stays = true")
    file_later(town, make_case("new", "naya: nal sookha"), make_case("hidden", queue="police-control"))
    waiting = page.locator(".live p")
    expect(waiting).to_contain_text("नए: 1")
    expect(page.locator(".live-changed")).to_be_hidden()
    town.clock.pass_by(seconds=2)
    town.desk.casework.take(BOSS, make_case("1").id)
    expect(waiting).to_contain_text("बदले: 1")
    assert lines.all_inner_texts() == before
    assert page.evaluate("window.stays") is True
    waiting.get_by_role("link", name="दिखाएँ").click()
    expect(lines).to_have_count(4)
    expect(page.locator(".live p")).to_be_hidden()
    page.goto(f"{address}/cases/{make_case('2').id}")
    town.clock.pass_by(seconds=2)
    town.desk.casework.take(BOSS, make_case("2").id)
    expect(page.locator(".live p")).to_contain_text("बदले: 1")
    assert complaints == []
    page.context.close()


def test_a_claim_that_grows_is_offered_on_the_watch_and_the_list_stays_as_it_is(
    browser: Browser, address: str, town: Office
) -> None:
    page, complaints = open_page(browser, scripts=True)
    sign_in(page, address, "watcher")
    with page.expect_response("**/api/v1/events/claims**"):
        page.goto(f"{address}/watch")
    before = page.locator(".post").all_inner_texts()
    tell(town, doubling=1)
    tell(town, id="x:5:0", claim="x:5", text="पुल टूट गया")
    waiting = page.locator(".live p")
    expect(waiting).to_contain_text("नए: 1")
    expect(waiting).to_contain_text("बदले: 1")
    assert page.locator(".post").all_inner_texts() == before
    waiting.get_by_role("link", name="दिखाएँ").click()
    expect(page.locator(".post")).to_have_count(2)
    page.get_by_role("link", name="पुल टूट गया").click()
    page.get_by_label("इसके बारे में कुछ न बताएँ").select_option("week")
    page.get_by_role("button", name="मौन करें").click()
    expect(page.locator(".post").first).to_contain_text("मौन")
    assert complaints == []
    page.context.close()
