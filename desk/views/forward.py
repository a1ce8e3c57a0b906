"""Asking somebody in the field: the link is shown once, on the answer to the form."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import ValidationError
from starlette.responses import Response

from desk.act_forms import Forward
from desk.asking import DeskDep, FormDep, language_of
from desk.casework import Taken
from desk.field_requests import Asking, ask_field
from desk.filling import Filled, FilledDep
from desk.reading import find_case
from desk.refusal import Refusal, mark
from desk.views.case import show_case
from desk.views.field import link_of

__all__ = ["router"]

router = APIRouter()

_POST = "post."


@router.post("/cases/{id}/forward")
def forward(
    request: Request, desk: DeskDep, session: FormDep, id: Annotated[str, Path(max_length=64)], filled: FilledDep
) -> Response:
    """A refused form comes back with what was typed, as those of other acts do."""
    try:
        asking = _asking(filled)
        after, _, path = ask_field(desk, session.user, id, asking, revision=filled.revision)
    except Refusal as refusal:
        if refusal.status not in {409, 412, 422} or isinstance(refusal, Taken):
            raise
        found = find_case(desk, session.user, id)
        problem = language_of(request).gettext(refusal.message) % refusal.params
        return show_case(
            request, desk, session, found, status=refusal.status, opened="forward", typed=filled.typed, problem=problem
        )
    return show_case(request, desk, session, after, link=link_of(request, path))


def _asking(filled: Filled) -> Asking:
    """Raises Refusal for what was left out."""
    typed: dict[str, Any] = {name: text for name, text in filled.typed.items() if not name.startswith(_POST)}
    posts = tuple(name.removeprefix(_POST) for name in filled.typed if name.startswith(_POST))
    try:
        form = Forward.model_validate({**typed, "posts": posts})
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise Refusal(422, "invalid", mark("This was not filled in, or not as it must be."), field=field) from error
    return Asking(to=form.to, words=form.text, posts=form.posts, with_place=form.place, hours=form.hours)
