"""Puts a desk together: pages, API, health, metrics, and what stands around them."""

from ipaddress import ip_address

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.staticfiles import StaticFiles

from desk import api
from desk.accounts import USER, Role
from desk.asking import DeskDep, address_of, caller
from desk.authorise import Forbidden
from desk.errors import add_error_handlers, answer_refusal, broken
from desk.middleware import BodyLimit, Observing, SafeHeaders
from desk.pages import STATIC
from desk.parts import Desk, DeskSettings
from desk.refusal import Refusal, mark
from desk.views import case, queues, session

__all__ = ["Desk", "DeskSettings", "create_app"]

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")

_office = APIRouter(include_in_schema=False)


def create_app(desk: Desk) -> FastAPI:
    """The application for ``desk``. It opens nothing and closes nothing: the stores are the caller's."""
    app = FastAPI(title="Sunwai desk", version="1", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    desk.prepare()
    app.state.desk = desk
    add_error_handlers(app)
    for router in (_office, session.router, queues.router, case.router):
        app.include_router(router, include_in_schema=False)
    app.include_router(api.api)
    for router in desk.routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    # The last one added stands outermost.
    app.add_middleware(BodyLimit, most=desk.settings.max_body_bytes, exempt=desk.foreign_paths, answer=_answer_unread)
    app.add_middleware(Observing, metrics=desk.metrics, answer_broken=_answer_broken)
    app.add_middleware(SafeHeaders, https_only=desk.settings.secure_cookies)
    return app


@_office.get("/health")
def health(desk: DeskDep) -> JSONResponse:
    """200 when the store answers, else 503 by way of StoreDownError. Says nothing else, since anybody may ask."""
    desk.state.get(USER, "")
    desk.store.cases([""])
    return JSONResponse({"status": "ok"})


@_office.get("/metrics")
def metrics(request: Request, desk: DeskDep) -> Response:
    """For a scraper on this machine, or one with a token of an administrator. A request that a proxy has passed on
    comes from this machine too, but not from a scraper on it: such a one needs the token."""
    if not _is_local(request) and caller(request).user.role is not Role.ADMINISTRATOR:
        raise Forbidden(mark("Metrics are for administrators."))
    return Response(generate_latest(desk.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _is_local(request: Request) -> bool:
    try:
        loopback = ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
    return loopback and not any(header in request.headers for header in _FORWARDED)


def _answer_unread(request: Request, refusal: Refusal) -> Response:
    """Answers before anybody has looked who asks; the event loop must not wait for a store."""
    request.state.session = getattr(request.state, "session", None)
    return answer_refusal(request, refusal)


def _answer_broken(request: Request, request_id: str) -> Response:
    return _answer_unread(request, broken(request_id))
