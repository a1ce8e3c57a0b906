"""A picture of a post, fetched by the desk (desk/media.py), for those who may see the case."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from desk.asking import DeskDep, ReaderDep
from desk.media import MediaError
from desk.reading import find_case
from desk.refusal import Refusal, mark, not_found
from queues.photographs import JPEG
from queues.post_records import post_of

__all__ = ["router"]

router = APIRouter()


@router.get("/cases/{id}/media")
def media(
    desk: DeskDep,
    session: ReaderDep,
    id: Annotated[str, Path(max_length=64)],
    post: Annotated[str, Query(max_length=300)],
    number: Annotated[int, Query(ge=0, le=100)] = 0,
) -> Response:
    """A JPEG. Named are the post and which of its pictures: no address can be asked for that no post has."""
    record = post_of(desk.store, find_case(desk, session.user, id), post)
    found = () if record is None or record.mention is None else record.mention.media
    if desk.media is None or number >= len(found):
        raise not_found()
    try:
        data = desk.media.picture(found[number].url)
    except MediaError as error:
        raise Refusal(404, "no_picture", mark("This picture cannot be shown.")) from error
    return Response(data, media_type=JPEG, headers={"Content-Disposition": 'inline; filename="picture.jpg"'})
