"""What every source over HTTP shares: bodies that are bounded in bytes and in time, and refusals in one shape."""

from collections.abc import Mapping
from typing import Any

import anyio
from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from schemas.problem import Problem, ProblemBody
from streams.topics import MAX_EVENT_BYTES

__all__ = ["MAX_BODY_BYTES", "RefusedError", "answer", "read_body"]

MAX_BODY_BYTES = MAX_EVENT_BYTES - 64 * 1024
"""A body that no dead letter could carry is refused whole."""

BODY_SECONDS = 60
"""Longest time in which a body must have come."""

RETRY_AFTER_SECONDS = 5


class RefusedError(Exception):
    """A request that is not taken; ``answer`` is what it gets."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None):
        super().__init__(message)
        self.status = status
        self.problem = Problem(code=code, message=message, field=field)

    @property
    def answer(self) -> JSONResponse:
        return answer(self.status, ProblemBody(error=self.problem).model_dump())


def answer(status: int, content: Mapping[str, Any]) -> JSONResponse:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else {}
    return JSONResponse(content, status_code=status, headers=headers)


async def read_body(request: Request) -> bytes:
    """Raises RefusedError for a body that is too large, too slow, broken off or empty."""
    body = bytearray()
    try:
        with anyio.fail_after(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise RefusedError(413, "too_large", f"a body may have {MAX_BODY_BYTES} bytes: send less at once")
    except TimeoutError as error:
        raise RefusedError(408, "too_slow", f"the body did not come within {BODY_SECONDS} seconds") from error
    except ClientDisconnect as error:
        raise RefusedError(400, "broken_off", "the request was broken off") from error
    if not body.strip():
        raise RefusedError(400, "empty", "the body has no posts")
    return bytes(body)
