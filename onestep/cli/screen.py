"""`onestep screen`: lines in, verdicts out, so that anyone can measure the screen."""

import sys

from onestep.cli.say import console
from onestep.safety import ready, screen, screen_lines


def screen_stdin(*, json_lines: bool) -> int:
    """Screens standard input line by line; 1 when a JSON line could not be read."""
    ready("en")
    if json_lines:
        return 1 if screen_lines(sys.stdin, sys.stdout) else 0
    for line in sys.stdin:
        text = line.rstrip("\n")
        verdict = screen(text)
        found = ", ".join(verdict.words(text)) or "-"
        console.print(
            f"{verdict.level.value:7} {verdict.category or '-':16} {found}", markup=False
        )
    return 0
