"""Keep every client's text out of every log: records are told by place and kind only."""

import logging
import sys
from types import TracebackType

from rasa.utils.log_utils import configure_structlog

LOG = logging.getLogger("onestep.bot")  # ours: its messages are made of our own words only


class Placeless(logging.Formatter):
    """Writes our own messages, and of anybody else's only where and what kind they are.

    A library's message, a warning or an exception's text may quote what a client wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line = f"{record.levelname} {record.name}"
        if record.name == LOG.name:
            line += f" {record.getMessage()}"
        else:
            line += f" {record.module}:{record.lineno}"
        return line + (f" [{where(record.exc_info[1])}]" if record.exc_info else "")


def where(error: BaseException | None) -> str:
    """Return the kind of an exception and the lines it passed, never its text."""
    if error is None:
        return "no error"
    places, step = [], error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{step.tb_lineno}")
        step = step.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-6:])}"


def be_quiet() -> None:
    """Send the process's own lines to stderr and silence everything that could quote a text."""
    configure_structlog(logging.CRITICAL)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Placeless())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.ERROR)
    for name in ("rasa", "rasa_sdk"):  # both set a level of their own at import
        logging.getLogger(name).setLevel(logging.ERROR)
    LOG.setLevel(logging.INFO)
    sys.excepthook = _last_words


def _last_words(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    LOG.critical("stopped by %s", where(error))
