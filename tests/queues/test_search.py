"""The search box: what people type, and what it asks the store for."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queues.search import FILTERS, LONGEST_QUERY, MOST_PARTS, QueryError, docket_key, docket_term, parse_query
from queues.store import CaseQuery
from schemas.case import OPEN_STATUSES, Status
from schemas.labels import ComplaintType, Urgency

KOLKATA = ZoneInfo("Asia/Kolkata")
OPEN = tuple(status for status in Status if status in OPEN_STATUSES)

# Text made of the pieces that mean something to the parser.
PIECES = st.sampled_from(
    [
        '"',
        "-",
        ":",
        ",",
        "@",
        " ",
        "\n",
        "\u00a0",
        "type:",
        "is:",
        "before:",
        "place:",
        "open",
        "roads",
        "2026-07-01",
        "9999-12-31T23:59-14:00",
        "0001-01-01T00:00+14:00",
        "बिजली",
        "http://a.b",
        "\ud800",
        "\0",
        "lang:hi",
        "*",
        "x",
    ]
)


def test_words_are_all_asked_for_among_open_cases() -> None:
    assert parse_query("bijli  नहीं") == CaseQuery(text=("bijli", "नहीं"), statuses=OPEN)
    assert parse_query("") == CaseQuery(statuses=OPEN)


def test_phrases_and_exclusions() -> None:
    query = parse_query('paani "koi sunne wala nahi" -sadak -"ward barah"')
    assert query == CaseQuery(
        text=("paani",), phrases=("koi sunne wala nahi",), without=("sadak", "ward barah"), statuses=OPEN
    )


def test_a_quote_that_is_still_open_is_a_phrase() -> None:
    assert parse_query('paani "koi sunne').phrases == ("koi sunne",)


def test_each_filter() -> None:
    query = parse_query(
        "type:roads,Sanitation type:water_supply queue:water status:closed lang:hi-latn,en place:ward-12 "
        "before:2026-07-02 after:2026-07-01T18:30 handle:@Ramu_K urgency:critical paani",
        zone=KOLKATA,
    )
    assert query == CaseQuery(
        text=("paani",),
        types=(ComplaintType.ROADS, ComplaintType.SANITATION, ComplaintType.WATER_SUPPLY),
        queues=("water",),
        statuses=(Status.CLOSED,),
        languages=("hi-Latn", "en"),
        places=("ward-12",),
        received_before=datetime(2026, 7, 1, 18, 30, tzinfo=UTC),
        received_after=datetime(2026, 7, 1, 13, 0, tzinfo=UTC),
        handle="ramu_k",
        urgencies=(Urgency.CRITICAL,),
    )


def test_which_statuses_are_searched() -> None:
    assert parse_query("is:any").statuses == ()
    assert parse_query("is:open").statuses == OPEN
    assert parse_query("IS:OPEN status:closed").statuses == (*OPEN, Status.CLOSED)
    assert parse_query("is:any status:closed").statuses == (Status.CLOSED,)


def test_a_value_may_be_quoted_and_a_part_repeated() -> None:
    assert parse_query('place:"ward-12" place:ward-12 paani paani').places == ("ward-12",)
    assert parse_query("before:2026-07-01 before:2026-07-01").received_before == datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["10:30", "https://example.org/a?b=c", "समस्या:पानी", "-", "::", ":x", "a_b:c", "@", "@@x"]
)
def test_not_every_colon_and_sign_is_syntax(text: str) -> None:
    assert parse_query(text) == CaseQuery(text=(text,), statuses=OPEN)


def test_an_author_can_be_named_by_handle() -> None:
    assert parse_query("@Ramu_Mistri paani") == CaseQuery(text=("paani",), handle="ramu_mistri", statuses=OPEN)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour:red", r"^colour:red: there is no filter colour:; allowed are type:, queue:, status:.* is:, sort:$"),
        ("type:rods", r"^type:rods: allowed are roads, water_supply, .*other$"),
        ("status:open", "^status:open: allowed are review, new, .*dismissed$"),
        ("urgency:high", "^urgency:high: allowed are critical, normal, suggestion$"),
        ("is:early", "^is:early: allowed are open, any, late, unassigned, kept, missed$"),
        ("is:late", "^is:late: allowed are"),
        ("sort:size", "^sort:size: allowed are pressing, deadline, newest, oldest, people$"),
        ("with:a!b", "^with:a!b: a user name is"),
        ("type:", "^type:: a value is missing"),
        ("type: roads", "^type:: a value is missing"),
        ("type:,", "^type:,: a value is missing"),
        ('type:""', "a value is missing"),
        ("before:gestern", "^before:gestern: a day is written 2026-07-01"),
        ("after:2026-02-30", "^after:2026-02-30: a day is written"),
        ("before:0001-01-01T00:00+14:00", "a day is written"),
        ("before:2026-07-01 before:2026-07-02", "^before:2026-07-02: it can be given only once"),
        ("handle:a handle:b", "^handle:b: it can be given only once"),
        ("handle:a!b", "a handle is letters"),
        ("lang:hindi1", "a language is a code"),
        ("place:Ward/12", "a code is small letters"),
        ("queue:पानी", "a code is small letters"),
        ("-type:roads", "^-type:roads: only words and phrases can be left out"),
        ("a" * (LONGEST_QUERY + 1), f"at most {LONGEST_QUERY}"),
        ("a " * (MOST_PARTS + 1), f"at most {MOST_PARTS}"),
    ],
)
def test_what_is_no_query_is_said_with_what_would_be(text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse_query(text)


def test_the_codes_that_may_be_named_are_offered() -> None:
    assert parse_query("queue:water", queues={"water", "power"}).queues == ("water",)
    with pytest.raises(QueryError, match=r"^queue:roads: allowed are power, water$"):
        parse_query("queue:roads", queues={"water", "power"})
    with pytest.raises(QueryError, match=r"allowed are ward-00, .*, …$"):
        parse_query("place:ward", places={f"ward-{number:02}" for number in range(99)})


def test_an_error_repeats_nothing_dangerous() -> None:
    with pytest.raises(QueryError) as caught:
        parse_query("type:\u202eroads" + "x" * 500)
    assert "\u202e" not in str(caught.value)
    assert len(str(caught.value)) < 700


@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join) | st.text())
@example("before:0001-01-01T00:00+14:00")
@example("after:9999-12-31T23:59-14:00")
@example("after:\ud800")
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    for zone in (UTC, KOLKATA):
        try:
            query = parse_query(text, zone=zone)
        except QueryError as error:
            assert str(error)
        else:
            assert query.limit == CaseQuery().limit
            assert query.cursor is None


@given(st.lists(st.text(st.characters(categories=["L", "Nd"]), min_size=1), max_size=10))
def test_plain_words_are_just_words(plain: list[str]) -> None:
    assert parse_query(" ".join(plain)).text == tuple(dict.fromkeys(plain))


@pytest.mark.parametrize("filter", FILTERS)
def test_every_filter_wants_a_value(filter: str) -> None:
    with pytest.raises(QueryError, match="a value is missing"):
        parse_query(f"paani {filter}: bijli")


def test_docket_numbers_are_compared_as_they_are_spoken() -> None:
    assert docket_key("SPR-7K3M-9QX2-HT4D") == docket_key("spr 7k3m 9qx2 ht4d") == "spr7k3m9qx2ht4d"
    assert docket_term("7K3M-9QX2-HT4D") == "7k3m9qx2ht4d"
    assert docket_term("paani") is None
