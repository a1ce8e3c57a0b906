"""Nothing on a page is left untranslated, in any language that has a catalogue."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from desk import labels
from desk.accounts import Role
from desk.languages import CATALOGUES, load_languages
from desk.reasons import say_reason
from queues.routing import route
from schemas.case import PostKind, Status
from schemas.labels import ComplaintType, Sensitivity, Urgency
from schemas.triage import PlaceCandidate
from tests.desk.messages import DESK, messages
from tests.desk.office import hindi_directory
from tests.queues.factories import make_triage

LANGUAGES = load_languages()
CATALOGUE_FILES = sorted(CATALOGUES.glob("*.po"))
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def test_hindi_and_english_are_there() -> None:
    assert {"en", "hi"} <= set(LANGUAGES)
    assert LANGUAGES["hi"].name == "हिन्दी"


@pytest.mark.parametrize("path", CATALOGUE_FILES, ids=lambda path: path.stem)
def test_every_message_is_translated_and_none_is_left_over(path: Path) -> None:
    catalogue = read_po(BytesIO(path.read_bytes()), locale=path.stem, abort_invalid=True)
    translated = {message.id: message for message in catalogue if message.id and not message.fuzzy}
    wanted = messages()
    assert len(wanted) > 150
    assert set(wanted) == set(translated)
    for id, message in translated.items():
        strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        assert strings, id
        assert all(strings), id
        for string in strings:
            assert set(_PLACEHOLDER.findall(string)) == set(_PLACEHOLDER.findall(id if isinstance(id, str) else id[1]))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("month", range(1, 13))
def test_moments_are_written_as_the_language_writes_them(code: str, month: int) -> None:
    at, zone = datetime(2026, month, 3, 22, 5, tzinfo=UTC), ZoneInfo("Asia/Kolkata")
    assert LANGUAGES[code].moment(at, zone) == format_datetime(at, "d MMMM y, HH:mm", tzinfo=zone, locale=code)


def test_templates_hold_no_bare_words() -> None:
    for path in sorted((DESK / "templates").glob("*.html")):
        source = re.sub(r"<kbd>.*?</kbd>", "", path.read_text(encoding="utf-8"))
        source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
        shown = re.findall(r'(?:title|placeholder|aria-label|alt)="([^"]*)"', source)
        shown.append(re.sub(r"<[^>]*>", " ", source, flags=re.DOTALL))
        assert [word for text in shown for word in re.findall(r"[^\W\d_]{2,}", text)] == [], path.name


@pytest.mark.parametrize(
    ("codes", "named"),
    [
        (Status, labels.STATUS_LABELS),
        (Urgency, labels.URGENCY_LABELS),
        (ComplaintType, labels.TYPE_LABELS),
        (Sensitivity, labels.SENSITIVITY_LABELS),
        (PostKind, labels.POST_KIND_LABELS),
        (Role, labels.ROLE_LABELS),
    ],
)
def test_every_code_has_a_name(codes: type[StrEnum], named: dict[StrEnum, str]) -> None:
    assert set(codes) == set(named)


@given(
    st.lists(st.sampled_from(["jalsundarpur", "sundarpurpolice", "sundarpurtraffic", "dmsundarpur", "nobody"])),
    st.sampled_from(ComplaintType),
    st.floats(0, 1),
    st.sampled_from([None, "sadar", "sundarpur"]),
)
def test_whatever_routing_says_is_said_in_hindi(
    handles: list[str], type: ComplaintType, confidence: float, place: str | None
) -> None:
    directory = hindi_directory()
    places = () if place is None else (PlaceCandidate(code=place, confidence=0.9, matched=place),)
    triage = make_triage(type=type, type_confidence=confidence).model_copy(update={"places": places})
    reason = route(handles, triage, directory).reason
    said = say_reason(reason, LANGUAGES["hi"], directory)
    assert said is not None, reason
    assert re.search("[\u0900-\u097f]", said)
    assert "_" not in said
    assert "%" not in said


@pytest.mark.parametrize(
    "detail",
    [
        "by direction of @dmsundarpur",
        "x:123: to water",
        "mbn63nwt72bkx7zz speaks of the same post",
        "into mbn63nwt72bkx7zz: it speaks of the same post",
        "critical by a new post",
    ],
)
def test_whatever_filing_records_is_said_in_hindi(detail: str) -> None:
    said = say_reason(detail, LANGUAGES["hi"], hindi_directory())
    assert said is not None
    assert re.search("[\u0900-\u097f]", said)


def test_what_has_no_known_form_is_left_as_it_was_recorded() -> None:
    assert say_reason("because I say so", LANGUAGES["hi"], hindi_directory()) is None


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    (tmp_path / "hi.po").write_text('msgid "New"\nno message\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"hi\.po"):
        load_languages(tmp_path)
    (tmp_path / "hi.po").rename(tmp_path / "nonsense.po")
    with pytest.raises(ValueError, match=r"nonsense\.po"):
        load_languages(tmp_path)
