"""What a platform would not take is said before an officer types, and can be said by hand."""

import pytest

from queues.answerable import speakers
from queues.answering import answered_elsewhere
from queues.casework import ReadablePost
from queues.store import EVERYTHING
from schemas.case import Case, Disposition, PostKind, Status
from schemas.labels import Sensitivity
from schemas.mention import Mention
from tests.desk.office import Office
from tests.desk.test_case_acts import do, done, with_everything
from tests.desk.test_pages import text_of
from tests.queues.factories import NOW, make_author, make_case, make_mention, make_post, make_record, make_triage

WORDS = "The pipe will be mended today."


@pytest.fixture
def desk(office: Office) -> Office:
    office.use(with_everything(office.directory))
    return office


def filed(office: Office, post: Mention, **fields: object) -> Case:
    made = make_case(posts=(make_post(post),), status=Status.IN_PROGRESS, assignee="sita")
    case = made.model_copy(update=fields)
    office.file(case)
    office.store.create_mentions([make_record(post, case=case.id)])
    return case


def test_an_enterprise_plan_answers_anybody_as_the_office_of_the_case(desk: Office) -> None:
    case = filed(desk, make_mention("17", handles=()))
    plan = desk.directory.x.model_copy(update={"answers": "anybody"})
    desk.use(desk.directory.model_copy(update={"x": plan}))
    assert 'value="send"' in desk.visitor("sita").get(f"/cases/{case.id}").text
    assert speakers(make_mention("17", handles=()), "water", {}, desk.directory) == ("jalsundarpur",)


@pytest.mark.parametrize(
    ("post", "said", "link"),
    [
        (make_mention("17", handles=()), "quotes one of our accounts; this one does not", "https://x.com/i/status/17"),
        (make_mention("17", handles=("somebody_else",)), "this one does not", "https://x.com/i/status/17"),
        (make_mention("17", platform="city_app"), "No answer goes from this desk", None),
    ],
)
def test_what_the_platform_refuses_is_said_before_anything_is_typed(
    desk: Office,
    post: Mention,
    said: str,
    link: str | None,
) -> None:
    case = filed(desk, post)
    sita = desk.visitor("sita")
    page = sita.get(f"/cases/{case.id}").text
    assert said in text_of(page)
    assert 'value="send"' not in page
    assert (f'href="{link}" rel="noopener noreferrer nofollow" target="_blank">Open on X' in page) == (link is not None)
    done(do(sita, case, "answer", text=WORDS, do="by-hand"))
    after = desk.case(case.id)
    assert (after.outbox, after.answered_at, after.history[-1].detail) == ((), desk.clock.now, WORDS)
    assert f"/cases/{case.id}/resolve" in sita.get(f"/cases/{case.id}").text, "it can be brought to an end"


def test_who_quotes_an_account_of_ours_can_be_answered_by_it(desk: Office) -> None:
    ours = make_mention("5", author=make_author("1", handle="jalsundarpur"), handles=())
    desk.store.create_mentions([make_record(ours, disposition=Disposition.OFFICIAL, kind=PostKind.OFFICIAL)])
    case = filed(desk, make_mention("17", handles=(), quote_of="5"))
    assert 'value="send"' in desk.visitor("sita").get(f"/cases/{case.id}").text


def test_a_deleted_post_cannot_be_answered_and_its_address_is_gone(desk: Office) -> None:
    case = filed(desk, make_mention("17"))
    (found,) = desk.store.case_mentions(case.id, EVERYTHING)
    desk.store.erase_mentions([found.key])
    page = desk.visitor("sita").get(f"/cases/{case.id}").text
    assert "there is nothing left to answer below" in text_of(page)
    assert "Open on X" not in page


def test_what_needs_approval_only_a_supervisor_says_by_hand(desk: Office) -> None:
    case = filed(desk, make_mention("17", handles=()), sensitivity=(Sensitivity.COMMUNAL,))
    assert do(desk.visitor("sita"), case, "answer", text=WORDS, do="by-hand").status_code == 409
    done(do(desk.visitor("boss"), case, "answer", text=WORDS, do="by-hand"))


def test_an_answer_given_by_hand_counts_once_when_the_stream_brings_it(desk: Office) -> None:
    case = filed(desk, make_mention("17", handles=()))
    done(do(desk.visitor("sita"), case, "answer", text=WORDS, do="by-hand"))
    ours = make_mention("18", f"@ramu_mistri {WORDS}", in_reply_to="17", author=make_author("1", handle="jalsundarpur"))
    record = make_record(ours, kind=PostKind.OFFICIAL)
    post = ReadablePost(record, ours, make_triage(ours.text))
    before = desk.case(case.id)
    assert answered_elsewhere(before, [post], desk.directory, NOW, lambda _: None) is before
