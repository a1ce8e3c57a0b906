"""The one shape of an error that goes out over HTTP."""

from schemas.base import Value

__all__ = ["Problem", "ProblemBody"]


class Problem(Value):
    """What is wrong: ``code`` for programs, ``message`` for people, ``field`` the part of the request, if one is."""

    code: str
    message: str
    field: str | None = None


class ProblemBody(Value):
    """``{"error": {"code": …, "message": …, "field": …}}``."""

    error: Problem
