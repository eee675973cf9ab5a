"""What a handler does for each message: as long as a turn takes, and a row before the answer.

The standard library only, and nothing newer than Python 3.10: Rasa's action server runs it too.
"""

import sqlite3
import time

SECONDS = 0.015  # of a core: about a turn of the sealed bot and what is around it


def work(database: str, chat: str, text: str) -> str:
    """Thinks, keeps the message on disk, and returns the answer, which names it. Blocking."""
    end = time.thread_time() + SECONDS
    while time.thread_time() < end:
        pass
    keep = sqlite3.connect(database, timeout=30)
    try:
        keep.execute("PRAGMA synchronous=FULL")
        with keep:
            keep.execute("CREATE TABLE IF NOT EXISTS message (chat TEXT, words TEXT)")
            keep.execute("INSERT INTO message VALUES (?, ?)", (chat, text))
    finally:
        keep.close()
    return f"You wrote: {text}"
