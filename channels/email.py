"""E-mail to staff, through the service's own mail server; no client is ever written to by it.

It only sends. A mail is kept and passed on by machines that are not ours, so its subject never
holds a word of the notice, and the notice itself holds none of a client's.
"""

import asyncio
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import localtime
from enum import StrEnum
from functools import cached_property

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from channels.base import Outbound, Pace, Receipt
from channels.errors import Gone, NotSent, OurFault, Refused, SendError, Unknown

SUBJECT = "Onestep: someone needs a person"
QUIETLY = "Onestep: a message for you"  # what has no reference is no alert
_REF = re.compile(r"\b[Rr]ef(?:erence)? ([A-Z0-9]{3,8})\b")
_FAREWELL = 1.0  # seconds for the good-bye: the mail is taken by then
# RFC 3463: no such mailbox, no such host, a bad address, moved away, takes no mail, disabled.
_NO_SUCH = re.compile(r"5\.(1\.([1236]|10)|2\.1)\b")
_NOT_ALLOWED = re.compile(r"5\.7\.\d")  # RFC 3463: policy, relaying, who we are
_PASSING = SMTPConnectError | SMTPTimeoutError | SMTPServerDisconnected
_PERMANENT = range(500, 600)
_TEMPORARY = range(400, 500)


class Tls(StrEnum):
    """How the line to the mail server is closed to others."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Email:
    """A channel through one mail server, from one address."""

    host: str
    port: int
    tls: Tls
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    seconds: float = 8.0  # that one mail may take; less than whoever sends will wait

    name = "email"

    @property
    def pace(self) -> Pace:
        """Mail servers count by the minute; what is urgent does not wait for this."""
        return Pace(per_second=1.0)

    def parts(self, text: str) -> list[str]:
        """A mail may be of any length."""
        return [text]

    async def send(self, message: Outbound) -> Receipt:
        """Hands one mail to the server. Raises SendError.

        The receipt, like the mail's Message-ID, is our own reference: one that is sent again
        after an answer was lost is the same mail to whoever gets it.
        """
        mail = _mail(message, self.sender)
        client = SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            local_hostname=self._domain,  # else the library looks up, and tells, our own name
            timeout=self.seconds,
            use_tls=self.tls is Tls.TLS,
            start_tls=self.tls is Tls.STARTTLS,
            tls_context=None if self.tls is Tls.NONE else self._trusted,
        )
        failed = await self._hand_over(client, mail, message.to)
        if failed is not None:
            client.close()
            raise failed  # from out here, so that the library's error does not hang on to it
        with suppress(SMTPException, OSError):
            await client.quit(timeout=_FAREWELL)
        client.close()
        return Receipt(str(mail["Message-ID"]))

    async def _hand_over(self, client: SMTP, mail: EmailMessage, to: str) -> SendError | None:
        given = False  # from the moment it is, only the server's own word says what became of it
        try:
            async with asyncio.timeout(self.seconds):
                await client.connect()
                await client.mail(self.sender)
                await client.rcpt(to)
                given = True
                await client.data(mail.as_bytes(policy=WIRE))
        except (SMTPException, OSError, ValueError) as error:  # TimeoutError is an OSError
            return _after(error) if given else _before(error)
        return None

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context()  # read once: it takes longer than a mail

    @property
    def _domain(self) -> str:
        return self.sender.rpartition("@")[2]


def _mail(message: Outbound, sender: str) -> EmailMessage:
    """The mail as it goes out. Raises Refused for an address that is none."""
    mail = EmailMessage(policy=WIRE)
    mail["From"] = Address("Onestep", addr_spec=sender)
    try:
        mail["To"] = Address(addr_spec=message.to)
        message.to.encode("ascii")
        good = True
    except (ValueError, IndexError, MessageError):
        good = False
    if not good:  # from out here, because those errors quote it
        raise Refused("not an address")
    mail["Subject"] = subject(message.text)
    mail["Date"] = localtime()
    mail["Message-ID"] = f"<{_plain_id(message.reference)}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    mail.set_content(message.text.replace("\0", "\ufffd").encode("utf-8", "replace").decode())
    return mail


def subject(text: str) -> str:
    """What a locked screen shows of a notice: that there is one, and its reference."""
    found = _REF.search(text)
    return f"{SUBJECT} · ref {found[1]}" if found else QUIETLY


def _plain_id(reference: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "", reference)


def _before(error: Exception) -> SendError:
    """Nothing was handed over: only whether it can go better later is open."""
    if isinstance(error.__cause__ or error, ssl.SSLCertVerificationError):
        return OurFault("the server's certificate is not for this name, or from nobody we trust")
    if isinstance(error, SMTPResponseException):
        return _refused(error)
    if isinstance(error, _PASSING | OSError):
        return NotSent()
    if isinstance(error, SMTPException):
        return OurFault("the server does not offer what we are set to ask of it")
    return Refused("not an address")


def _refused(error: SMTPResponseException) -> SendError:
    code = str(error.code)
    if error.code not in _PERMANENT:  # 4xx, or no answer that SMTP knows
        return NotSent()
    if isinstance(error, SMTPAuthenticationError | SMTPSenderRefused | SMTPHeloError):
        return OurFault(code)
    if isinstance(error, SMTPRecipientRefused) and not _NOT_ALLOWED.match(error.message):
        return Gone(code) if _NO_SUCH.match(error.message) else Refused(code)
    return OurFault(code)


def _after(error: Exception) -> SendError:
    """The server had the mail, or was being asked to take it."""
    if isinstance(error, SMTPDataError) and error.code in _TEMPORARY:
        return NotSent()
    if isinstance(error, SMTPDataError) and error.code in _PERMANENT:
        return Refused(str(error.code))
    return Unknown()
