"""How long what is kept, who may send posts, and from where the machine decides by itself."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.base import Probability
from schemas.entry import Code, Name, Strict

__all__ = ["Days", "PostPaths", "QueueRetention", "Retention", "Source", "Subscriber", "Thresholds"]

Days = Annotated[int, Field(ge=1, le=366 * 100)]
CaseDays = Annotated[int, Field(ge=92, le=366 * 100)]
"""A quarter at least: no report that counts the case is then still to be made."""


class QueueRetention(Strict):
    """Days after a case of ``queue`` has ended until the texts of its posts go, and until the ``case`` itself does; one
    that is left out is what is said for all queues."""

    queue: Code
    text: Days | None = None
    case: CaseDays | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.text is None and self.case is None:
            raise ValueError("a queue has days of its own for text, for case, or for both")
        return self


class Retention(Strict):
    """How long is kept what, in days; None: for good. ``topics``: raw events and dead letters. ``text``: the texts of
    posts after their case has ended, and ``case``: such cases whole, for queues of which ``queues`` does not say
    otherwise. ``others``: the texts of posts that belong to no case, such as those that are no complaint. ``private``:
    what citizens have told in private, at the latest, after their case has ended. ``alerts``: alerts of the watch, and
    what was done with them, after the last of a claim. ``records``: of what the office has done and seen
    (sunwai/kept.py)."""

    topics: Annotated[int, Field(ge=1, le=90)] = 7
    text: Days | None = None
    case: CaseDays | None = None
    others: Days | None = None
    private: Days = 90
    alerts: Annotated[int, Field(ge=30, le=3650)] = 365
    records: Days | None = 1096
    queues: tuple[QueueRetention, ...] = ()

    def text_days(self, queue: str) -> int | None:
        return next((rule.text for rule in self.queues if rule.queue == queue and rule.text is not None), self.text)

    def case_days(self, queue: str) -> int | None:
        return next((rule.case for rule in self.queues if rule.queue == queue and rule.case is not None), self.case)


class Thresholds(Strict):
    """How often the machine must be right where it decides by itself: cut-offs are chosen on rows held out of training
    so that ``precision`` of what is put aside, and of what is sent to a queue by its type, is right, and ``critical``
    of what is called critical (docs/classification.md). Who would rather fix the complaint's probabilities names both
    ``dismiss``, at or below which a post is put aside, and ``route``, from which it goes its way if its type has
    ``type``. ``type`` is also the least confidence with which a type, where no handle does, decides the queue."""

    precision: Annotated[float, Field(ge=0.5, le=1)] = 0.88
    critical: Annotated[float, Field(ge=0.1, le=1)] = 0.8
    dismiss: Probability | None = None
    route: Probability | None = None
    type: Probability = 0.6

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.dismiss is None) is not (self.route is None):
            raise ValueError("dismiss and route are fixed together or not at all")
        return self


def _simple_path(path: str) -> str:
    """Raises ValueError for what is no single JSONPath."""
    import jsonpath  # noqa: PLC0415 - a twentieth of a second, and few directories have a mapping

    try:
        if isinstance(jsonpath.compile(path), jsonpath.JSONPath):
            return path
    except jsonpath.JSONPathError as error:
        raise ValueError(f"no JSONPath: {str(error).splitlines()[0]}") from error
    raise ValueError("no JSONPath: one path is needed, without unions")


Path = Annotated[str, StringConstraints(max_length=500), AfterValidator(_simple_path)]


class PostPaths(Strict):
    """Where posts and their fields are in what a portal sends: ``posts`` from its root, the others from each post."""

    posts: Path = "$"
    id: Path
    text: Path
    author_id: Path | None = None
    author_handle: Path | None = None
    author_name: Path | None = None
    to: Path | None = None
    created_at: Path | None = None
    conversation_id: Path | None = None
    in_reply_to: Path | None = None
    url: Path | None = None
    place: Path | None = None


class Source(Strict):
    """Who may send posts over HTTP. The secret itself comes from ``SUNWAI_SOURCE_{CODE}_KEY``, never from here.

    ``form``: ``signed`` as Sunwai signs (streams/sources/signing.py), ``meta`` as Facebook and Instagram do. ``pages``:
    for the latter, the handle of each page or account by its id there. ``mapping``: for a signed source that cannot
    send posts in a form of ours. ``terms``: of a signed source's posts that address no office the watch sees those that
    a term rule finds, and nobody the others.
    """

    code: Code
    name: Name
    platform: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")] = "x"
    form: Literal["signed", "meta"] = "signed"
    mapping: PostPaths | None = None
    terms: bool = False
    pages: dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,32}$")], str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.form == "meta" and self.platform not in ("facebook", "instagram"):
            raise ValueError("platform: a source of the form meta is facebook or instagram")
        if (self.form == "meta") != bool(self.pages):
            raise ValueError("pages: a source of the form meta names its pages, any other has none")
        if self.form == "meta" and self.mapping is not None:
            raise ValueError("mapping: a source of the form meta has none")
        if self.form == "meta" and self.terms:
            raise ValueError("terms: a source of the form meta sends only what addresses its pages")
        return self


class Subscriber(Strict):
    """Who is told what happens to cases, of ``queues`` only where some are named. The key that signs comes from
    ``SUNWAI_SUBSCRIBER_{CODE}_KEY``."""

    code: Code
    name: Name
    url: Annotated[
        str, StringConstraints(max_length=2000, pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/]).+$")
    ]
    queues: tuple[Code, ...] = ()
