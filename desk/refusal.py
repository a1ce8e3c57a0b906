"""The one way in which the desk says no: a status, a code for machines, a sentence for people."""

from collections.abc import Mapping

__all__ = ["Refusal", "mark", "not_found"]


def mark(message: str) -> str:
    """Marks a message for the catalogues; it is translated where it is shown."""
    return message


class Refusal(Exception):  # noqa: N818 - it is an event, not a mistake
    """A request that is answered with an error.

    ``message`` is English with ``%(name)s`` places for ``params``; ``field`` names the part of the request that is
    wrong; ``headers`` go out with the answer.
    """

    def __init__(  # noqa: PLR0913 - an answer has these parts
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ):
        self.params = dict(params or {})
        super().__init__(message % self.params)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = dict(headers or {})


def not_found() -> Refusal:
    """What is not there and what one may not see are answered alike."""
    return Refusal(404, "not_found", mark("There is nothing here that you may see."))
