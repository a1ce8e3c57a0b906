"""E-mails become posts: each once, by whom without their address, and whatever is in them."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest

from schemas.mention import Mention
from streams.sources.mail import MailFaultError
from streams.topics import DEAD_LETTERS, MENTIONS
from sunwai.assembly import Office
from sunwai.mail_source import mail_source
from sunwai.settings import SettingsError
from tests.pipeline.office import OfficeUnderTest

PASSWORD = "the password of the mailbox"


@dataclass
class Mailbox:
    """What a small server of IMAP4rev1 (RFC 3501) holds: letters by their UID. ``commands`` are those that came."""

    letters: dict[int, bytes] = field(default_factory=dict)
    validity: int = 1
    refuses: str = ""
    commands: list[str] = field(default_factory=list)
    address: str = ""

    def add(self, raw: bytes | EmailMessage) -> int:
        uid = max(self.letters, default=0) + 1
        self.letters[uid] = raw if isinstance(raw, bytes) else raw.as_bytes()
        return uid


class _Session(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline().decode():
            tag, _, command = line.strip().partition(" ")
            self.box.commands.append(command)
            self._answer(tag, command)

    def _answer(self, tag: str, command: str) -> None:
        if self.box.refuses and self.box.refuses in command:
            self._say(f"{tag} NO not just now")
            return
        ok = "OK done"
        match command.split():
            case ["CAPABILITY"]:
                self._say("* CAPABILITY IMAP4rev1")
            case ["LOGIN", _, password]:
                ok = ok if password.strip('"') == PASSWORD or PASSWORD in command else "NO wrong"
            case ["LOGIN", *_]:
                ok = ok if PASSWORD in command else "NO wrong"
            case ["EXAMINE", _]:
                self._say(f"* {len(self.box.letters)} EXISTS")
                self._say(f"* OK [UIDVALIDITY {self.box.validity}] valid")
            case ["UID", "SEARCH", "UID", span]:
                first = int(span.partition(":")[0])
                uids = [uid for uid in self.box.letters if uid >= first] or [*self.box.letters][-1:]
                self._say("* SEARCH " + " ".join(map(str, uids)))
            case ["UID", "FETCH", uid, _]:
                raw = self.box.letters[int(uid)]
                self._say(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}")
                self.wfile.write(raw + b")\r\n")
        self._say(f"{tag} {ok}")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def box() -> Iterator[Mailbox]:
    made = Mailbox()

    class Session(_Session):
        box = made

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        made.address = f"imap://jal%40sundarpur.example@127.0.0.1:{server.server_address[1]}/INBOX"
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def office(tmp_path: Path, box: Mailbox) -> OfficeUnderTest:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    settings = {"SUNWAI_MAIL_ADDRESS": box.address, "SUNWAI_MAIL_PASSWORD_FILE": str(tmp_path / "password")}
    return OfficeUnderTest(tmp_path / "data", settings)


def letter(text: str = "तीन दिन से पानी नहीं", *, html: bool = False, **headers: str) -> EmailMessage:
    made = EmailMessage()
    plain = {"Subject": "Water", "From": "Asha Devi <asha@home.example>", "Message-ID": "<1@home.example>"}
    for name, value in (plain | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        made[name] = value
    made.set_content(text, subtype="html" if html else "plain")
    return made


def mentions(parts: Office) -> list[Mention]:
    found = [event for number in range(4) for event in parts.log.read(MENTIONS.name, number, 0)]
    return sorted((Mention.model_validate_json(event.value or b"") for event in found), key=lambda post: post.text)


def test_a_letter_is_a_post_once_and_its_address_is_nowhere(office: OfficeUnderTest, box: Mailbox) -> None:
    box.add(letter(Date="Wed, 01 Jul 2026 10:00:00 +0530"))
    box.add(
        letter(
            "Still dry.\n\n> तीन दिन से पानी नहीं\n> asha\n",
            Message_ID="<2@home.example>",
            References="<1@home.example>",
            In_Reply_To="<1@home.example>",
        )
    )
    with office.parts() as parts:
        source = mail_source(parts)
        assert source.run() == (2, 0)
        assert source.run() == (0, 0)
        second, first = mentions(parts)
        assert (first.text, first.platform, first.author.name) == ("Water\n\nतीन दिन से पानी नहीं", "email", "Asha Devi")
        assert first.created_at.isoformat() == "2026-07-01T04:30:00+00:00"
        assert second.text == "Water\n\nStill dry."
        assert (second.conversation_id, second.in_reply_to) == (first.conversation_id, first.id)
        assert first.author.id == second.author.id
        assert "home.example" not in first.model_dump_json() + second.model_dump_json()
    assert not any(word in command for command in box.commands for word in ("STORE", "COPY", "EXPUNGE", "SELECT"))
    assert PASSWORD not in office.data.joinpath("cases.db").read_bytes().decode("latin-1")


def test_whatever_is_in_a_letter_is_read_or_kept_for_the_operator(office: OfficeUnderTest, box: Mailbox) -> None:
    page = (
        "<html><head><title>t</title></head><style>p{}</style><p>नाली <b>भरी</b></p><script>x()</script>"
        + "<style " * 9
    )
    box.add(letter(page, html=True, Message_ID="<a@x>", Date="Wed, 01 Jul 1999 10:00:00 +0000"))
    box.add(letter("I am away", Message_ID="<b@x>", Auto_Submitted="auto-replied"))
    box.add(b"Subject: =?utf-8?b?!!?=\r\nFrom: \xff\xfe\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xff")
    box.add(b"")
    box.add(letter("x" * 300_000, Message_ID="<c@x>"))
    with office.parts() as parts:
        posts, letters = mail_source(parts).run()
        assert mentions(parts)[-1].created_at_assumed, "a clock that is far off is no reason not to read it"
        assert "नाली भरी" in mentions(parts)[-1].text
        assert "x()" not in mentions(parts)[-1].text
        assert (posts, letters) == (len(mentions(parts)), len(parts.log.read(DEAD_LETTERS.name, 0, 0)))
        assert posts + letters == 4, "nothing is lost but what a machine has sent"


def test_a_mailbox_that_was_made_anew_is_read_from_its_start_and_nothing_is_twice(
    office: OfficeUnderTest, box: Mailbox
) -> None:
    box.add(letter())
    with office.parts() as parts:
        assert mail_source(parts).run() == (1, 0)
        box.validity = 2
        assert mail_source(parts).run() == (1, 0)
        one, same = mentions(parts)
        assert one.id == same.id, "filing knows it by that"


def test_the_command_reads_what_came_and_says_what_is_wrong(office: OfficeUnderTest, box: Mailbox) -> None:
    box.add(letter())
    assert office.sunwai("ingest", "mail") == "1 posts, 0 dead letters\n"
    assert office.sunwai("ingest", "mail") == "0 posts, 0 dead letters\n"
    (office.data.parent / "password").write_text("another")
    told = office.sunwai("ingest", "mail", ok=False)
    assert "the mailbox cannot be opened" in told
    assert "sundarpur.example" not in told


@pytest.mark.parametrize(
    "address",
    ["imap://a@mail.example/INBOX", "https://a@mail.example", "imaps://mail.example", "imaps://a:b@mail.example"],
)
def test_a_mailbox_is_read_within_tls_by_a_password_from_a_file(office: OfficeUnderTest, address: str) -> None:
    wrong = OfficeUnderTest(office.data, {**office.environment, "SUNWAI_MAIL_ADDRESS": address})
    with wrong.parts() as parts, pytest.raises(SettingsError, match="mail_address"):
        mail_source(parts)


def test_a_server_that_is_away_is_said_without_an_address(office: OfficeUnderTest) -> None:
    away = OfficeUnderTest(office.data, {**office.environment, "SUNWAI_MAIL_ADDRESS": "imap://a@127.0.0.1:1/INBOX"})
    with away.parts() as parts, pytest.raises(MailFaultError, match="cannot be opened"):
        mail_source(parts).run()


@pytest.mark.parametrize("command", ["UID SEARCH", "UID FETCH"])
def test_a_letter_that_the_server_cannot_give_now_is_read_the_next_time(
    office: OfficeUnderTest, box: Mailbox, command: str
) -> None:
    box.add(letter())
    with office.parts() as parts:
        source = mail_source(parts)
        box.refuses = command
        with pytest.raises(MailFaultError):
            source.run()
        box.refuses = ""
        assert source.run() == (1, 0)
