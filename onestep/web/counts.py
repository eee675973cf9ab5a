"""What this process has counted of the posts of providers: how many, of what end, how long."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from threading import Lock

# Seconds; 0.05 is what 99 in 100 posts must stay under.
BOUNDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)


class Outcome(StrEnum):
    """What became of one post."""

    KEPT = "kept"
    ASIDE = "aside"
    FORGED = "forged"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    NOT_KEPT = "not_kept"


class Counts:
    """Grows only; told to /metrics."""

    def __init__(self) -> None:
        self._posts: Counter[tuple[str, Outcome]] = Counter()
        self._seconds: Counter[tuple[str, int]] = Counter()
        self._sums: Counter[str] = Counter()
        self._lock = Lock()

    def add(self, channel: str, outcome: Outcome, seconds: float) -> None:
        """One post, answered after so many seconds."""
        with self._lock:
            self._posts[channel, outcome] += 1
            self._seconds[channel, bisect_left(BOUNDS, seconds)] += 1
            self._sums[channel] += seconds  # type: ignore[assignment]  # a Counter adds floats too

    def lines(self) -> Iterator[str]:
        """The counts, as Prometheus reads them."""
        with self._lock:
            posts, seconds, sums = dict(self._posts), dict(self._seconds), dict(self._sums)
        yield "# TYPE onestep_posts_total counter"
        for (channel, outcome), count in sorted(posts.items()):
            yield f'onestep_posts_total{{channel="{channel}",outcome="{outcome}"}} {count}'
        yield "# TYPE onestep_post_seconds histogram"
        for channel, total in sorted(sums.items()):
            name, below = f'onestep_post_seconds_bucket{{channel="{channel}",le=', 0
            for number, bound in enumerate((*BOUNDS, "+Inf")):
                below += seconds.get((channel, number), 0)
                yield f'{name}"{bound}"}} {below}'
            yield f'onestep_post_seconds_sum{{channel="{channel}"}} {total}'
            yield f'onestep_post_seconds_count{{channel="{channel}"}} {below}'
