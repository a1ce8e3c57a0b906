"""Pictures of posts through the desk: from allowed, public hosts only, bounded, written anew, for who sees the case."""

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import httpcore
import pytest
from PIL import Image

from desk.media import MediaError, MediaProxy, is_public
from schemas.case import Case
from schemas.labels import ComplaintType, Sensitivity
from schemas.mention import Media
from tests.desk.office import Office
from tests.pictures import phone_photograph, picture
from tests.queues.factories import make_case, make_mention, make_post, make_record
from tests.tls_proxy import make_certificate, tls_proxy

PUBLIC = "93.184.216.34"
URL = "https://localhost/media/a.jpg"
Answering = Callable[[BaseHTTPRequestHandler], None]


class Elsewhere(httpcore.SyncBackend):
    """The internet in small: whatever public address is asked for is the server of this test."""

    def __init__(self, port: int):
        self.port = port
        self.asked: list[tuple[str, int]] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self.asked.append((host, port))
        return super().connect_tcp("127.0.0.1", self.port, timeout, local_address, socket_options)


class World:
    """A server with a certificate, what it answers, and a desk's proxy that reaches it."""

    def __init__(self, folder: Path, port: int, certificate: Path):
        self.backend = Elsewhere(port)
        self.addresses: list[str] = [PUBLIC]
        self.resolved = 0
        self.now = 0.0
        self.proxy = MediaProxy(
            ["localhost"],
            resolve=self.resolve,
            backend=self.backend,
            trusted=ssl.create_default_context(cafile=certificate),
            most_seconds=2,
            clock=lambda: self.now + time.monotonic(),
        )

    def resolve(self, host: str, port: int) -> list[str]:
        self.resolved += 1
        return self.addresses


def sending(
    body: bytes, form: str = "image/jpeg", status: int = 200, *, location: str = "", encoding: str = ""
) -> Answering:
    headers = {name: value for name, value in (("Location", location), ("Content-Encoding", encoding)) if value}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": form, "Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def answers() -> list[Answering]:
    return [sending(phone_photograph())]


@pytest.fixture
def world(tmp_path: Path, answers: list[Answering]) -> Iterator[World]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answers[0](self)
            except OSError:
                self.close_connection = True  # who asked has hung up: that is what is tested

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    certificate = make_certificate(tmp_path)
    with tls_proxy(server.server_port, certificate) as port:
        found = World(tmp_path, port, certificate.certificate)
        yield found
        found.proxy.close()
    server.shutdown()
    server.server_close()


def test_a_picture_comes_by_the_desk_and_is_written_anew(world: World) -> None:
    data = world.proxy.picture(URL)
    assert Image.open(BytesIO(data)).format == "JPEG"
    assert b"Phone of Sundarpur" not in data
    assert world.backend.asked == [(PUBLIC, 443)], "it went to the address that was looked at"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/a.jpg",
        "https://localhost:8443/a.jpg",
        "https://user@localhost/a.jpg",
        "https://elsewhere.example/a.jpg",
        "https://localhost.elsewhere.example/a.jpg",
        "https://127.0.0.1/a.jpg",
        "https://[::1]/a.jpg",
        "https://localhost\\@elsewhere.example/",
        "https://localhost/a b",
        "https://localhost/\r\nHost: x",
        "https://localhost:99999/",
        "file:///etc/passwd",
        "//localhost/a.jpg",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_that_is_not_allowed_is_never_asked(world: World, url: str) -> None:
    assert not world.proxy.takes(url)
    with pytest.raises(MediaError):
        world.proxy.picture(url)
    assert world.resolved == 0


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.7",
            "172.16.1.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *(
            "::1",
            "fe80::1",
            "fc00::1",
            "::ffff:10.0.0.7",
            "::ffff:8.8.8.8",
            "64:ff9b::a00:7",
            "2002:a00:7::1",
            "ff02::1",
        ),
        *("192.0.2.1", "240.0.0.1", "255.255.255.255", "::"),
    ],
)
def test_a_host_that_leads_inside_is_not_connected_to(world: World, address: str) -> None:
    assert not is_public(address)
    for addresses in ([address], [PUBLIC, address]):
        world.addresses = addresses
        with pytest.raises(MediaError, match="cannot be asked"):
            world.proxy.picture(f"{URL}?{len(addresses)}")
    assert world.backend.asked == []


def test_public_addresses_are_public() -> None:
    assert all(map(is_public, [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946"]))


@pytest.mark.parametrize(
    "answer",
    [
        sending(b"", status=302, location="https://localhost/b.jpg"),
        sending(b"", status=302, location="http://169.254.169.254/"),
        sending(phone_photograph(), status=404),
        sending(phone_photograph(), form="text/html"),
        sending(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", form="image/svg+xml"),
        sending(b"<html>", form="image/jpeg"),
        sending(picture("GIF"), form="image/png"),
        sending(phone_photograph()[:300], form="image/jpeg"),
        sending(b"\x1f\x8b" + b"0" * 100, encoding="gzip"),
    ],
)
def test_what_is_no_picture_is_not_shown(world: World, answers: list[Answering], answer: Answering) -> None:
    answers[0] = answer
    with pytest.raises(MediaError):
        world.proxy.picture(URL)
    assert len(world.backend.asked) == 1, "and no redirect is followed"


def test_too_much_and_too_slow_is_broken_off(world: World, answers: list[Answering]) -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "image/jpeg")
        handler.end_headers()
        for _ in range(64):
            handler.wfile.write(b"\xff" * 1024 * 1024)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "image/jpeg")
        handler.end_headers()
        stop = threading.Event()
        for _ in range(100):
            handler.wfile.write(b"\xff")
            stop.wait(0.1)

    def crawl(handler: BaseHTTPRequestHandler) -> None:
        stop = threading.Event()
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100:
            handler.wfile.write(bytes([byte]))
            stop.wait(0.1)

    for number, (answer, said) in enumerate(((flood, "too large"), (drip, "ReadTimeout"), (crawl, "ReadTimeout"))):
        answers[0] = answer
        started = time.monotonic()
        with pytest.raises(MediaError, match=said):
            world.proxy.picture(f"{URL}?{number}")
        assert time.monotonic() - started < 30


def test_a_picture_is_kept_for_an_hour_and_a_failure_for_a_minute(world: World, answers: list[Answering]) -> None:
    world.proxy.picture(URL)
    answers[0] = sending(b"", status=500)
    world.proxy.picture(URL)
    assert len(world.backend.asked) == 1
    world.now += 3700
    for _ in range(2):
        with pytest.raises(MediaError):
            world.proxy.picture(URL)
    assert len(world.backend.asked) == 2
    answers[0] = sending(phone_photograph())
    world.now += 61
    world.proxy.picture(URL)
    assert len(world.backend.asked) == 3


def with_picture(office: Office, **fields: object) -> Case:
    mention = make_mention("1").model_copy(
        update={"media": (Media(kind="photo", url=URL), Media(kind="photo", url="https://other.example/<b>.jpg"))}
    )
    post = make_post(mention).model_copy(update={"media": len(mention.media)})
    case = make_case("1", posts=[post]).model_copy(update=fields)
    office.file(case)
    office.store.create_mentions([make_record(mention)])
    return case


def test_a_case_shows_its_pictures_to_those_who_see_it_and_other_addresses_as_text(
    office: Office, world: World
) -> None:
    office.media = world.proxy
    office.use(office.directory)
    case = with_picture(office)
    sita = office.visitor("sita")
    page = sita.get(f"/cases/{case.id}").text
    assert f'src="/cases/{case.id}/media?post=x%3A1&amp;number=0"' in page
    assert "https://other.example/&lt;b&gt;.jpg" in page
    assert 'href="https://other.example' not in page and URL not in page
    assert "Show the picture plainly" not in page
    address = f"/cases/{case.id}/media?post=x:1&number="
    answer = sita.get(address + "0")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert sita.get(address + "1").status_code == 404
    assert sita.get(address + "2").status_code == 404
    assert sita.get(address.replace("x:1", "x:2") + "0").status_code == 404
    assert office.visitor("farah").get(address + "0").status_code == 404
    assert office.visitor().get(address + "0").status_code == 303
    office.store.erase_mentions(["x:1"])
    assert sita.get(address + "0").status_code == 404, "what was deleted is not shown from memory either"


def test_pictures_of_a_sealed_case_are_veiled(office: Office, world: World) -> None:
    office.media = world.proxy
    office.use(office.directory)
    case = with_picture(office, sensitivity=(Sensitivity.CHILD,))
    assert 'class="picture veiled"' in office.visitor("boss").get(f"/cases/{case.id}").text
    assert office.visitor("sita").get(f"/cases/{case.id}/media?post=x:1").status_code == 404


def test_an_officer_veils_a_picture_and_shows_it_again_for_everybody(office: Office, world: World) -> None:
    office.media = world.proxy
    office.use(office.directory)
    case = with_picture(office)
    sita, boss = office.visitor("sita"), office.visitor("boss")

    def is_veiled() -> bool:
        plain, veiled = 'class="picture"', 'class="picture veiled"'
        page = boss.get(f"/cases/{case.id}").text
        assert (plain in page) != (veiled in page)
        return veiled in page

    assert not is_veiled()
    assert f'action="/cases/{case.id}/veil"' in sita.get(f"/cases/{case.id}").text
    assert sita.send(f"/cases/{case.id}/veil", post="x:1", number="0").status_code == 303
    assert is_veiled()
    pictures = boss.get(f"/api/v1/cases/{case.id}").json()["posts"][0]["pictures"]
    assert [picture["veiled"] for picture in pictures] == [True, False], "the other picture stays as it was"
    assert boss.send(f"/cases/{case.id}/unveil", post="x:1", number="0").status_code == 303
    assert not is_veiled()
    assert [(entry.by, entry.act) for entry in office.case(case.id).history] == [
        ("sita", "veiled"),
        ("boss", "unveiled"),
    ]
    assert boss.send(f"/cases/{case.id}/undo").status_code == 303
    assert is_veiled(), "it can be taken back"
    assert sita.send(f"/cases/{case.id}/veil", post="x:1", number="2").status_code == 409
    assert sita.send(f"/cases/{case.id}/veil", post="x:2", number="0").status_code == 409
    assert office.visitor("farah").send(f"/cases/{case.id}/veil", post="x:1", number="0").status_code == 404


def test_what_a_case_is_about_veils_its_pictures_until_somebody_has_looked(office: Office, world: World) -> None:
    office.media = world.proxy
    office.use(office.directory)
    case = with_picture(office, type=ComplaintType.ANIMALS)
    sita = office.visitor("sita")
    assert 'class="picture veiled"' in sita.get(f"/cases/{case.id}").text
    sita.send(f"/cases/{case.id}/unveil", post="x:1", number="0")
    assert 'class="picture veiled"' not in sita.get(f"/cases/{case.id}").text


def test_no_picture_of_a_sealed_case_is_shown_plainly(office: Office, world: World) -> None:
    office.media = world.proxy
    office.use(office.directory)
    case = with_picture(office, sensitivity=(Sensitivity.CHILD,))
    boss = office.visitor("boss")
    offered = boss.get(f"/api/v1/cases/{case.id}").json()["acts"]
    assert ("veil" in offered, "unveil" in offered) == (True, False)
    assert boss.send(f"/cases/{case.id}/unveil", post="x:1", number="0").status_code == 409
    assert 'class="picture veiled"' in boss.get(f"/cases/{case.id}").text


def test_without_allowed_hosts_nothing_is_fetched(office: Office) -> None:
    case = with_picture(office)
    sita = office.visitor("sita")
    page = sita.get(f"/cases/{case.id}").text
    assert "<img" not in page and URL in page
    assert sita.get(f"/cases/{case.id}/media?post=x:1").status_code == 404
