"""Real Kafka and Elasticsearch for tests, started once a session and only if a test asks.

In this order: the address in ``SUNWAI_TEST_KAFKA`` (host:port) or ``SUNWAI_TEST_ELASTICSEARCH`` (URL); a Docker
engine; Maven and Java 17 or later (``docker/services``); else a loud skip. Tests that stop a service in the middle
start one of their own (``own_services``).
"""

import fcntl
import hashlib
import os
import select
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sunwai.ports import free_port
from tests.conftest import PROJECT, missing

__all__ = ["Services", "elasticsearch_url", "kafka_address", "own_services", "services_folder", "services_from_maven"]

LOOPBACK = "127.0.0.1"
SCRIPTS = PROJECT / "docker" / "services"
START_SECONDS = 120
HOW = "set SUNWAI_TEST_KAFKA and SUNWAI_TEST_ELASTICSEARCH, run a Docker engine, or install Maven and a Java 17 runtime"
IMAGES = {
    "kafka": ("apache/kafka:4.1.0", 9092),
    "elasticsearch": ("docker.elastic.co/elasticsearch/elasticsearch:8.19.3", 9200),
}


@cache
def services_folder() -> Path | None:
    """Where Maven has put the services, brought at the first call and kept outside the project; None without Maven."""
    if not shutil.which("mvn") or not shutil.which("java"):
        return None
    pom = SCRIPTS / "pom.xml"
    home = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"  # root's home is closed to nobody
    folder = home / "sunwai-services" / hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            command = ["mvn", "-B", "-q", "-f", str(pom), "process-resources", f"-Dservices.dir={folder}"]
            subprocess.run(command, check=True, timeout=900, stdin=subprocess.DEVNULL)
            for script in folder.glob("elasticsearch-*/bin/*"):
                script.chmod(0o755)
            (folder / "complete").touch()
    return folder


@dataclass
class _Running:
    process: "subprocess.Popen[str]"
    pid: int


@dataclass
class Services:
    """Services of one test, by name (``kafka``, ``elasticsearch``), each with its data below ``folder``.

    A service that was stopped or killed keeps port and data: ``start`` lets it go on.
    """

    home: Path
    folder: Path
    _ports: dict[str, tuple[int, int]] = field(default_factory=dict)
    _running: dict[str, _Running] = field(default_factory=dict)

    def address(self, name: str) -> str:
        """``host:port`` of a service, whether it runs or not."""
        return f"{LOOPBACK}:{self._port(name)[0]}"

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def start(self, name: str, *, extra: str = "") -> str:
        """Returns the address once it answers. ``extra``: settings that are added to the service's own."""
        run = self.folder / name
        run.mkdir(parents=True, exist_ok=True)
        if extra:
            (run / ("extra.properties" if name == "kafka" else "extra.yml")).write_text(extra)
        ports = [str(port) for port in self._port(name)]
        command = ["bash", str(SCRIPTS / "start.sh"), name, str(self.home), str(run), *ports]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        words = process.stdout.readline().split()
        if not words:
            process.wait(10)
            raise RuntimeError(f"{name} did not start; its log:\n{self.log(name)[-3000:]}")
        self._running[name] = _Running(process, int(words[1].removeprefix("pid=")))
        return words[0]

    def stop(self, name: str) -> None:
        """As an operator stops it (SIGTERM)."""
        self._end(name, signal.SIGTERM)

    def kill(self, name: str) -> None:
        """As a crash of its machine would."""
        self._end(name, signal.SIGKILL)

    def stop_all(self) -> None:
        for name in [*self._running]:
            self._end(name, signal.SIGKILL)

    def log(self, name: str) -> str:
        file = self.folder / name / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def _end(self, name: str, number: int) -> None:
        running = self._running.pop(name)
        # Elasticsearch's server is a child of the process that starts it. A SIGTERM is handed on; a SIGKILL is not, and
        # an orphan would write on in its folder for a while.
        ended = [os.pidfd_open(pid) for pid in (running.pid, *_children(running.pid))]
        for process in ended if number == signal.SIGKILL else ended[:1]:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, number)
        running.process.wait(60)
        for process in ended:
            if not select.select([process], [], [], 60)[0]:
                raise RuntimeError(f"{name} still runs 60 s after signal {number}")
            os.close(process)
        for pipe in (running.process.stdin, running.process.stdout):
            if pipe is not None:
                pipe.close()

    def _port(self, name: str) -> tuple[int, int]:
        if name not in self._ports:
            self._ports[name] = (free_port(LOOPBACK), free_port(LOOPBACK))
        return self._ports[name]


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="session")
def kafka_address() -> Iterator[str]:
    """``host:port`` of a Kafka that all tests share: use a namespace of your own."""
    with _shared("kafka", os.environ.get("SUNWAI_TEST_KAFKA")) as address:
        yield address


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """URL of an Elasticsearch that all tests share: use a namespace of your own."""
    with _shared("elasticsearch", os.environ.get("SUNWAI_TEST_ELASTICSEARCH")) as address:
        yield address if "://" in address else f"http://{address}"


@pytest.fixture
def own_services() -> Iterator[Services]:
    """Services that the test may stop, kill and start again."""
    with services_from_maven() as services:
        yield services


_RUNNING: dict[str, str] = {}
"""Addresses of the services that this process shares, by name."""


@contextmanager
def _shared(name: str, given: str | None) -> Iterator[str]:
    """A module that imports the fixture has one of its own, as pytest sees it: the service behind them is one. Whoever
    asks for it first is the last to be torn down."""
    if given or name in _RUNNING:
        yield given or _RUNNING[name]
        return
    with _in_docker(name) if _docker_runs() else _from_maven(name) as address:
        _RUNNING[name] = address
        try:
            yield address
        finally:
            del _RUNNING[name]


@contextmanager
def _from_maven(name: str) -> Iterator[str]:
    with services_from_maven() as services:
        yield services.start(name)


@contextmanager
def services_from_maven() -> Iterator[Services]:
    home = services_folder()
    if home is None:
        missing("Kafka or Elasticsearch", HOW)
    assert home is not None
    with TemporaryDirectory(prefix="sunwai-services-") as folder:
        Path(folder).chmod(0o755)  # Elasticsearch runs as nobody when tests run as root
        services = Services(home, Path(folder))
        try:
            yield services
        finally:
            services.stop_all()


@cache
def _docker_runs() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=30).returncode == 0


@contextmanager
def _in_docker(name: str) -> Iterator[str]:
    image, inner = IMAGES[name]
    port = free_port(LOOPBACK)
    settings = {
        "kafka": {
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_NODE_ID": "1",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
            "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{LOOPBACK}:{port}",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        },
        "elasticsearch": {
            "discovery.type": "single-node",
            "xpack.security.enabled": "false",
            "ES_JAVA_OPTS": "-Xms1g -Xmx1g",
        },
    }[name]
    environment = [word for key, value in settings.items() for word in ("-e", f"{key}={value}")]
    command = ["docker", "run", "--rm", "-d", "-p", f"{LOOPBACK}:{port}:{inner}", *environment, image]
    container = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout.strip()
    try:
        _wait_for(name, port)
        yield f"{LOOPBACK}:{port}"
    finally:
        subprocess.run(["docker", "rm", "-f", container], capture_output=True, check=False, timeout=60)


def _wait_for(name: str, port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if name == "elasticsearch":
                urllib.request.urlopen(f"http://{LOOPBACK}:{port}/_cluster/health", timeout=5).close()
            else:
                socket.create_connection((LOOPBACK, port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{name} in Docker did not answer within {START_SECONDS} s")
