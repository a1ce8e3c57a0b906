"""What is left of a record and of a case when a post is erased."""

from collections.abc import Collection

from schemas.case import Case, CasePost, MentionRecord
from schemas.mention import Author

__all__ = ["without_posts", "without_text"]

_ERASED_AUTHOR = Author(id="erased")


def without_text(record: MentionRecord) -> MentionRecord:
    return record.model_copy(update={"mention": None, "triage": None, "sealed": None})


def without_posts(case: Case, keys: Collection[str]) -> Case:
    """``because`` goes too: it quotes words, and nothing says of which post."""
    posts = tuple(_erased(post) if post.key in keys else post for post in case.posts)
    return case.model_copy(update={"posts": posts, "because": ()})


def _erased(post: CasePost) -> CasePost:
    return post.model_copy(update={"text": "", "author": _ERASED_AUTHOR, "url": None, "erased": True})
