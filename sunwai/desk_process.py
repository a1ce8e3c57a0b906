"""The desk as a process: ``python -m sunwai.desk_process``, or in the foreground by ``sunwai desk``."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import uvicorn
from fastapi import FastAPI

from desk.app import create_app
from desk.media import MediaProxy
from desk.oidc import OidcProvider, OidcSettings
from desk.parts import Desk, DeskSettings
from desk.serving import DeskServer
from queues.state import StoreDownError
from schemas.directory import Source
from schemas.mention import TIP
from streams.dead_letters import Origin
from streams.log import LogDownError
from streams.sources.meta import MetaKeys, meta_router
from streams.sources.publish import Publisher
from streams.sources.webhook import ingest_router
from sunwai.assembly import Office
from sunwai.child import office_of_child
from sunwai.desk_intake import LogIntake
from sunwai.desk_letters import LogDeadLetters
from sunwai.desk_uploads import LogUploads
from sunwai.secret_files import read_secret
from sunwai.senders import mention_look_up
from sunwai.settings import SettingsError

__all__ = ["desk_app", "serve_desk"]

_COULD_NOT_BEGIN = 3


def desk_app(office: Office) -> FastAPI:
    """The web application of an office, with the endpoint for its sources."""
    office = replace(office, for_people=True)
    settings = office.settings

    def publisher_for(source: Source) -> Publisher:
        return Publisher(office.log, office.clock, source=source.code, platform=source.platform, keeper=office.keeper)

    look_up = mention_look_up(settings, office.directory)
    return create_app(
        Desk(
            store=office.store,
            state=office.state,
            directory=office.directory,
            clock=office.clock,
            sealer=office.sealer,
            settings=DeskSettings(
                session_lifetime=timedelta(hours=settings.session_hours),
                secure_cookies=settings.secure_cookies,
                sign_ins_a_minute=settings.sign_ins_a_minute,
                api_a_minute=settings.api_a_minute,
                public_a_minute=settings.public_a_minute,
                pin_lifetime=timedelta(hours=settings.pin_hours),
            ),
            oidc=office_sign_in(office),
            media=MediaProxy(settings.media_hosts.split()) if settings.media_hosts else None,
            take_tip=tip_box(office),
            upload_source=LogUploads(lambda: office.log, office.clock, office.directory.zone),
            dead_letters=LogDeadLetters(office.state, lambda: office.log),
            intake=LogIntake(office.state, office.clock, lambda: office.log),
            routers=(
                ingest_router(publisher_for, office.directory, source_secret, office.state, office.clock),
                meta_router(publisher_for, office.directory, meta_keys, office.state, office.clock, look_up),
            ),
        )
    )


def office_sign_in(office: Office) -> OidcProvider | None:
    """The office's own sign-in. Raises SettingsError for half of one."""
    settings = office.settings
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client:
        raise SettingsError("settings: oidc_client: the issuer knows this desk by it")
    secret = read_secret(settings.oidc_secret_file, "oidc_secret_file")
    try:
        given = OidcSettings(
            settings.oidc_issuer, settings.oidc_client, secret, settings.oidc_claim, settings.oidc_name
        )
    except ValueError as error:
        raise SettingsError(f"settings: oidc_issuer: {error}") from error
    return OidcProvider(given, office.clock)


def tip_box(office: Office) -> Callable[[str, str], None]:
    """Where the desk drops forwards that were brought to it: among the mentions, on a platform of their own."""
    publisher = Publisher(office.log, office.clock, source="tips", platform=TIP)

    def take(text: str, by: str) -> None:
        id = sha256(f"{by} {text}".encode()).hexdigest()[:32]
        post = {"id": id, "text": text, "author": {"id": by}}
        taken = publisher.take_parsed(text.encode(), post, Origin("desk/tips", 0, 0))
        try:
            publisher.append(taken.events)
        except LogDownError as error:
            raise StoreDownError(str(error)) from error

    return take


def source_secret(code: str) -> bytes | None:
    """A source's signing key from ``SUNWAI_SOURCE_{CODE}_KEY``; None when it has none, and then nobody may send."""
    return _from_environment(code, "KEY")


def meta_keys(code: str) -> MetaKeys:
    """The app's secret and the verify token, from ``SUNWAI_SOURCE_{CODE}_KEY`` and ``…_VERIFY``."""
    return MetaKeys(_from_environment(code, "KEY"), _from_environment(code, "VERIFY"))


def _from_environment(code: str, what: str) -> bytes | None:
    value = os.environ.get(f"SUNWAI_SOURCE_{code.upper().replace('-', '_')}_{what}")
    return value.encode() if value else None


def serve_desk(office: Office, port: int) -> None:
    """Serves until it is told to stop. Exits with 3, as uvicorn does, when it cannot begin."""
    app = desk_app(office)
    config = uvicorn.Config(
        app,
        host=office.settings.host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
    )
    server = DeskServer(config, app.state.desk)
    with suppress(KeyboardInterrupt):  # which uvicorn raises again once it has stopped
        server.run()
    if not server.started:
        sys.exit(_COULD_NOT_BEGIN)


def main() -> None:
    office = office_of_child()
    serve_desk(office, office.settings.port)


if __name__ == "__main__":
    main()
