"""What people see: queues, cases and searches, in their language, page by page."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from schemas.case import HistoryEntry, Status
from schemas.clocks import Clock, ClockKind
from schemas.labels import Sensitivity, Urgency
from schemas.triage import Reference
from tests.desk.office import Office, Visitor
from tests.queues.factories import NOW, make_case, make_mention, make_record, make_triage


def lines(page: str) -> list[str]:
    """Each case of a list as its text, blanks collapsed."""
    items = re.findall(r'<li class="case.*?</li>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items]


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]).split())


def test_a_line_of_a_queue_says_all_that_is_needed(office: Office) -> None:
    office.file(
        make_case(
            "1",
            "@JalSundarpur do din se paani nahi https://t.co/abc",
            urgency=Urgency.CRITICAL,
            place="rampura",
            complainants=14,
            due_at=NOW + timedelta(hours=2, minutes=5),
        ),
        make_case(
            "2", "नल सूखा है", language="hi", assignee="mohan", status=Status.ASSIGNED, due_at=NOW - timedelta(hours=25)
        ),
    )
    visitor = office.visitor("sita")
    assert lines(visitor.get("/queues/water").text) == [
        "2 h left do din se paani nahi Critical Water supply Rampura 14 people Hindi (Latin) Nobody yet",
        "1 day late नल सूखा है Water supply 1 person Hindi mohan",
    ]
    visitor.send("/language", to="hi")
    assert lines(visitor.get("/queues/water").text) == [
        "2 घंटे शेष do din se paani nahi अति गंभीर जलापूर्ति रामपुरा 14 लोग हिन्दी (लैटिन) अभी कोई नहीं",
        "1 दिन देर नल सूखा है जलापूर्ति 1 व्यक्ति हिन्दी mohan",
    ]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(0), "0 min left"),
        (timedelta(minutes=59, seconds=59), "59 min left"),
        (timedelta(hours=1), "1 h left"),
        (timedelta(hours=47), "47 h left"),
        (timedelta(hours=48), "2 days left"),
        (timedelta(minutes=-5), "5 min late"),
        (timedelta(hours=-3), "3 h late"),
        (timedelta(days=-3), "3 days late"),
        (None, "No deadline"),
    ],
)
def test_time_left_is_said_in_the_unit_that_matters(office: Office, left: timedelta | None, said: str) -> None:
    office.file(make_case(due_at=None if left is None else NOW + left))
    assert lines(office.visitor("sita").get("/queues/water").text)[0].startswith(said)


def test_a_queue_goes_on_by_pages_most_pressing_first(office: Office) -> None:
    made = [make_case(str(n), f"post {n}", due_at=NOW + timedelta(hours=n)) for n in range(120)]
    office.file(*made)
    visitor = office.visitor("sita")
    seen = [line.split(" post ")[1].split()[0] for page in pages(visitor, "/queues/water") for line in lines(page)]
    assert seen == [str(n) for n in range(120)]
    found = [line for page in pages(visitor, "/search?q=post+lang:hi-Latn") for line in lines(page)]
    assert len(found) == len(set(found)) == 120


def pages(visitor: Visitor, path: str) -> Iterator[str]:
    """A list page by page, as its links lead on."""
    following: str | None = path
    while following:
        page = visitor.get(following).text
        yield page
        link = re.search(r'href="([^"]+)" rel="next"', page)
        following = link and link[1].replace("&amp;", "&")


def test_a_queue_is_narrowed_by_status_and_says_how_many(office: Office) -> None:
    office.file(make_case("1"), make_case("2", status=Status.RESOLVED), make_case("3", status=Status.REVIEW))
    visitor = office.visitor("sita")
    assert len(lines(visitor.get("/queues/water").text)) == 2
    assert len(lines(visitor.get("/queues/water?status=resolved").text)) == 1
    home = text_of(visitor.get("/").text)
    assert "Water Water Board 2 open To review 1 New 1 Resolved 1" in home


def test_a_queue_shows_what_is_late_mine_or_nobodys(office: Office) -> None:
    warned = Clock(kind=ClockKind.RESOLVE, due_at=NOW + timedelta(hours=3), warn_at=NOW - timedelta(hours=1))
    office.file(
        make_case("1", "der se", due_at=NOW - timedelta(hours=1)),
        make_case("2", "mera", assignee="sita", status=Status.ASSIGNED),
        make_case("3", "chetavani", due_at=NOW - timedelta(hours=1)).model_copy(update={"clocks": (warned,)}),
    )
    visitor = office.visitor("sita")
    for part, words in (("late", ["der se"]), ("mine", ["mera"]), ("free", ["der se", "chetavani"])):
        shown = lines(visitor.get(f"/queues/water?show={part}").text)
        assert len(shown) == len(words), part
        assert all(word in line for word, line in zip(words, shown, strict=True)), part
    assert "show=mine" not in office.visitor("reader").get("/queues/water").text
    assert "Nothing is late." in office.visitor("chief").get("/queues/grievances?show=late").text


def test_what_is_mine_stands_on_the_first_page(office: Office) -> None:
    office.file(make_case("1", "yeh mera hai", assignee="sita", status=Status.ASSIGNED), make_case("2", "yeh nahi"))
    assert lines(office.visitor("sita").get("/").text) == [
        "24 h left yeh mera hai Water supply 1 person Hindi (Latin) Water You"
    ]


def test_a_case_shows_its_posts_why_it_is_here_and_its_history(office: Office) -> None:
    mention = make_mention("77", "PNR 4412345678, coach me paani nahi")
    triage = make_triage(mention.text).model_copy(update={"references": (Reference(kind="pnr", value="4412345678"),)})
    why = "@JalSundarpur was addressed; its queue for water_supply"
    case = make_case("77", mention.text, watching=["grievances"]).model_copy(
        update={
            "reason": why,
            "sensitivity": (Sensitivity.CUSTODY,),
            "history": (HistoryEntry(at=NOW, by="model:linear-1", act="opened", detail=why),),
        }
    )
    office.file(case)
    office.store.create_mentions([make_record(mention, triage, case=case.id)])
    visitor = office.visitor("sita")
    english = visitor.get(f"/cases/{case.docket}")
    for fact in (
        case.docket,
        "Ramu Mistri @ramu_mistri 1 July 2026, 12:00 PNR 4412345678, coach me paani nahi PNR 4412345678",
        "@JalSundarpur was addressed; this is its queue for “Water supply”.",
        "Words that decided: paani nahi",
        "Watched by Grievances",
        "Opened Automatic 1 July 2026, 12:00",
        "Custody",
        "Due 2 July 2026, 12:00",
    ):
        assert fact is not None
        assert fact in text_of(english.text)
    assert 'href="https://x.com/i/status/77"' in english.text
    visitor.send("/language", to="hi")
    hindi = text_of(visitor.get(f"/cases/{case.id}").text)
    assert "@JalSundarpur को संबोधित किया गया; “जलापूर्ति” के लिए उसकी कतार यही है।" in hindi
    assert "1 जुलाई 2026, 12:00" in hindi


def test_posts_beyond_those_in_the_case_are_shown_and_the_rest_counted(office: Office) -> None:
    case = make_case("1", "pehli baat").model_copy(update={"post_count": 3})
    office.file(case)
    later = make_mention("2", "doosri baat", created_at=NOW + timedelta(hours=1))
    office.store.create_mentions([make_record(make_mention("1", "pehli baat"), case=case.id)])
    office.store.create_mentions([make_record(later, make_triage("doosri baat"), case=case.id)])
    page = text_of(office.visitor("sita").get(f"/cases/{case.id}").text)
    assert page.index("pehli baat") < page.index("doosri baat") < page.index("1 more post")


def test_an_erased_post_leaves_no_word_and_no_author(office: Office) -> None:
    mention = make_mention("1", "mera raaz")
    case = make_case("1", mention.text)
    office.file(case)
    office.store.create_mentions([make_record(mention, case=case.id)])
    office.store.erase_mentions([mention.key])
    visitor = office.visitor("sita")
    for path in (f"/cases/{case.id}", "/queues/water", f"/api/v1/cases/{case.id}"):
        shown = visitor.get(path).text
        assert "raaz" not in shown
        assert "Ramu" not in shown
        assert "ramu_mistri" not in shown
    assert "The post was deleted." in visitor.get(f"/cases/{case.id}").text


def test_a_merged_case_leads_to_the_one_that_goes_on(office: Office) -> None:
    root = make_case("1")
    office.file(root, make_case("2", merged_into=root.id))
    page = office.visitor("sita").get(f"/cases/{make_case('2').id}").text
    assert f'href="/cases/{root.id}"' in page
    assert "Take this case" not in page


def test_search_finds_across_scripts_and_explains_what_it_cannot_read(office: Office) -> None:
    office.file(make_case("1", "बिजली नहीं है"), make_case("2", "paani nahi hai"))
    visitor = office.visitor("sita")
    assert len(lines(visitor.get("/search?q=bijli").text)) == 1
    wrong = visitor.get("/search?q=type:zzz")
    assert wrong.status_code == 422
    assert "This search could not be read:" in wrong.text
    assert "allowed are roads," in wrong.text
    assert 'value="type:zzz"' in wrong.text


def test_empty_pages_say_what_to_do(office: Office) -> None:
    visitor = office.visitor("sita")
    for path, advice in (
        ("/queues/water", "Look into another queue meanwhile."),
        ("/queues/water?status=closed", "Show what is open"),
        ("/search?q=kuchh", "Fewer words find more."),
        ("/search", "How to search"),
        ("/", "Nothing here yet"),
    ):
        assert advice in visitor.get(path).text, path


def test_the_language_is_the_account_s_else_the_cookie_s_else_the_browser_s(office: Office) -> None:
    visitor = office.visitor()

    def language(**headers: str) -> str:
        found = re.search(r'<html lang="(\w+)"', visitor.get("/sign-in", headers=headers).text)
        assert found is not None
        return found[1]

    assert language() == "en"
    assert language(**{"Accept-Language": "fr, hi-IN;q=0.9, en;q=0.5"}) == "hi"
    assert language(**{"Accept-Language": "hi;q=0, nonsense;q=x, en"}) == "en"
    assert visitor.send("/language", seen_on="/sign-in", to="hi", next="/sign-in").headers["location"] == "/sign-in"
    assert language(**{"Accept-Language": "en"}) == "hi"
    visitor.sign_in("sita")
    visitor.send("/language", to="en")
    elsewhere = office.visitor("sita")
    assert '<html lang="en"' in elsewhere.get("/", headers={"Accept-Language": "hi"}).text
    assert elsewhere.send("/language", to="xx").status_code == 303
    assert '<html lang="en"' in elsewhere.get("/").text


def test_every_answer_keeps_browsers_safe(office: Office) -> None:
    office.file(make_case())
    visitor = office.visitor("sita")
    for path in ("/", "/sign-in", "/queues/water", "/nowhere", "/api/v1/me", "/static/desk.css", "/health"):
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store", path


def test_static_files_are_kept_and_named_by_their_content(office: Office) -> None:
    page = office.visitor().get("/sign-in").text
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        answer = office.visitor().get(address)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)


def test_no_page_has_script_or_style_inside(office: Office) -> None:
    case = make_case()
    office.file(case)
    visitor = office.visitor("sita")
    for path in ("/", "/queues/water", "/search?q=paani", f"/cases/{case.id}"):
        page = visitor.get(path).text
        assert re.findall(r"<script(?! src=)|<style|\sstyle=|\son\w+=", page) == []


def test_a_whole_page_is_small(office: Office) -> None:
    office.file(*(make_case(str(n), "do din se paani nahi aa raha " * 10, place="rampura") for n in range(60)))
    visitor = office.visitor("sita")
    page = visitor.get("/queues/water")
    size = len(page.content) + sum(
        len(visitor.get(address).content) for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    )
    assert size < 72_000
