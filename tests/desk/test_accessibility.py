"""Every page as axe sees it, in both languages, light and dark, on a phone and on a wide screen: nothing serious."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.desk.office import PASSWORD, SEALER
from tests.desk.test_browser import BULK, address, browser, town
from tests.queues.factories import make_case

__all__ = ["address", "browser", "town"]

pytestmark = pytest.mark.browser

CASE = make_case("1").id
PAGES = (
    "/",
    "/queues/water",
    "/queues/water?show=late",
    f"/cases/{CASE}",
    f"/cases/{make_case('sadak').id}",
    f"/cases/{CASE}/similar",
    "/search",
    "/search?q=is:any",
    "/search?q=type:odd",
    "/review",
    "/overview",
    "/reports",
    "/reports/morning/2026-06-30",
    "/reports/morning/2026-06-30/over_day",
    "/watch",
    "/uploads",
    "/watch/x:1",
    "/reports/morning/2026-03-01",
    "/reports/monthly/2026-02",
    "/tokens",
    "/second-factor",
    f"/bulk/{BULK}",
    f"/d/{CASE}-{SEALER.page_mark(CASE)}",
    "/nowhere",
)
ADMINISTRATION = ("/accounts", "/dead-letters", "/sources", "/audit", "/audit?by=chief")
"""Pages of an administrator."""
SOME = ("/", f"/cases/{CASE}", "/search?q=is:any", "/review", "/overview")
"""Between them they have every colour."""
PHONE, WIDE = ("hi-IN", "light", 360), ("en-GB", "dark", 1280)
_SERIOUS = {"serious", "critical"}


@pytest.mark.parametrize(
    ("look", "name", "pages"),
    [
        (PHONE, "chief", PAGES),
        (PHONE, "admin", ADMINISTRATION),
        (WIDE, "chief", SOME),
        (WIDE, "admin", ADMINISTRATION),
    ],
    ids=["phone", "phone-administration", "wide", "wide-administration"],
)
def test_no_page_has_anything_serious(
    browser: Browser, address: str, look: tuple[str, str, int], name: str, pages: tuple[str, ...]
) -> None:
    locale, scheme, width = look
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        locale=locale,
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    found = {"/sign-in": serious(page)}
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("button.main").click()
    for path in pages:
        page.goto(address + path)
        for fold in page.locator("details").all():
            fold.evaluate("fold => fold.open = true")
        found[path] = serious(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
    assert {path: problems for path, problems in found.items() if problems} == {}


def serious(page: object) -> list[str]:
    """What axe finds on a page that is serious or worse, each with the first place."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0].get('failureSummary', '')[:300]}"
        for each in violations
        if each["impact"] in _SERIOUS
    ]


def test_what_is_serious_would_be_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content('<html lang="en"><title>x</title><main><img src="data:,"><input></main></html>')
    assert {each.partition(":")[0] for each in serious(page)} >= {"image-alt", "label"}
    page.close()
