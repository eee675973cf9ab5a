"""A line to a Twilio of the tests, which does what that one does not play: refusals, lost answers.

Everything else is passed on and back as it is, so that the ledger at its end stays the judge.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import httpx

SENDING = "/Messages.json"
REFUSED = b'{"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}'


@dataclass
class Between:
    """`opted_out` are numbers that Twilio would refuse; `lose` so many answers to a send."""

    port: int
    to: str
    opted_out: set[str] = field(default_factory=set)
    lose: int = 0
    away: set[str] = field(default_factory=set)  # texts that Twilio is too busy for, once each
    lost: list[str] = field(default_factory=list)  # the texts whose answers were lost
    refused: list[str] = field(default_factory=list)  # the numbers that were

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def refuses(self, number: str) -> bool:
        """Whether a text to this number goes to somebody who has opted out at Twilio."""
        if number not in self.opted_out:
            return False
        self.refused.append(number)
        return True

    def loses(self, text: str) -> bool:
        """Whether the answer to this text, which was just taken, does not come back."""
        if len(self.lost) >= self.lose:
            return False
        self.lost.append(text)
        return True


@contextmanager
def between(to: str) -> Iterator[Between]:
    """One on a free port, before the Twilio at `to`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = parse_qs(body.decode())
            number, text = (asked.get(name, [""])[0] for name in ("To", "Body"))
            sends = self.command == "POST" and self.path.endswith(SENDING)
            if sends and line.refuses(number):
                self._say(400, REFUSED)
                return
            if sends and text in line.away:
                line.away.remove(text)
                self._say(503, b"")
                return
            kept = {name: self.headers[name] for name in KEPT if name in self.headers}
            answer = httpx.request(
                self.command, to + self.path, content=body, headers=kept, timeout=30
            )
            if sends and line.loses(text):
                self.close_connection = True  # taken over there, and no word of it here
                return
            self._say(answer.status_code, answer.content)

        def do_GET(self) -> None:
            self.do_POST()

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing: what is sent is nobody's business."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        line = Between(server.server_address[1], to)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield line
        finally:
            server.shutdown()


KEPT = ("Authorization", "Content-Type", "Accept")
