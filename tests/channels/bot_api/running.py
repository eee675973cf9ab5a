"""The Bot API server as a test uses it: started on a free port, with phones in people's hands."""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from tests.channels.bot_api.server import make_app

TOKEN = "700100:TEST-token_of-a-bot-that-does-not-exist"


def wait_until(true: Callable[[], object], seconds: float = 60) -> None:
    """Waits until something is true; an AssertionError when it is not in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


class Network:
    """Telegram as a test sees it, in this process or another: phones, faults and the ledger."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        self.url, self.token = url, token
        self._client = httpx.Client(base_url=url, timeout=30)

    def phone(self, chat: int) -> "Hand":
        """Somebody's phone; their first message is what starts the bot."""
        return Hand(self, chat)

    def do(self, what: str, **said: Any) -> Any:
        """One of the doings of phones.py."""
        return self._client.post(f"/test/{what}", json=said).raise_for_status().json()

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """Every message that Telegram took over, in order."""
        return self.look()["sent"]

    def look(self) -> dict[str, Any]:
        """Everything there is to judge by."""
        return self.do("look")

    def close(self) -> None:
        """Lets go of the connection."""
        self._client.close()


@dataclass(frozen=True)
class Hand:
    """One phone in somebody's hand."""

    network: Network
    chat: int

    def type(self, text: str, **fields: Any) -> dict[str, Any]:
        """Writes a message."""
        return self.network.do("type", chat=self.chat, fields={"text": text, **fields})

    def send(self, **fields: Any) -> dict[str, Any]:
        """Sends a message of any other kind, by its fields."""
        return self.network.do("type", chat=self.chat, fields=fields)

    def photo(self, body: bytes, caption: str = "") -> dict[str, Any]:
        """Sends a picture that the bot can fetch."""
        name = f"photo{len(body)}-{self.chat}"
        self.network.do("file", name=name, body=base64.b64encode(body).decode())
        size = {"file_id": name, "file_unique_id": name, "file_size": len(body)}
        fields = {"photo": [{**size, "width": 90, "height": 90}]}
        return self.send(**fields, **({"caption": caption} if caption else {}))

    def voice(self, body: bytes) -> dict[str, Any]:
        """Sends a voice note that the bot can fetch."""
        name = f"voice{len(body)}-{self.chat}"
        self.network.do("file", name=name, body=base64.b64encode(body).decode())
        file = {"file_id": name, "file_unique_id": name, "file_size": len(body), "duration": 2}
        return self.send(voice={**file, "mime_type": "audio/ogg"})

    def edit(self, message_id: int, text: str) -> dict[str, Any]:
        """Changes a message."""
        return self.network.do(
            "edit", chat=self.chat, message_id=message_id, fields={"text": text}
        )

    def tap(self, label: str, message_id: int | None = None) -> str:
        """Presses the button with this label, on the latest message that has it.

        Returns the id of the tap, as the ledger's `answered` counts it.
        """
        for sent in reversed(self.received):
            for text, data in sent["buttons"]:
                if text == label and message_id in (None, sent["message_id"]):
                    return self.press(sent["message_id"], data)
        raise AssertionError(f"no button says {label!r}")

    def press(self, message_id: int, data: str) -> str:
        """Presses a button that carries `data`, whether it still lies there or not."""
        return self.network.do("tap", chat=self.chat, message_id=message_id, data=data)["id"]

    def block(self, *, blocked: bool = True) -> None:
        """Blocks the bot, or takes the block away."""
        self.network.do("block", chat=self.chat, blocked=blocked)

    @property
    def received(self) -> list[dict[str, Any]]:
        """What the bot has sent here, in order."""
        return [sent for sent in self.network.ledger if sent["chat"] == self.chat]

    @property
    def texts(self) -> list[str]:
        """The words of what the bot has sent here."""
        return [sent["text"] for sent in self.received]

    @property
    def screen(self) -> list[dict[str, Any]]:
        """Everything that lies in the chat now, buttons too."""
        return self.network.do("screen", chat=self.chat)


@contextmanager
def telegram_network(token: str = TOKEN, **more: Any) -> Iterator[Network]:
    """The server in a thread of this process, on a free port of 127.0.0.1."""
    config = uvicorn.Config(
        make_app(token, **more),
        port=0,
        log_level="critical",
        timeout_graceful_shutdown=0,
        timeout_keep_alive=60,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen(2048)  # who connects before it runs waits instead of being refused
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    network = Network(f"http://127.0.0.1:{listening.getsockname()[1]}", token)
    try:
        yield network
    finally:
        network.close()
        server.should_exit = True
        thread.join(10)
        listening.close()
