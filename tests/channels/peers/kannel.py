"""Kannel with its fakesmsc: a real gateway of texts, and the phones around it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

import httpx

from tests.channels.peers.process import free_port, listens, missing, running
from tests.conftest import ROOT
from tools.setup import debian
from tools.setup.errors import CommandFailed

FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
CONFIGURATION = ROOT / "docs" / "kannel.conf"
# A line that phones of the tests hang on to, in the place of a modem.
LINE = """
group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1
"""
WEBHOOK = "http://127.0.0.1:8000/webhooks/kannel/<SECRET>"
USERNAME, PASSWORD = "onestep", "a-made-up-password"
NUMBER = "447700900000"
# fakesmsc notes what it got as <from to [udh …] kind words>, and anew for each line of the words.
GOT = re.compile(rb"Got message \d+: <(.*)>$", re.MULTILINE)
MESSAGE = re.compile(rb"\S+ (\+\d+) (?:udh (\S+) )?(text|data|ucs-2) (.*)")
LONG = b"\x05\x00\x03"  # how the header of a part begins; its reference, how many, which one


@dataclass
class Gateway:
    """A gateway with one line; phones are played by programs that hang on to that line."""

    folder: Path
    ports: dict[str, int]
    password: str

    @property
    def send_url(self) -> str:
        """Its sendsms service."""
        return f"http://127.0.0.1:{self.ports['sendsms']}/cgi-bin/sendsms"

    @contextmanager
    def phones(self, sends: str | None = None) -> Iterator["Phones"]:
        """Phones, one of which `sends` a `text`, and all of which take what comes."""
        line = ["-H", "127.0.0.1", "-r", self.ports["smsc"], "-m", 0 if sends is None else 1]
        with running(
            [FAKESMSC, *line, sends or "1 1 text none"],
            folder=self.folder,
            ready=self._online,
        ) as process:
            yield Phones(process, max(self.folder.glob("fakesmsc-*.log"), key=_made))

    def _online(self) -> bool:
        url = f"http://127.0.0.1:{self.ports['admin']}/status.txt?password={self.password}"
        return "(online" in httpx.get(url).text


@dataclass
class Phones:
    """What lies on the phones."""

    process: subprocess.Popen
    log: Path

    def got(self) -> list[tuple[str, str]]:
        """The ledger: (to whom, what) of every part that arrived, in order."""
        return [(to, words) for to, words, _ in _read(self.log)]


class Air:
    """What is in the air over time: phones that text, one after the other, and all they got."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self._line = gateway, ExitStack()
        self._before = set(gateway.folder.glob("fakesmsc-*.log"))

    def send(self, phone: str, words: str) -> None:
        """One phone texts; from then on all are there to take what comes."""
        self._line.close()
        self._line.enter_context(self.gateway.phones(text(phone, words)))

    def up(self) -> None:
        """The line is up, and nobody texts."""
        self._line.close()
        self._line.enter_context(self.gateway.phones())

    def down(self) -> None:
        """The line is down: what goes out waits in the gateway."""
        self._line.close()

    def texts(self, phone: str) -> list[str]:
        """What lies on one phone, oldest first; a long text once all its parts have come."""
        return [words for to, words in self.all() if to == phone]

    def all(self) -> list[tuple[str, str]]:
        """What lies on every phone: (to whom, what)."""
        whole: list[tuple[str, str]] = []
        coming: dict[str, str] = {}
        for log in sorted(set(self.gateway.folder.glob("fakesmsc-*.log")) - self._before):
            for to, words, header in _read(log):
                long = header.startswith(LONG)
                coming[to] = coming.get(to, "") + words
                if not long or header[5] == header[4]:  # its last part
                    whole.append((to, coming.pop(to)))
        return whole


def _read(log: Path) -> list[tuple[str, str, bytes]]:
    got: list[tuple[str, str, bytes]] = []
    for line in GOT.findall(log.read_bytes()):
        message = MESSAGE.fullmatch(line)
        if message is None:
            to, words, header = got.pop()
            got.append((to, f"{words}\n{line.decode()}", header))
        else:
            header = unquote_to_bytes(message[2] or b"")
            got.append((message[1].decode(), _words(message[3], message[4]), header))
    return got


def text(phone: str, words: str) -> str:
    """A text from a phone, as fakesmsc wants it told."""
    if words.isascii() and words.isprintable():
        return f"{phone} {NUMBER} text {words}"
    units = words.encode("utf-16-be")
    return f"{phone} {NUMBER} ucs2 " + "".join(f"%{byte:02X}" for byte in units)


def _words(kind: bytes, told: bytes) -> str:
    if kind == b"text":
        return told.decode("utf-8")
    raw = unquote_to_bytes(told.replace(b"+", b" "))
    # Of a part of a longer text fakesmsc does not say what its bytes are.
    wide = kind == b"ucs-2" or any(byte < ord(" ") and byte != ord("\n") for byte in raw)
    return raw.decode("utf-16-be" if wide else "utf-8")


def _made(path: Path) -> int:
    return path.stat().st_mtime_ns


@contextmanager
def gateway(folder: Path, webhook: str, written: str | None = None) -> Iterator[Gateway]:
    """A running gateway that brings what comes in to `webhook`.

    `written`: what somebody made of docs/kannel.conf by following the README.
    """
    _provide()
    ports = {name: free_port() for name in ("admin", "smsbox", "smsc", "sendsms")}
    told = written or CONFIGURATION.read_text("utf-8").replace(WEBHOOK, webhook)
    for there, here in {
        "13000": ports["admin"],
        "13001": ports["smsbox"],
        "13013": ports["sendsms"],
        "http://127.0.0.1:8000": webhook.partition("/webhooks")[0],
        "/var/spool/kannel/onestep": folder / "store",
        "<PASSWORD>": PASSWORD,
        "retry = 8640": "retry = 20",
        "delay = 10": "delay = 1",
    }.items():
        told = told.replace(there, str(here))
    configuration = folder / "kannel.conf"
    configuration.write_text(told + LINE.format(**ports), "utf-8")
    bearerbox = [shutil.which("bearerbox") or "/usr/sbin/bearerbox", "-v", 1, configuration]
    smsbox = [shutil.which("smsbox") or "/usr/sbin/smsbox", "-v", 1, configuration]
    with (
        running(bearerbox, folder=folder, ready=lambda: listens(ports["smsbox"])),
        running(smsbox, folder=folder, ready=lambda: listens(ports["sendsms"])),
    ):
        yield Gateway(folder, ports, re.search(r"admin-password = (\S+)", told)[1])


def _provide() -> None:
    if FAKESMSC.exists():
        return
    if not debian.may_install():
        missing("Kannel is missing: apt-get install kannel kannel-extras")
    try:
        debian.install("kannel", "kannel-extras", what="Kannel for the tests of SMS")
    except CommandFailed as failed:
        missing(f"Kannel cannot be installed: {failed.output[-500:]}")
    assert os.access(FAKESMSC, os.X_OK)
