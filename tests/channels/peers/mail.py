"""A mail server that somebody else wrote (aiosmtpd), with what can go wrong in one."""

import asyncio
import email
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.channels.peers.process import free_port

HOST = "127.0.0.1"
USERNAME, PASSWORD = "onestep", "canary-secret-of-the-mail-server"
HANG, DROP = "hang", "drop"
TAKEN = "250 2.0.0 Ok: queued as 4Yz"
LONGEST_HANG = 60  # seconds; whoever waits has long given up


@dataclass
class Mailboxes:
    """What arrived, which is the judge; and what a step answers instead of its usual line."""

    port: int
    certificate: Path
    faults: dict[str, str] = field(default_factory=dict)  # step: an answer, HANG or DROP
    arrived: list[tuple[str, EmailMessage]] = field(default_factory=list)  # (to whom, what)
    tried: int = 0

    def to(self, address: str) -> list[EmailMessage]:
        """What lies in one mailbox, oldest first."""
        return [mail for whose, mail in self.arrived if whose == address]


class _Handler:
    """The hooks of aiosmtpd: each answers as usual, or with its fault."""

    def __init__(self, boxes: Mailboxes) -> None:
        self.boxes = boxes

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.boxes.tried += 1
        session.host_name = hostname
        fault = await self._fault(server, "EHLO")
        return responses if fault is None else [fault]

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        fault = await self._fault(server, "MAIL")
        if fault is None:
            envelope.mail_from = address
        return fault or "250 2.1.0 Ok"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        fault = await self._fault(server, "RCPT")
        if fault is None:
            envelope.rcpt_tos.append(address)
        return fault or "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        fault = self.boxes.faults.get("DATA")
        if fault in (None, HANG, DROP):  # the last two have taken it, and do not say so
            made = email.message_from_bytes(envelope.content, policy=policy.default)
            self.boxes.arrived += [(to, made) for to in envelope.rcpt_tos]
        return await self._fault(server, "DATA") or TAKEN

    async def _fault(self, server: SMTP, step: str) -> str | None:
        fault = self.boxes.faults.get(step)
        if fault == HANG:
            await asyncio.sleep(LONGEST_HANG)
        if fault == DROP:
            server.transport.abort()
            await asyncio.sleep(LONGEST_HANG)
        return fault


def _authenticated(server, session, envelope, mechanism, given) -> AuthResult:
    right = (given.login, given.password) == (USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(
    folder: Path, *, tls: str = "starttls", login: bool = False
) -> Iterator[Mailboxes]:
    """A running mail server on loopback; its certificate is its own authority."""
    certificate, key = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    boxes = Mailboxes(free_port(), certificate)
    wanted = {"auth_require_tls": tls == "starttls", "auth_required": login and tls == "starttls"}
    running = Controller(
        _Handler(boxes),
        hostname=HOST,
        port=boxes.port,
        ready_timeout=60,
        ssl_context=context if tls == "tls" else None,
        tls_context=context if tls == "starttls" else None,
        require_starttls=tls == "starttls",
        authenticator=_authenticated,
        **wanted,
    )
    running.start()
    try:
        yield boxes
    finally:
        running.stop()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "mail.pem", folder / "mail.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private
