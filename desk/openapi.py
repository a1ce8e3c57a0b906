"""The description of the API: FastAPI's, with the examples whole. It leaves out of them whatever is null."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from schemas.base import Value

__all__ = ["describe"]


def describe(app: FastAPI) -> None:
    """Lets ``app`` describe itself so, once it is first asked."""
    plain = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = plain()
            schemas = described["components"]["schemas"]
            for name, examples in _examples(Value):
                if "examples" in schemas.get(name, ()):
                    schemas[name]["examples"] = examples
        return plain()

    app.openapi = whole  # type: ignore[method-assign] # FastAPI's own way of changing it


def _examples(kind: type[Value]) -> Iterator[tuple[str, Any]]:
    """Every value that shows an example of itself: its name, and those."""
    for each in kind.__subclasses__():
        extra = each.model_config.get("json_schema_extra")
        if isinstance(extra, dict) and "examples" in extra:
            yield each.__name__, extra["examples"]
        yield from _examples(each)
