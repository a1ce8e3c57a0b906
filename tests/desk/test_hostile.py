"""Posts, names and links that want to do harm do nothing on any page."""

import re
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from schemas.case import Status
from schemas.mention import Author
from schemas.triage import Reference
from tests.desk.office import Office
from tests.queues.factories import make_case, make_mention, make_post, make_record, make_triage

_TAGS = """
html head meta title link script body a header span form label input button div main p h1 h2 h3 nav b ol ul li bdi
section aside nav footer article fieldset legend dl dt dd time kbd details summary textarea select
option table thead tbody tr th td
"""
OWN_TAGS = frozenset(_TAGS.split())
CHARTS = frozenset({"svg", "rect", "text", "line"})
OWN_ADDRESS = re.compile(r"/[^/\\]*.*|#content|https://x\.com/i/status/\d+")


class Elements(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name in {"href", "src", "action", "formaction"}}

    def handle_data(self, data: str) -> None:
        self.text += data


SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "</bdi></p></main><h1>taken over</h1>",
    "javascript:alert(1) data:text/html,<script>alert(1)</script>",
    "%(name)s %s %d %",
)


@pytest.mark.parametrize("text", SCRIPTS)
def test_markup_in_text_names_places_and_searches_is_only_text(office: Office, text: str) -> None:
    author = Author(id="1", handle="evil", name=text)
    mention = make_mention("1", f"paani {text}", author=author)
    post = make_post(mention).model_copy(update={"url": "javascript:alert(1)"})
    triage = make_triage(mention.text).model_copy(update={"references": (Reference(kind="pnr", value=text),)})
    case = make_case("1", posts=[post], because=[text], place="evil-place", language='"><x').model_copy(
        update={"reason": text, "directed_by": text}
    )
    unsure = make_case("2", f"sadak {text}", status=Status.REVIEW)
    office.file(case, unsure)
    office.store.create_mentions([make_record(mention, triage, case=case.id)])
    visitor = office.visitor("sita")
    visitor.send(f"/cases/{case.id}/note", text=text)
    visitor.send(f"/cases/{case.id}/answer", text=text)
    visitor.send("/views", name=text, q="paani")
    pages = [
        "/queues/water",
        f"/cases/{case.id}",
        f"/cases/{case.id}/similar",
        "/review",
        "/overview",
        "/search?q=paani",
    ]
    for path in (*pages, "/search?" + urlencode({"q": text})):
        page = Elements(visitor.get(path).text)
        assert page.tags <= (OWN_TAGS | CHARTS if path == "/overview" else OWN_TAGS), path
        assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
        assert all(OWN_ADDRESS.fullmatch(address) for address in page.addresses), page.addresses
        assert "49" not in page.text


def test_text_that_turns_direction_or_hides_is_made_plain(office: Office) -> None:
    text = "paani \u202egnp.exe\u202c \u2066isolated \x00\x07 \ud83d\ude00"
    office.file(make_case("1", text.encode("utf-16", "surrogatepass").decode("utf-16")))
    visitor = office.visitor("sita")
    for path in ("/queues/water", f"/cases/{make_case('1').id}", "/api/v1/queues/water/cases"):
        shown = visitor.get(path).text
        assert not set(shown) & set("\u202e\u202c\u2066\x00\x07")
    assert re.search(r'<bdi dir="auto"[^>]*>paani', visitor.get("/queues/water").text)


def test_a_flood_of_marks_and_a_wall_of_text_stay_small(office: Office) -> None:
    office.file(make_case("1", "a" + "\u0301" * 10_000 + " paani"), make_case("2", "W" * 200_000))
    visitor = office.visitor("sita")
    assert visitor.get("/queues/water").text.count("\u0301") <= 8
    assert "paani" in visitor.get("/queues/water").text
    assert len(visitor.get(f"/cases/{make_case('2').id}").content) < 28_000


def test_no_address_of_a_post_becomes_a_link(office: Office) -> None:
    odd = make_post(make_mention("12/../../evil?x=1")).model_copy(update={"url": "https://evil.example/"})
    other = make_post(make_mention("13", platform="facebook"))
    case = make_case("1", posts=[odd, other])
    office.file(case)
    visitor = office.visitor("sita")
    assert "evil.example" not in visitor.get(f"/cases/{case.id}").text
    assert [post["url"] for post in visitor.get(f"/api/v1/cases/{case.id}").json()["posts"]] == [None, None]
