"""A webhook of ours, one thread deep: gives what is posted to a channel, keeps what it says."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from channels.base import Event, Posted, Posts
from channels.errors import Forged, Unreadable

WITHIN = 20  # seconds


@dataclass
class Receiver:
    """What came in, in order; `refuse` answers so many posts with 503, as if we were away."""

    port: int
    channel: Posts | None = None
    events: list[Event] = field(default_factory=list)
    posts: list[Posted] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    refuse: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def of(self, kind: type) -> list[Any]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def wait(self, done: Callable[[Sequence[Event]], object]) -> list[Event]:
        """The events once they are as wanted."""
        with self.changed:
            assert self.changed.wait_for(lambda: done(self.events), WITHIN), self.events
            return list(self.events)

    def wait_posts(self, count: int) -> None:
        """Until so many posts came, whatever they said."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.posts) >= count, WITHIN), self.posts

    def take(self, posted: Posted) -> tuple[int, bytes, str]:
        """What our web part does with a post: status, body and its kind of content."""
        with self.changed:
            self.posts.append(posted)
            status, body, kind = self._answer(posted)
            self.statuses.append(status)
            self.changed.notify_all()
        return status, body, kind

    def _answer(self, posted: Posted) -> tuple[int, bytes, str]:
        assert self.channel is not None
        if self.refuse:
            self.refuse -= 1
            return 503, b"", "text/plain"
        try:
            self.events += self.channel.read(posted)
        except Forged:
            return 403, b"", "text/plain"
        except Unreadable:
            pass
        answer = self.channel.answer(posted)
        return 200, answer.body.encode(), answer.content_type


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A webhook on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            url = receiver.url + self.path
            status, answer, kind = receiver.take(
                Posted(url, headers, body, remote=self.client_address[0])
            )
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            self.do_POST()  # Kannel's reports come as questions

        def log_message(self, *args: object) -> None:
            """Nothing: what is posted is nobody's business."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield receiver
        server.shutdown()
