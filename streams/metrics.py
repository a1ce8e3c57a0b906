"""Every metric of the worker, declared once with its kind and meaning."""

from prometheus_client import Counter, Histogram

__all__ = [
    "ALERTS",
    "BATCH_SECONDS",
    "DEAD_LETTERED",
    "EVENT_AGE_SECONDS",
    "FILED",
    "NOTICES",
    "SWEPT",
    "TRIAGED_POSTS",
]

TRIAGED_POSTS = Counter("sunwai_triaged_posts_total", "Posts classified, by language.", ["language"])
FILED = Counter("sunwai_filed_posts_total", "New mention records, by disposition.", ["disposition"])
DEAD_LETTERED = Counter("sunwai_dead_letters_total", "Events that an agent could not read, by topic.", ["topic"])
ALERTS = Counter("sunwai_alerts_total", "Alerts of the watch, by kind.", ["kind"])
SWEPT = Counter("sunwai_swept_cases_total", "Cases on which the clock has acted.")
NOTICES = Counter("sunwai_notices_total", "Notices handed on, by kind: notice, ring, digest, sheet.", ["kind"])
BATCH_SECONDS = Histogram(
    "sunwai_batch_seconds",
    "Time from taking a batch to having written all that follows from it, by step.",
    ["step"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30),
)
EVENT_AGE_SECONDS = Histogram(
    "sunwai_event_age_seconds",
    "Age of the oldest event of a batch when it was acknowledged, by step.",
    ["step"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600, 3600),
)
