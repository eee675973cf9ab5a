"""`emulate`: a Twilio on this machine that remembers what it was sent, and signs what it posts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.channels.peers.node import program
from tests.channels.peers.process import free_port, listens, running

SID = "AC" + "1" * 32
TOKEN = "a-made-up-token"
NUMBER = "+447700900000"


@dataclass
class Emulate:
    """One account with one number; the phones around it are played through it."""

    port: int

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self.port}"

    def phone_sends(self, phone: str, text: str) -> str:
        """A text from a phone; the id that Twilio gives it."""
        told = self._simulate("inbound-message", {"From": phone, "To": NUMBER, "Body": text})
        return str(told["sid"])

    def phone_calls(self, phone: str) -> str:
        """A call from a phone; its id."""
        return str(self._simulate("inbound-call", {"From": phone, "To": NUMBER})["sid"])

    def becomes(self, sid: str, status: str) -> None:
        """A text of ours moves on."""
        self._simulate("message-status", {"MessageSid": sid, "Status": status})

    def sent_to(self, phone: str) -> list[str]:
        """The ledger: every text that went to a phone, oldest first."""
        url = f"{self.url}/2010-04-01/Accounts/{SID}/Messages.json"
        told = httpx.get(url, params={"To": phone, "PageSize": 1000}, auth=(SID, TOKEN)).json()
        return [message["body"] for message in reversed(told["messages"])]

    def _simulate(self, what: str, fields: dict[str, str]) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.url}/_twilio/simulate/{what}", data=fields, auth=(SID, TOKEN), timeout=30
        )
        assert answer.is_success, answer.text
        return answer.json()


@contextmanager
def emulating(folder: Path, webhook: str) -> Iterator[Emulate]:
    """A running one, whose number posts texts and calls to `webhook`."""
    number = {"phone_number": NUMBER, "sms_url": webhook, "voice_url": webhook}
    seed = {"twilio": {"account": {"sid": SID, "auth_token": TOKEN}, "phone_numbers": [number]}}
    (folder / "seed.json").write_text(json.dumps(seed), "utf-8")
    port = free_port()
    command = program("emulate/dist/index.js")
    options = ["start", "--service", "twilio", "--port", port, "--seed", folder / "seed.json"]
    with running([*command, *options], folder=folder, ready=lambda: listens(port)):
        yield Emulate(port)
