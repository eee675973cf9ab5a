"""The few lines of HTTP on the socket: whole requests answered, broken ones refused."""

import json
import os
import socket
import stat

import pytest

from server.http import LONGEST_HEAD, Connection, bound


class Wire:
    """Keeps what was written; stands where asyncio's transport would."""

    def __init__(self):
        self.sent, self.closed = b"", False

    def write(self, data):
        """Take bytes."""
        self.sent += data

    def close(self):
        """Hang up."""
        self.closed = True


def talk(*pieces):
    """Send the pieces one by one to a door that echoes; return the wire."""
    wire, door = Wire(), Connection(lambda m, p, b: (200, {"m": m, "p": p, "b": b.decode()}))
    door.connection_made(wire)
    for piece in pieces:
        door.data_received(piece)
    return wire


def bodies(wire):
    """Return (status, JSON) of each answer on the wire."""
    found, rest = [], wire.sent
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        length = int(next(h[16:] for h in head.lower().split(b"\r\n") if b"content-length" in h))
        found.append((int(head.split(b" ")[1]), json.loads(rest[:length])))
        rest = rest[length:]
    return found


POST = b"POST /turn HTTP/1.1\r\nHost: bot\r\nContent-Length: 5\r\n\r\nhello"
ECHO = (200, {"m": "POST", "p": "/turn", "b": "hello"})


def test_a_request_is_answered_however_it_arrives():
    """Whole, byte by byte, or two at once: the same answers, and the line stays open."""
    assert bodies(talk(POST)) == [ECHO]
    assert bodies(talk(*(POST[i : i + 1] for i in range(len(POST))))) == [ECHO]
    both = talk(POST + POST)
    assert bodies(both) == [ECHO, ECHO]
    assert not both.closed


def test_half_a_request_waits():
    """Nothing is answered before the body is whole."""
    assert talk(POST[:-1]).sent == b""


def test_connection_close_is_honoured():
    """The caller's wish."""
    assert talk(POST.replace(b"Host: bot", b"Connection: close")).closed


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /health HTTP/2\r\n\r\n", 400),
        (b"GET /caf\xc3\xa9 HTTP/1.1\r\n\r\n", 400),
        (b"x" * (LONGEST_HEAD + 1), 400),
        (b"POST /turn HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST /turn HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /turn HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n", 400),
        (b"POST /turn HTTP/1.1\r\nContent-Length: 262145\r\n\r\n", 413),
    ],
)
def test_a_broken_frame_is_refused_and_the_line_closed(raw, status):
    """Nothing after it could be trusted to be where a request starts."""
    wire = talk(raw)
    assert bodies(wire)[0][0] == status
    assert wire.closed


def test_the_socket_is_ours_alone_from_its_first_moment(tmp_path):
    """0600, whatever the umask, also over one that a dead process left."""
    before = os.umask(0)
    try:
        for _ in range(2):
            door = bound(tmp_path / "b.sock")
            assert stat.S_IMODE((tmp_path / "b.sock").stat().st_mode) == 0o600
            door.close()
    finally:
        os.umask(before)


def test_a_file_in_the_sockets_place_is_not_removed(tmp_path):
    """Only a socket is ever replaced."""
    (tmp_path / "b.sock").write_text("precious")
    with pytest.raises(OSError, match="in use"):
        bound(tmp_path / "b.sock")
    assert (tmp_path / "b.sock").read_text() == "precious"


def test_whoever_finds_the_socket_can_connect(tmp_path):
    """It has no name before it listens: a name that refuses would be taken for a dead bot."""
    place = tmp_path / "b.sock"
    door = bound(place)
    line = socket.socket(socket.AF_UNIX)
    line.connect(str(place))
    line.close()
    door.close()
    assert [found.name for found in tmp_path.iterdir()] == ["b.sock"]
