"""What can go wrong on Telegram's side: planted by a test, met by the requests it is meant for."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Fault:
    """One planted fault: `kind` for the next `times` requests of a method, in one chat or all.

    status    answers with HTTP `code` before anything is done; 502 as the HTML of a front door,
              429 with the `seconds` to wait
    lost      does what was asked and never answers (a time-out after acceptance)
    late      does what was asked and answers `seconds` later
    hang      does nothing and never answers
    broken    does what was asked and answers with what was asked, in no JSON
    """

    kind: str
    method: str = "sendMessage"
    chat: int | None = None
    times: int = 1
    code: int = 502
    seconds: float = 0
    description: str = ""

    def takes(self, method: str, chat: int | None) -> bool:
        """Whether this request is one it is meant for; if so it is used up by one."""
        fits = method == self.method and self.chat in (None, chat) and self.times > 0
        self.times -= fits
        return fits


@dataclass
class Weather:
    """All planted faults, and the floods that run until their time."""

    faults: list[Fault] = field(default_factory=list)
    floods: dict[int | None, float] = field(default_factory=dict)  # chat, or None for all
    strict: bool = False  # whether Telegram's limits are held by the server itself
    times: list[tuple[float, int]] = field(default_factory=list)

    def next_fault(self, method: str, chat: int | None) -> Fault | None:
        """The fault that this request meets, if any."""
        return next((fault for fault in self.faults if fault.takes(method, chat)), None)

    def flood(self, chat: int | None, seconds: float) -> None:
        """From now on too many requests were made for a chat, or for all, for so long."""
        self.floods[chat] = time.monotonic() + seconds

    def wait(self, chat: int) -> int:
        """How many seconds a send to this chat has to wait; zero when it may go."""
        until = max(self.floods.get(chat, 0.0), self.floods.get(None, 0.0))
        left = until - time.monotonic()
        return int(left) + 1 if left > 0 else 0

    def too_fast(self, chat: int) -> bool:
        """Whether a send now passes Telegram's limits: 30 in a second, 5 in 5 s for a chat."""
        now = time.monotonic()
        self.times = [(at, to) for at, to in self.times if now - at < 5]
        last_second = sum(now - at < 1 for at, _ in self.times)
        in_chat = sum(to == chat for _, to in self.times)
        if self.strict and (last_second >= 30 or in_chat >= 5):
            return True
        self.times.append((now, chat))
        return False


def refusal(code: int, description: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    """An answer that says no, in Telegram's shape."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return code, body


def granted(result: Any) -> tuple[int, dict[str, Any]]:
    """An answer that says yes."""
    return 200, {"ok": True, "result": result}
