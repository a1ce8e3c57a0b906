"""Every error in one shape: JSON (schemas/problem.py) for programs, a page with the same words for people."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from desk.answers import own_path, page, see
from desk.asking import SignInNeeded, desk_of, language_of, session_of
from desk.casework import Taken
from desk.pacing import TooOften
from desk.refusal import Refusal, mark
from queues.state import StoreDownError
from schemas.problem import Problem, ProblemBody

__all__ = ["add_error_handlers", "answer_refusal", "broken", "problem_json"]

_MESSAGES = {
    400: ("bad_request", mark("What was sent cannot be read.")),
    404: ("not_found", mark("There is nothing here that you may see.")),
    405: ("method_not_allowed", mark("This address does not take that kind of request.")),
}


def add_error_handlers(app: FastAPI) -> None:
    handlers: dict[type[Exception], Callable[[Request, Any], Response]] = {
        Refusal: answer_refusal,
        HTTPException: _http,
        RequestValidationError: _invalid,
        StoreDownError: _store_down,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def answer_refusal(request: Request, refusal: Refusal) -> Response:
    if _wants_json(request):
        return problem_json(refusal)
    if isinstance(refusal, SignInNeeded):
        back = f"?next={quote(own_path(request))}" if request.method == "GET" else ""
        return see(f"/sign-in{back}")
    refusal = _look_up_session(request) or refusal
    message = language_of(request).gettext(refusal.message) % refusal.params
    taken = refusal if isinstance(refusal, Taken) else None
    return page(
        request,
        "error.html",
        status=refusal.status,
        headers={key: value for key, value in refusal.headers.items() if key != "WWW-Authenticate"},
        message=message,
        status_code=refusal.status,
        taken=taken,
    )


def problem_json(refusal: Refusal) -> JSONResponse:
    problem = Problem(code=refusal.code, message=str(refusal), field=refusal.field)
    return JSONResponse(ProblemBody(error=problem).model_dump(mode="json"), refusal.status, refusal.headers)


def broken(request_id: str) -> Refusal:
    """For what should not have happened: nothing of the cause goes out but the id under which it was logged."""
    return Refusal(
        500,
        "internal",
        mark("Something went wrong here. If it happens again, tell your administrator the number %(id)s."),
        params={"id": request_id},
    )


def _http(request: Request, error: HTTPException) -> Response:
    code, message = _MESSAGES.get(error.status_code, ("http_error", HTTPStatus(error.status_code).phrase))
    return answer_refusal(request, Refusal(error.status_code, code, message, headers=error.headers))


def _invalid(request: Request, error: RequestValidationError) -> Response:
    """The first thing that is wrong; never the value, which may be somebody's words."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    message = mark("%(field)s: %(problem)s")
    params = {"field": field, "problem": str(first["msg"])}
    return answer_refusal(request, Refusal(422, "invalid", message, field=field, params=params))


def _store_down(request: Request, _: StoreDownError) -> Response:
    request.state.session = getattr(request.state, "session", None)
    message = mark("The case store cannot be reached just now. Nothing is lost; try again in a moment.")
    return answer_refusal(request, Refusal(503, "store_down", message, headers={"Retry-After": "5"}))


def _look_up_session(request: Request) -> TooOften | None:
    """So that the error page has the reader's language and the way back; without a store it does without. Returns what
    is to be said instead to a stranger who asks too often."""
    try:
        session_of(request)
    except StoreDownError:
        request.state.session = None
    except TooOften as refusal:
        return refusal
    return None


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/health", "/metrics", *desk_of(request).foreign_paths))
