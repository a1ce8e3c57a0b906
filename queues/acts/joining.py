"""Cases that are one, and posts that are not of theirs: merge, unmerge, split. Each is two documents, each pure.

The caller writes the first of the two first: killed between them, doing it again ends it (queues/regrouping.py).
"""

from collections.abc import Sequence
from datetime import datetime

from queues.acts.base import ConditionError, acted, require
from queues.casework import ReadablePost, case_post, first_posts, worse_of
from queues.field_requests import with_requests_of, without_requests_of
from queues.lifecycle import Act, Actor, Condition
from queues.naming import case_id, docket_number
from queues.outbox import with_outbox_of
from queues.routing import likely_place
from queues.sla import brought_forward, united
from queues.veils import with_veils
from schemas.case import MAX_SPLIT, Case, HistoryEntry, Status
from schemas.directory import Directory

__all__ = ["leave", "merge_into", "new_case", "split_off", "take_in", "take_out"]


def take_in(kept: Case, gone: Case, actor: Actor, now: datetime) -> Case:
    """``kept`` with the posts and clocks of ``gone``; no clock starts again. Raises ConditionError unless both are
    roots and open."""
    require(Act.MERGE, kept, actor)
    if gone.id == kept.id or gone.merged_into not in {None, kept.id}:
        raise ConditionError(Condition.BOTH_ROOTS, f"case {gone.id} cannot be merged into {kept.id}")
    if gone.id in kept.merged:
        return kept
    require(Act.MERGE, gone, actor)
    watching = [code for code in dict.fromkeys([*kept.watching, gone.queue, *gone.watching]) if code != kept.queue]
    change = {
        "posts": first_posts([*kept.posts, *gone.posts]),
        "merged": tuple(dict.fromkeys([*kept.merged, gone.id, *gone.merged])),
        "watching": tuple(watching),
        "received_at": min(kept.received_at, gone.received_at),
        "clocks": united(kept.clocks, gone.clocks),
        **worse_of(kept, gone),
        "sensitivity": tuple(dict.fromkeys([*kept.sensitivity, *gone.sensitivity])),
        "split_off": _bounded([*kept.split_off, *gone.split_off]),
        "held": _bounded([*kept.held, *gone.held]),
        "field_requests": with_requests_of(kept, gone),
        "veils": with_veils(gone.veils, kept.veils),
    }
    return with_outbox_of(acted(Act.MERGE, kept, actor, now, change, why=f"with {gone.id}"), gone)


def _bounded(keys: Sequence[str]) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(keys))
    if len(distinct) > MAX_SPLIT:
        raise ConditionError(Condition.BOTH_ROOTS, f"together more than {MAX_SPLIT} posts were taken out of them")
    return distinct


def merge_into(gone: Case, kept: str, actor: Actor, now: datetime) -> Case:
    """``gone`` as a part of ``kept``: it is answered there."""
    if gone.merged_into == kept:
        return gone
    require(Act.MERGE, gone, actor)
    return acted(Act.MERGE, gone, actor, now, {"merged_into": kept, "outbox": ()}, why=f"into {kept}")


def take_out(kept: Case, gone: Case, actor: Actor, now: datetime) -> Case:
    """``kept`` without ``gone`` and what was merged into that before; its own clocks stay as they are."""
    require(Act.UNMERGE, kept, actor)
    if gone.id not in kept.merged:
        return kept
    theirs = {gone.id, *gone.merged}
    posts = {post.key for post in gone.posts}
    change = {
        "merged": tuple(id for id in kept.merged if id not in theirs),
        "posts": tuple(post for post in kept.posts if post.key not in posts) or kept.posts,
        "split_off": tuple(key for key in kept.split_off if key not in gone.split_off),
        "held": tuple(key for key in kept.held if key not in gone.held),
        "field_requests": without_requests_of(kept, gone),
    }
    return acted(Act.UNMERGE, kept, actor, now, change, why=f"without {gone.id}")


def leave(gone: Case, actor: Actor, now: datetime) -> Case:
    """``gone`` by itself again, with the clocks that it had: they ran on."""
    if gone.merged_into is None:
        return gone
    require(Act.UNMERGE, gone, actor)
    return acted(Act.UNMERGE, gone, actor, now, {"merged_into": None}, why=f"out of {gone.merged_into}")


def split_off(case: Case, key: str, actor: Actor, now: datetime) -> Case:
    """``case`` without the post ``key``, whether it is one of those kept inside or not.

    Raises ConditionError for the post that opened it, for its only one, and for one post too many.
    """
    require(Act.SPLIT, case, actor)
    if key in case.split_off:
        return case
    left = tuple(post for post in case.posts if post.key != key)
    if not left or case_id(key) == case.id:
        raise ConditionError(Condition.JOINED_POST, f"{key} opened this case: take out what joined it")
    if len(case.split_off) >= MAX_SPLIT:
        raise ConditionError(Condition.JOINED_POST, f"{MAX_SPLIT} posts were taken out already")
    change = {"posts": left, "split_off": (*case.split_off, key)}
    return acted(Act.SPLIT, case, actor, now, change, why=f"{key} is a case of its own: {case_id(key)}")


def new_case(case: Case, post: ReadablePost, actor: Actor, now: datetime, directory: Directory) -> Case:
    """The case of a post that was split off ``case``: in the same queue, of the same type, nobody's. How urgent it
    is and its clocks follow from the post alone, from its own time."""
    id, triage = case_id(post.record.key), post.triage
    made = Case(
        id=id,
        docket=docket_number(directory.code, id),
        status=Status.NEW,
        queue=case.queue,
        watching=case.watching,
        type=case.type,
        language=triage.language,
        urgency=triage.urgency,
        place=likely_place(triage) or case.place,
        sensitivity=tuple(dict.fromkeys([*case.sensitivity, *triage.sensitivity])),
        posts=(case_post(post),),
        reason=f"{post.record.key} was taken out of {case.id} by hand",
        because=triage.because,
        received_at=post.mention.received_at,
        changed_at=now,
        due_at=None,
        historic=case.historic,
        held=(post.record.key,),
        veils=tuple(veil for veil in case.veils if veil.post == post.record.key),
        linked=(case.id,),
        handled=True,
        revision=1,
        history=(HistoryEntry(at=now, by=actor.name, act=Act.SPLIT, detail=f"out of {case.id}"),),
    )
    return made if made.historic else brought_forward(made, directory)
