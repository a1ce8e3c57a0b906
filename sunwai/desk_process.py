"""The desk as a process: ``python -m sunwai.desk_process``, or in the foreground by ``sunwai desk``."""

import os
from datetime import timedelta

import uvicorn
from fastapi import FastAPI

from desk.app import create_app
from desk.parts import Desk, DeskSettings
from schemas.directory import Source
from streams.sources.publish import Publisher
from streams.sources.webhook import ingest_router
from sunwai.assembly import Office
from sunwai.child import office_of_child

__all__ = ["desk_app", "serve_desk"]


def desk_app(office: Office) -> FastAPI:
    """The web application of an office, with the endpoint for its sources."""
    settings = office.settings

    def publisher_for(source: Source) -> Publisher:
        return Publisher(office.log, office.clock, source=source.code, platform=source.platform)

    return create_app(
        Desk(
            store=office.store,
            state=office.state,
            directory=office.directory,
            clock=office.clock,
            settings=DeskSettings(
                session_lifetime=timedelta(hours=settings.session_hours), secure_cookies=settings.secure_cookies
            ),
            routers=(ingest_router(publisher_for, office.directory, source_secret, office.state, office.clock),),
        )
    )


def source_secret(code: str) -> bytes | None:
    """A source's signing key from ``SUNWAI_SOURCE_{CODE}_KEY``; None when it has none, and then nobody may send."""
    value = os.environ.get(f"SUNWAI_SOURCE_{code.upper().replace('-', '_')}_KEY")
    return value.encode() if value else None


def serve_desk(office: Office, port: int) -> None:
    """Serves until it is told to stop."""
    uvicorn.run(
        desk_app(office),
        host=office.settings.host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
    )


def main() -> None:
    office = office_of_child()
    serve_desk(office, office.settings.port)


if __name__ == "__main__":
    main()
