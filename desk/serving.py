"""The desk behind uvicorn: told to stop, it ends the streams of open desks instead of waiting for them to be closed."""

import socket

import uvicorn

from desk.parts import Desk

__all__ = ["DeskServer"]


class DeskServer(uvicorn.Server):
    """``config`` is of the desk's application."""

    def __init__(self, config: uvicorn.Config, desk: Desk):
        super().__init__(config)
        self._desk = desk

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for changes in (self._desk.changes, self._desk.claim_changes):
            changes.end()
        await super().shutdown(sockets)
