"""What the answers of the API have in common: their documentation, ETags, the addresses of cases."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Header, Path
from fastapi.responses import JSONResponse
from pydantic import Field

from desk.refusal import Refusal, mark
from desk.shapes import CaseDetail
from schemas.base import Value
from schemas.problem import ProblemBody

__all__ = [
    "COMMON",
    "ETAG",
    "CaseId",
    "IfMatch",
    "Key",
    "PageAsked",
    "answers",
    "cut",
    "etag",
    "revision_of",
    "with_etag",
]

T = TypeVar("T")
_ETAG_FORM = re.compile(r'"(\d{1,9})"')
_NO_REVISION = -1

_MOST = 200

CaseId = Annotated[
    str, Path(max_length=64, description="The case's id or docket number.", examples=["SPR-7K3M-9QX2-HT4D"])
]
IfMatch = Annotated[str | None, Header(description="ETag of what is changed, as you have read it.", examples=['"3"'])]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The same one on a second try: done once.",
        examples=["6f1c9e0a-transfer"],
    ),
]
ETAG: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {"ETag": {"description": "What it is at: send it back in If-Match.", "schema": {"type": "string"}}}
    }
}

_MEANING = {
    400: "The body cannot be read.",
    401: "Nobody is signed in, or the token is not good.",
    403: "Not allowed: the role, the scope of the token, or a missing CSRF token.",
    404: "Not there, or not yours to see.",
    409: "As things stand this cannot be done: somebody else has it, or something is needed first.",
    412: "It has changed since its ETag was read.",
    413: "The body is too large.",
    422: "A part of the request is wrong; `field` names it.",
    428: "If-Match is missing.",
    429: "You ask too often; try again after Retry-After seconds.",
    500: "Something went wrong here; the message has the id of the log line.",
    503: "The store cannot be reached; try again after Retry-After seconds.",
}


class PageAsked(Value):
    """Which part of a list."""

    cursor: str | None = Field(default=None, max_length=300, description="`cursor` of the page before.")
    limit: int = Field(default=50, ge=1, le=_MOST)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for OpenAPI."""
    return {status: {"model": ProblemBody, "description": _MEANING[status]} for status in statuses}


COMMON = answers(400, 401, 403, 413, 422, 429, 500, 503)
"""What any route may answer."""


def cut(found: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """The first ``limit`` of what was found by looking for one more, and whether there is more."""
    return found[:limit], len(found) > limit


def with_etag(detail: CaseDetail) -> JSONResponse:
    return JSONResponse(detail.model_dump(mode="json"), headers=etag(detail.revision))


def etag(revision: int) -> dict[str, str]:
    return {"ETag": f'"{revision}"'}


def revision_of(if_match: str | None) -> int | None:
    """The revision that If-Match names; None for ``*``. Only a strong ETag of ours can match (RFC 9110, 13.1.1)."""
    if if_match is None:
        message = mark("Say in If-Match which ETag you have read.")
        raise Refusal(428, "precondition_required", message, field="If-Match")
    if if_match.strip() == "*":
        return None
    match = _ETAG_FORM.fullmatch(if_match.strip())
    return int(match[1]) if match else _NO_REVISION
