"""TLS and credentials: a real broker that wants both lets us in, and a wrong one is refused with the setting's name."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from streams.log import LogDownError, LogRefusedError
from streams.transports.kafka_broker import KafkaBroker
from streams.transports.kafka_log import KafkaLog
from tests.contracts.event_log import event
from tests.kafka_kit import RETENTION
from tests.pipeline.feed import write_feed
from tests.pipeline.office import OfficeUnderTest
from tests.services import services_from_maven

pytestmark = [pytest.mark.kafka, pytest.mark.process]

SECURE = """
listener.security.protocol.map=PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
username="broker" password="of-the-broker" user_broker="of-the-broker" user_office="of-the-office";
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/server.crt
"""
WITHIN_SECONDS = 20


@dataclass(frozen=True)
class Secured:
    """A broker behind TLS and PLAIN; ``folder`` holds ``server.crt``, its own, and ``other.crt``, of somebody else."""

    broker: KafkaBroker
    folder: Path


def write_certificate(folder: Path, name: str) -> None:
    """``name``.crt, and ``name``.pem with the key too; for 127.0.0.1 and a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    ).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.crt").write_bytes(certificate)
    (folder / f"{name}.pem").write_bytes(private + certificate)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("server", "other"):
        write_certificate(folder, name)
    with services_from_maven() as services:
        address = services.start("kafka", extra=SECURE.format(folder=folder))
        right = KafkaBroker(
            (address,), tls=True, ca=folder / "server.crt", user="office", password="of-the-office", mechanism="PLAIN"
        )
        yield Secured(right, folder)


def refusal(broker: KafkaBroker) -> str:
    log = KafkaLog(broker, retention=RETENTION)
    started = time.monotonic()
    with pytest.raises(LogRefusedError) as raised:
        log.prepare()
    assert time.monotonic() - started < WITHIN_SECONDS
    log.close()
    return str(raised.value)


def test_the_right_credentials_are_let_in(secured: Secured) -> None:
    log = KafkaLog(secured.broker, retention=RETENTION)
    log.prepare()
    (position,) = log.append([event(b"in")])
    assert log.read(position.topic, position.partition, position.offset)[0].value == b"in"
    log.close()


def test_a_wrong_password_is_named(secured: Secured) -> None:
    message = refusal(replace(secured.broker, password="of-somebody"))
    assert "SUNWAI_BROKER_PASSWORD_FILE" in message
    assert "of-somebody" not in message


def test_a_mechanism_that_the_broker_does_not_have_is_named(secured: Secured) -> None:
    assert "SUNWAI_BROKER_MECHANISM" in refusal(replace(secured.broker, mechanism="SCRAM-SHA-512"))


def test_a_certificate_of_somebody_else_is_named(secured: Secured) -> None:
    assert "SUNWAI_BROKER_CA" in refusal(replace(secured.broker, ca=secured.folder / "other.crt"))


def test_a_certificate_file_that_is_none_is_named(secured: Secured, tmp_path: Path) -> None:
    file = tmp_path / "empty.crt"
    file.write_text("no certificate")
    assert "broker_ca" in refusal(replace(secured.broker, ca=file))


def test_the_wrong_use_of_tls_is_down_within_seconds_and_named(kafka_address: str, secured: Secured) -> None:
    """Either side just hangs up, as a broker that starts does; so it is waited for, but the setting is named."""
    for broker in (replace(secured.broker, servers=(kafka_address,)), KafkaBroker(secured.broker.servers)):
        log = KafkaLog(broker, retention=RETENTION)
        started = time.monotonic()
        with pytest.raises(LogDownError, match="SUNWAI_BROKER_TLS"):
            log.prepare()
        assert time.monotonic() - started < WITHIN_SECONDS
        log.close()


def test_the_whole_office_works_within_tls(secured: Secured, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("of-the-office\n")
    settings = {
        "SUNWAI_BROKER": f"kafka://{secured.broker.servers[0]}",
        "SUNWAI_BROKER_TLS": "true",
        "SUNWAI_BROKER_CA": str(secured.folder / "server.crt"),
        "SUNWAI_BROKER_USER": "office",
        "SUNWAI_BROKER_PASSWORD_FILE": str(password),
        "SUNWAI_BROKER_MECHANISM": "PLAIN",
        "SUNWAI_NAMESPACE": "office",
    }
    office = OfficeUnderTest(tmp_path / "office", settings)
    office.ingest(write_feed(tmp_path / "feed.jsonl", 60))
    assert office.work_off()["received"] == 60
    password.write_text("of-somebody\n")
    assert "SUNWAI_BROKER_PASSWORD_FILE" in office.sunwai("worker", ok=False)
