"""Puts a desk together: pages, API, health, metrics, and what stands around them."""

from ipaddress import ip_address

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.staticfiles import StaticFiles

from desk.accounts import USER, Role
from desk.api import api
from desk.api_accounts import accounts_api
from desk.api_acts import acts_api
from desk.api_audit import audit_api
from desk.api_bulk import bulk_api
from desk.api_claims import claims_api
from desk.api_dead_letters import dead_letters_api
from desk.api_events import events_api
from desk.api_overview import overview_api
from desk.api_reports import reports_api
from desk.api_tokens import tokens_api
from desk.api_views import views_api
from desk.asking import DeskDep, address_of, caller, count_stranger
from desk.authorise import Forbidden
from desk.errors import add_error_handlers, answer_refusal, broken
from desk.middleware import BodyLimit, Observing, SafeHeaders
from desk.openapi import describe
from desk.pages import STATIC
from desk.parts import Desk, DeskSettings
from desk.refusal import Refusal, mark
from desk.views import (
    accounts,
    administration,
    case,
    dead_letters,
    docket,
    field,
    forward,
    media,
    office_sign_in,
    overview,
    photographs,
    pins,
    private,
    queues,
    reports,
    reveal,
    review,
    search,
    second_factor,
    session,
    tokens,
    uploads,
    watch,
)
from schemas.upload import MAX_UPLOAD_BYTES

__all__ = ["APIS", "PAGES", "Desk", "DeskSettings", "create_app"]

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")

PAGES = (
    session,
    office_sign_in,
    pins,
    queues,
    search,
    review,
    overview,
    case,
    reveal,
    forward,
    field,
    photographs,
    media,
    watch,
    reports,
    docket,
    accounts,
    tokens,
    second_factor,
    dead_letters,
    uploads,
    private,
    administration,
)
"""The modules of pages, each with a router."""

APIS = (
    api,
    acts_api,
    events_api,
    bulk_api,
    views_api,
    overview_api,
    reports_api,
    accounts_api,
    dead_letters_api,
    audit_api,
    tokens_api,
    claims_api,
)
"""What programs ask."""

STREAMED = ("/field/", "/private/")
"""How addresses begin whose views bound what they read themselves (desk/uploads.py)."""

_office = APIRouter(include_in_schema=False)


def create_app(desk: Desk) -> FastAPI:
    """The application for ``desk``. It opens nothing and closes nothing: the stores are the caller's."""
    app = FastAPI(title="Sunwai desk", version="1", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    desk.prepare()
    app.state.desk = desk
    add_error_handlers(app)
    for router in (_office, *(each.router for each in PAGES)):
        app.include_router(router, include_in_schema=False)
    for router in APIS:
        app.include_router(router)
    for router in desk.routers:
        app.include_router(router)
    describe(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    # The last one added stands outermost.
    most = desk.settings.max_body_bytes
    larger = {uploads.PATH: MAX_UPLOAD_BYTES + most}
    exempt = (*desk.foreign_paths, *STREAMED)
    app.add_middleware(BodyLimit, most=most, larger=larger, exempt=exempt, answer=_answer_unread)
    app.add_middleware(Observing, metrics=desk.metrics, answer_broken=_answer_broken)
    app.add_middleware(SafeHeaders, https_only=desk.settings.secure_cookies)
    return app


@_office.get("/health")
def health(request: Request, desk: DeskDep) -> JSONResponse:
    """200 when the store answers, else 503 by way of StoreDownError. Says nothing else, since anybody may ask."""
    if not _is_local(request):
        count_stranger(request)
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
