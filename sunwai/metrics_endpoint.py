"""The worker's Prometheus endpoint: the steps write their metrics to a folder, the supervisor serves them all."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from streams.log import EventLog

__all__ = ["LAG_METRIC", "serve_worker_metrics"]

LAG_METRIC = ("sunwai_lag_events", "Events of a partition that a consumer group has not yet acknowledged.")


class LagCollector(Collector):
    """Reads the lag from the log when it is asked for."""

    def __init__(self, log: EventLog):
        self._log = log

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(*LAG_METRIC, labels=("group", "topic", "partition"))
        for entry in self._log.lags():
            family.add_metric((entry.group, entry.topic, str(entry.partition)), entry.lag)
        yield family

    def describe(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(*LAG_METRIC, labels=("group", "topic", "partition"))


@contextmanager
def serve_worker_metrics(log: EventLog, port: int) -> Iterator[Mapping[str, str]]:
    """Serves on loopback while inside; yields what the steps' environment needs. Port 0: no endpoint."""
    if port == 0:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="sunwai-metrics-") as folder:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]  # the library is untyped here
        registry.register(LagCollector(log))
        server, thread = start_http_server(port, addr="127.0.0.1", registry=registry)
        try:
            yield {"PROMETHEUS_MULTIPROC_DIR": folder}
        finally:
            server.shutdown()
            thread.join()
