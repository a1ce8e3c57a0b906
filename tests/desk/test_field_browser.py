"""The field and the shared handset in a real browser, on a phone, in Hindi; as axe sees them, too."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.test_accessibility import serious
from tests.desk.test_browser import PHONE, address, browser, open_page, sign_in, town
from tests.pictures import phone_photograph
from tests.queues.factories import make_case

__all__ = ["address", "browser", "town"]

pytestmark = pytest.mark.browser

CASE = make_case("1").id


def asked(page: Page, address: str) -> str:
    """The link that an officer gets for the case."""
    page.goto(f"{address}/cases/{CASE}")
    page.get_by_text("क्षेत्र में भेजें").click()
    page.get_by_label("किससे पूछना है").fill("कनिष्ठ अभियंता, रामपुरा")
    page.get_by_label("क्या करना है").fill("टंकी का वाल्व देखें।")
    page.get_by_label("kal se paani nahi").check()
    page.get_by_role("button", name="लिंक बनाएँ").click()
    return page.locator(".notice .secret").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_report_from_the_field_with_a_photograph(
    browser: Browser, address: str, tmp_path: Path, scripts: bool
) -> None:
    desk, complaints = open_page(browser, scripts=scripts)
    sign_in(desk, address, "sita")
    link = asked(desk, address)
    photograph = tmp_path / "IMG_2041.jpg"
    photograph.write_bytes(phone_photograph())
    field, also = open_page(browser, scripts=scripts)
    field.goto(link)
    expect(field.get_by_text("टंकी का वाल्व देखें।")).to_be_visible()
    expect(field.get_by_text("kal se paani nahi")).to_be_visible()
    if scripts:
        assert serious(field) == []
    assert field.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    field.get_by_label("हो गया").check()
    field.get_by_label("आपने क्या पाया और क्या किया").fill("वाल्व खोल दिया।")
    field.get_by_label("फ़ोटो").set_input_files(photograph)
    field.get_by_role("button", name="रिपोर्ट भेजें").click()
    expect(field.get_by_text("आपकी रिपोर्ट मिल गई")).to_be_visible()
    desk.goto(f"{address}/cases/{CASE}")
    expect(desk.get_by_label("आपका उत्तर")).to_have_value("वाल्व खोल दिया।")
    shown = desk.locator(".pictures img")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("image => image.naturalWidth") > 0
    if scripts:
        assert serious(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert complaints == also == []
    desk.context.close()
    field.context.close()


def test_officers_change_over_on_one_handset(browser: Browser, address: str) -> None:
    page, complaints = open_page(browser, scripts=True)
    for name, pin in (("sita", "4071"), ("mohan", "83026")):
        sign_in(page, address, name)
        page.goto(f"{address}/pin")
        page.get_by_label("नया पिन").fill(pin)
        page.get_by_label("वही फिर से").fill(pin)
        page.get_by_role("button", name="पिन रखें").click()
        expect(page.get_by_text("इस हैंडसेट पर आपका पिन है।")).to_be_visible()
        assert serious(page) == []
        if name == "sita":
            page.get_by_role("button", name="साइन आउट").click()
    page.locator("header").get_by_role("link", name="बारी बदलें").click()
    assert serious(page) == []
    page.get_by_label("sita").check()
    page.get_by_label("पिन", exact=True).fill("4071")
    page.get_by_role("button", name="इस नाम से आगे बढ़ें").click()
    expect(page.locator("header .user")).to_contain_text("sita")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert complaints == []
    page.context.close()
