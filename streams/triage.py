"""Triage: mentions come in, what the classifier says of them goes to filing, what the watch may see to the watch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from classifiers.api import Classifier, Post
from queues.seal import Sealer
from queues.victims import tells_of_victim
from schemas.directory import Directory
from schemas.intake import IntakeError, read_bytes, read_mention, split_page
from schemas.mention import TIP, Mention
from schemas.triage import Triage, TriagedMention
from streams import topics
from streams.dead_letters import dead_letter_of
from streams.events import Received, refs
from streams.log import Event
from streams.metrics import TRIAGED_POSTS
from streams.observing import observation_of

__all__ = ["Triaging"]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Triaging:
    """The step as a plain function of a batch: it never raises, and loses nothing.

    Every event becomes what follows from it: triaged mentions and observations, or a dead letter with its reason.
    """

    classifier: Classifier
    directory: Directory
    sealer: Sealer
    clock: Callable[[], datetime]

    def __call__(self, batch: Sequence[Received]) -> list[Event]:
        read: list[tuple[Received, Mention]] = []
        out: list[Event] = []
        for event in batch:
            try:
                read.extend((event, mention) for mention in self._read(event))
            except IntakeError as error:
                out.append(dead_letter_of(event, str(error), self.clock()))
            except Exception as error:  # noqa: BLE001 - a form nobody thought of costs its post, not the stream
                _log.error("intake_failed", error=type(error).__name__)
                reason = f"post: could not be read ({type(error).__name__})"
                out.append(dead_letter_of(event, reason, self.clock()))
        for (event, mention), triage in zip(read, self._classify(read), strict=True):
            if triage is None:
                out.append(dead_letter_of(event, "classifier: failed on this post", self.clock()))
            else:
                out.extend(self._outcome(mention, triage))
        return out

    def _read(self, event: Received) -> list[Mention]:
        if event.value is None:
            return []
        payload = read_bytes(event.value)
        return [read_mention(post, received_at=event.at) for post in split_page(payload)]

    def _classify(self, read: Sequence[tuple[Received, Mention]]) -> Sequence[Triage | None]:
        posts = [self._post(mention) for _, mention in read]
        try:
            return self.classifier.classify(posts)
        except Exception as error:  # noqa: BLE001 - a fault in a model must cost one post, not the stream
            _log.error("classifier_failed", error=type(error).__name__, posts=len(posts))
        return [self._classify_alone(post) for post in posts]

    def _classify_alone(self, post: Post) -> Triage | None:
        try:
            return self.classifier.classify([post])[0]
        except Exception as error:  # noqa: BLE001 - see above: this post becomes a dead letter
            _log.error("classifier_failed", error=type(error).__name__, posts=1)
            return None

    def _post(self, mention: Mention) -> Post:
        addressed = (self.directory.by_handle.get(handle) for handle in mention.handles)
        kinds = dict.fromkeys(found[0].kind for found in addressed if found is not None)
        return Post(text=mention.text, handles=mention.handles, kinds=tuple(kinds))

    def _outcome(self, mention: Mention, triage: Triage) -> Iterator[Event]:
        TRIAGED_POSTS.labels(triage.language).inc()
        headers = {"refs": refs(mention.key, mention.author_key)}
        if mention.platform != TIP and not mention.by_terms:
            yield self._triaged(mention, triage, headers)
        if tells_of_victim(triage):
            return  # the watch holds no words of those who must not be found
        author = self.sealer.identity_hash(mention.author_key)
        observed = observation_of(mention, triage, author, self.directory)
        yield Event(topics.OBSERVED.name, b"", observed.model_dump_json().encode(), headers)

    def _triaged(self, mention: Mention, triage: Triage, headers: dict[str, bytes]) -> Event:
        sealed = self.sealer.seal(mention.text) if triage.masked else None
        masked = mention.model_copy(update={"text": triage.text})
        triaged = TriagedMention(mention=masked, triage=triage, sealed=sealed)
        return Event(topics.TRIAGED.name, mention.conversation_id.encode(), triaged.model_dump_json().encode(), headers)
