"""A line to the gateway that can be cut, or loses the answers that come back over it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


@dataclass
class Between:
    """`down`: nothing gets through, as when the gateway is not running; `lose`: answers do not."""

    port: int
    down: bool = False
    lose: int = 0
    tried: int = 0  # while it was down

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/cgi-bin/sendsms"


@contextmanager
def between(to: str) -> Iterator[Between]:
    """One on a free port, before the gateway's own service at `to`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if line.down:
                line.tried += 1
                self._say(503, b"")  # as Kannel says while it cannot take anything
                return
            kept = {name: value for name, value in self.headers.items() if _passed(name)}
            answer = httpx.post(to, content=body, headers=kept, timeout=30)
            if line.lose:
                line.lose -= 1
                return  # taken over there, and no word of it here
            self._say(answer.status_code, answer.content)

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing: what is sent is nobody's business."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        line = Between(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield line
        finally:
            server.shutdown()


def _passed(name: str) -> bool:
    return name.lower().startswith("x-kannel") or name.lower() == "content-type"
