"""Searches that people keep by a name, for themselves or for everybody: kind ``view``. Who opens one sees by it what
they may see, whoever made it."""

import secrets
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from desk.accounts import Role, User
from desk.refusal import Refusal, mark, not_found
from queues.state import StateStore
from schemas.base import Value
from text.normalise import safe

__all__ = ["SavedView", "remove_view", "save_view", "views_of"]

VIEW = "view"
_SHARED = "*"
"""No account's name: the state of views that everybody sees."""
_MOST = 50
_LONGEST_NAME = 60


class SavedView(Value):
    """``owner`` made it and may remove it."""

    schema_version: Literal[1] = 1
    id: str
    owner: str
    name: str = Field(max_length=_LONGEST_NAME)
    q: str
    shared: bool


def views_of(state: StateStore, user: User) -> Sequence[SavedView]:
    """One's own and the shared ones, by name."""
    records = [*state.scan(VIEW, state=user.name, limit=_MOST), *state.scan(VIEW, state=_SHARED, limit=2 * _MOST)]
    return sorted((SavedView.model_validate(record.value) for record in records), key=lambda view: (view.name, view.id))


def save_view(state: StateStore, user: User, name: str, q: str, *, shared: bool) -> SavedView:
    """Raises Refusal for a name that is empty or too long, too many views, and for sharing by who may not."""
    named = " ".join(safe(name).split())
    if not named or len(named) > _LONGEST_NAME:
        raise Refusal(422, "invalid", mark("A view needs a name of at most 60 characters."), field="name")
    if shared and user.role not in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        raise Refusal(403, "forbidden", mark("Only a supervisor shares views."))
    own = _SHARED if shared else user.name
    if state.count(VIEW, state=own) >= _MOST:
        raise Refusal(409, "too_many", mark("There are too many views already. Remove one first."))
    view = SavedView(id=secrets.token_hex(8), owner=user.name, name=named, q=q, shared=shared)
    state.create(VIEW, view.id, view.model_dump(mode="json"), state=own)
    return view


def remove_view(state: StateStore, user: User, id: str) -> None:
    """Raises Refusal for one that is not there or somebody else's."""
    record = state.get(VIEW, id)
    if record is None or SavedView.model_validate(record.value).owner != user.name:
        raise not_found()
    state.delete(record)
