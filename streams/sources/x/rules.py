"""Keeps the rules of the stream in step with the directory.

Documented under "GET/POST /2/tweets/search/stream/rules". Only rules that bear our tag are touched: an app may serve
more than one reader. New rules are added before old ones go, so that no handle is unheard in between.
"""

from collections.abc import Sequence

from streams.sources.x.client import XClient, XRefusedError

__all__ = ["keep_in_step", "terms_tag"]

RULES = "/2/tweets/search/stream/rules"
_AT_ONCE = 25
"""Rules in one request."""


def terms_tag(tag: str) -> str:
    """The mark of rules that look for what addresses no handle."""
    return f"{tag}-terms"


def keep_in_step(client: XClient, tag: str, wanted: Sequence[str], terms: Sequence[str] = ()) -> tuple[int, int]:
    """Makes the rules with ``tag`` those that are wanted, those with its ``terms_tag`` the ``terms``; returns how many
    were added and taken away. Raises XError."""
    ours = {(tag, value) for value in wanted} | {(terms_tag(tag), value) for value in terms}
    standing = {(rule.get("tag", ""), rule["value"]): rule["id"] for rule in _standing(client)}
    missing = sorted(ours - {*standing})
    for start in range(0, len(missing), _AT_ONCE):
        _add(client, [{"value": value, "tag": own} for own, value in missing[start : start + _AT_ONCE]])
    surplus = [id for (own, value), id in standing.items() if own in (tag, terms_tag(tag)) and (own, value) not in ours]
    for start in range(0, len(surplus), _AT_ONCE):
        client.ask("POST", RULES, body={"delete": {"ids": surplus[start : start + _AT_ONCE]}})
    return len(missing), len(surplus)


def _standing(client: XClient) -> list[dict[str, str]]:
    return list(client.ask("GET", RULES).get("data") or ())


def _add(client: XClient, rules: list[dict[str, str]]) -> None:
    """A rule that another reader has under another tag is there already, and serves us too."""
    answer = client.ask("POST", RULES, body={"add": rules})
    for error in answer.get("errors") or ():
        if error.get("title") != "DuplicateRule":
            kind = str(error.get("type", "")).rsplit("/", 1)[-1]
            raise XRefusedError(200, kind or "invalid-rules", str(error.get("detail", "")))
