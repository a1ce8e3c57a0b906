"""Every metric of the desk, declared once with its kind and meaning."""

from prometheus_client import CollectorRegistry, Counter, Histogram

__all__ = ["DeskMetrics"]


class DeskMetrics:
    """``registry`` is what ``/metrics`` shows."""

    def __init__(self, registry: CollectorRegistry | None = None):
        self.registry = registry or CollectorRegistry()
        self.requests = Counter(
            "sunwai_desk_requests_total",
            "Requests answered, by route, method and status.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "sunwai_desk_request_seconds",
            "Time from a request's arrival to the end of its answer, by route.",
            ["route"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )
        self.sign_ins = Counter(
            "sunwai_desk_sign_ins_total",
            "Tries to sign in, by outcome: ok, wrong, locked.",
            ["outcome"],
            registry=self.registry,
        )
        self.acts = Counter(
            "sunwai_desk_case_acts_total", "Acts of people on cases, by act.", ["act"], registry=self.registry
        )
