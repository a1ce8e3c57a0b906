"""Which pictures are veiled: what a person has said of one goes with its post, into whatever case that comes."""

from queues import acts
from queues.acts import joining
from queues.casework import ReadablePost
from queues.lifecycle import Actor, Party
from queues.veils import is_veiled, with_veils
from schemas.case import MAX_VEILS, Case
from schemas.handling import Veil
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_case, make_mention, make_record, make_triage

SITA = Actor("sita", Party.OFFICER)


def veiled(case: Case, post: str) -> Case:
    return acts.veil(case, SITA, NOW, post=post, number=0)


def test_of_the_same_picture_the_last_word_counts() -> None:
    case = veiled(make_case("1"), "x:1")
    assert (is_veiled(case, "x:1", 0), is_veiled(case, "x:1", 1)) == (True, False)
    shown = acts.unveil(case, SITA, NOW, post="x:1", number=0)
    assert (is_veiled(shown, "x:1", 0), len(shown.veils)) == (False, 1)


def test_what_was_said_goes_with_the_post_when_cases_are_merged_and_split() -> None:
    kept, gone = make_case("1"), veiled(make_case("2"), "x:2")
    whole = joining.take_in(kept, gone, SITA, NOW)
    assert is_veiled(whole, "x:2", 0)
    mention = make_mention("2")
    post = ReadablePost(make_record(mention), mention, make_triage())
    alone = joining.new_case(veiled(whole, "x:1"), post, SITA, NOW, small_directory())
    assert (is_veiled(alone, "x:2", 0), is_veiled(alone, "x:1", 0)) == (True, False)


def test_a_case_keeps_what_was_said_of_the_last_so_many_pictures() -> None:
    said = [Veil(post="x:1", number=number, veiled=True) for number in range(MAX_VEILS + 5)]
    kept = with_veils((), said)
    assert (len(kept), kept[0].number, kept[-1].number) == (MAX_VEILS, 5, MAX_VEILS + 4)
    again = with_veils(kept, [Veil(post="x:1", number=5, veiled=False)])
    assert (len(again), again[-1]) == (MAX_VEILS, Veil(post="x:1", number=5, veiled=False))
