"""Whether words plainly ask for silence, a pause, more messages or a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from components.names import Names
from components.patterns import Patterns
from components.tokens import read_sections, tokens_of

# What silences the bot, wakes it or calls a person: never read from a likeness alone.
GRAVE = ("resume", "pause", "stop", "ask_someone_else", "ask_coach")
# A longer message is a story: a request in it needs the plain words, not a likeness.
MOST_WORDS = 16
# Any coach has a name; every first name reads as the one in the training data.
A_NAME = "ana"
SURE = 0.8  # how sure we are where the words are plain
# A request of other words is believed at this likeness and up: what would silence us needs the
# most (docs/decisions/0012-unsure-readings.md has the counts).
LIKELY = {"stop": 0.6, "pause": 0.6, "resume": 0.5, "ask_someone_else": 0.4, "ask_coach": 0.5}
# Words that only lean towards a request need the classifier to hold it possible.
POSSIBLE = 0.1
_UNTIL = frozenset({"till", "until", "til"})


class Requests:
    """Judges a ranking of intents by the words of `requests.txt`."""

    def __init__(self) -> None:
        """Compile the patterns once."""
        self._patterns = Patterns(("requests.txt",), but="words_")
        self._names = Names(self._patterns.words("kin"))
        self._words = {
            name: frozenset(" ".join(read_sections("requests.txt")[f"words_{name}"]).split())
            for name in GRAVE
        }

    def judge(self, text: str, ranking: Sequence[tuple[str, float]]) -> tuple[str, float]:
        """The intent to believe and how sure it is; `ranking` is the classifier's, best first."""
        norms = self._norms(text)
        found = frozenset(self._patterns.find_norms(["^", *norms, "$"]))
        best, sure = ranking[0]
        likely = dict(ranking)
        asked = self._asked(found, norms, likely)
        if asked:
            return asked, max(SURE, likely.get(asked, 0.0))
        if best not in GRAVE:
            return best, sure
        if self._believed(best, sure, found, norms):
            return ("pause" if best == "stop" and _UNTIL.intersection(norms) else best), sure
        return next(((name, at) for name, at in ranking if name not in GRAVE), ranking[0])

    def _norms(self, text: str) -> list[str]:
        tokens = tokens_of(text)
        named = {start for start, _ in self._names.find(tokens)}
        return [A_NAME if token.start in named else token.norm for token in tokens]

    def _asked(
        self, found: frozenset[str], norms: Sequence[str], likely: Mapping[str, float]
    ) -> str | None:
        """The one request in plain words. Stopping for a time is a pause; its end is none."""
        if "story" in found or len(norms) > MOST_WORDS:
            return None
        leans = {f"asks_{name}" for name in GRAVE if _leans(name, found, likely)}
        said = found | leans
        name = next((name for name in GRAVE if self._plain(name, said, norms)), None)
        return "pause" if name == "stop" and _UNTIL.intersection(norms) else name

    @staticmethod
    def _plain(name: str, found: frozenset[str], norms: Sequence[str]) -> bool:
        if f"asks_{name}" not in found or f"other_{name}" in found:
            return False
        quiet = {"never", "dont", "not", "nothing", "till", "until", "til", "dinnae", "after"}
        over = {"pause", "break", "freeze"}.intersection(norms)
        return name != "resume" or bool(over) or not quiet.intersection(norms)

    def _believed(
        self, best: str, sure: float, found: frozenset[str], norms: Sequence[str]
    ) -> bool:
        if sure < LIKELY[best] or "story" in found or f"other_{best}" in found:
            return False
        return bool(self._words[best].intersection(norms))


def _leans(name: str, found: frozenset[str], likely: Mapping[str, float]) -> bool:
    return f"leans_{name}" in found and likely.get(name, 0.0) >= POSSIBLE
