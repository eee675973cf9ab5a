"""Read sentences with the trained model as a turn would, and print what was understood.

    bot/.venv/bin/python tools/parse_nlu.py < sentences.jsonl

In: one JSON line per sentence, {"id", "text"}; a text with line breaks is read as a burst.
Out: one JSON line each, {"id", "intent", "confidence", "marks"}. For made-up sentences only:
what it is given comes out again on the screen's side of the seal.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

BOT = Path(__file__).resolve().parents[1] / "bot"


class Reader:
    """Reads texts with one loaded model, by the bot's own code, so that nothing is read twice."""

    def __init__(self, model: Path) -> None:
        """Load the model once; raises the bot's own error when it is not the recorded one."""
        sys.path.insert(0, str(BOT))  # the bot is a folder of modules, not an installed package
        importlib.import_module("server.quiet").be_quiet()
        # Which marks and intents there are is the bot's affair: it is reached by name only, so
        # that the application's type checker need not know Rasa.
        self._model = importlib.import_module("server.model").load_model(model)
        self._joined = importlib.import_module("server.clean").joined
        self._input = importlib.import_module("server.request").Input
        self._read = importlib.import_module("server.nlu").read_input

    def understood(self, text: str) -> dict[str, Any]:
        """Return {"intent", "confidence", "marks"}; offsets in marks are code points of text."""
        parts = [(f"m{n}", part) for n, part in enumerate(text.split("\n"), start=1)]
        whole, places = self._joined(parts)
        parsed = self._read(self._input("text", whole, tuple(places)), self._model)
        return {
            "intent": parsed["intent"]["name"],
            "confidence": round(parsed["intent"]["confidence"], 4),
            "marks": parsed.get("marks", {}),
        }


def answers(lines: Iterable[str], reader: Reader) -> Iterator[str]:
    """Yield one JSON line for each line that is not empty."""
    for line in lines:
        if line.strip():
            asked = json.loads(line)
            yield json.dumps({"id": asked["id"], **reader.understood(asked["text"])})


def main() -> None:
    """Read standard input to its end."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--model", type=Path, default=BOT / "models" / "onestep.tar.gz")
    reader = Reader(parser.parse_args().model)
    for answer in answers(sys.stdin, reader):
        sys.stdout.write(answer + "\n")


if __name__ == "__main__":
    main()
