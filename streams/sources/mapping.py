"""Posts in whatever JSON a portal sends, by the paths that the directory gives (JSONPath, RFC 9535)."""

import json
from collections.abc import Iterator
from typing import Any

import jsonpath

from schemas.intake import IntakeError
from schemas.keeping import PostPaths

__all__ = ["Mapper"]


class Mapper:
    """Finds posts and their fields. Of several values at a field's path the first counts."""

    def __init__(self, paths: PostPaths):
        self._posts = _compiled(paths.posts)
        fields = paths.model_dump(exclude={"posts"}, exclude_none=True)
        self._fields = {name: _compiled(path) for name, path in fields.items()}

    def posts(self, payload: Any) -> Iterator[tuple[bytes, dict[str, Any]]]:
        """Each post as it came, and as a flat object; what has no value at a path lacks that field.

        Raises IntakeError for what is nested so deeply that a path cannot be followed.
        """
        try:
            for found in self._posts.finditer(payload):
                yield json.dumps(found.obj, ensure_ascii=False).encode(), self._flat(found.obj)
        except RecursionError as error:
            raise IntakeError("post: nested too deeply") from error

    def _flat(self, post: Any) -> dict[str, Any]:
        firsts = {name: next(iter(path.finditer(post)), None) for name, path in self._fields.items()}
        return {name: first.obj for name, first in firsts.items() if first is not None}


def _compiled(path: str) -> jsonpath.JSONPath:
    found = jsonpath.compile(path)
    assert isinstance(found, jsonpath.JSONPath)  # PostPaths takes no other
    return found
