"""Saved views through the API, ``/api/v1/views``: searches under a name, one's own and the shared ones."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field, JsonValue

from desk.api_answers import COMMON, Key, answers
from desk.asking import CallerDep, DeskDep, WriterDep
from desk.examples import example
from desk.idempotency import Asked, once
from desk.listing import read_query
from desk.refusal import not_found
from desk.saved_views import SavedView, remove_view, save_view, views_of
from schemas.base import Value

__all__ = ["views_api"]

views_api = APIRouter(prefix="/api/v1/views", tags=["views"], responses=COMMON)

_VIEW: dict[str, JsonValue] = {
    "id": "5b7d24680f3a9c1e",
    "owner": "asha",
    "name": "Late in the city",
    "q": "place:sundarpur-nagar is:late",
    "shared": False,
}


class NewView(Value):
    """``shared``: everybody sees it, and by it what they may see; only a supervisor shares."""

    name: str = Field(max_length=500, examples=["Late in the city"])
    q: str = Field(max_length=4000, examples=["place:sundarpur-nagar is:late"])
    shared: bool = False


class View(Value):
    """``owner`` has made it and may remove it."""

    model_config = example(**_VIEW)

    id: str
    owner: str
    name: str
    q: str
    shared: bool


class ViewList(Value):
    model_config = example(views=[_VIEW])

    views: tuple[View, ...]


@views_api.get("")
def views(desk: DeskDep, caller: CallerDep) -> ViewList:
    """Your views and the shared ones, by name: at most 150."""
    return ViewList(views=tuple(_shown(view) for view in views_of(desk.state, caller.user)))


@views_api.post("", status_code=201, responses=answers(404, 409))
def keep_view(desk: DeskDep, caller: WriterDep, given: NewView, key: Key = None) -> View:
    """Keeps a search under a name."""
    read_query(desk, given.q)  # what cannot be read is not kept
    user = caller.user

    def keep() -> str:
        return save_view(desk.state, user, given.name, given.q, shared=given.shared).id

    request = f"view {given.model_dump_json()}"
    id = keep() if key is None else once(desk.state, desk.clock, Asked(user=user.name, key=key, request=request), keep)
    found = next((view for view in views_of(desk.state, user) if view.id == id), None)
    if found is None:
        raise not_found()  # it was removed since the first time
    return _shown(found)


@views_api.delete("/{id}", status_code=204, responses=answers(404))
def drop_view(
    desk: DeskDep, caller: WriterDep, id: Annotated[str, Path(max_length=64, examples=["5b7d24680f3a9c1e"])]
) -> None:
    """Removes a view that you have made."""
    remove_view(desk.state, caller.user, id)


def _shown(view: SavedView) -> View:
    return View(**view.model_dump(exclude={"schema_version"}))
