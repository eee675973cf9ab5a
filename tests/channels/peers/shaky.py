"""A carrier with a bad line: says just what it is told to, and notes what reached it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HANG = b"hang"  # takes the request and says nothing


@dataclass
class Shaky:
    """`says` is the raw answer by path; no answer at all is a line that breaks after taking."""

    port: int
    says: dict[str, bytes] = field(default_factory=dict)
    took: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    """A raw answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def shaky() -> Iterator[Shaky]:
    """One on a free port."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head, length = b"", 0
            while (line := self.rfile.readline()) not in {b"", b"\r\n"}:
                head += line
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            carrier.took.append(head + b"\r\n" + self.rfile.read(length))
            path = head.split(b" ")[1].partition(b"?")[0].decode()
            said = carrier.says.get(path, carrier.says.get("*", b""))
            if said == HANG:
                carrier.over.wait(30)
                return
            self.wfile.write(said)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        carrier = Shaky(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield carrier
        finally:
            carrier.over.set()
            server.shutdown()
