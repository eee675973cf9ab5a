"""The webhook's part of docs/benchmarks.md: how long a provider waits for us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

SAYS = {
    "waits": "a screen that waits for 10 ms",
    "works": "a screen that works for 10 ms",
    "ours": "our own screen",
}


@dataclass
class Found:
    """What one run brought."""

    posts: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    load: tuple[float, float] = (0.0, 0.0)
    cores: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One run in figures; times in milliseconds, loads of the machine before and after."""

    posts: int
    p50: float
    p95: float
    p99: float
    worst: float
    cores: Mapping[str, float]
    load: tuple[float, float]


def figures_of(found: Found) -> Run:
    """One run in figures."""
    p50, p95, p99, worst = (nearest(found.posts, each) for each in (50, 95, 99, 100))
    return Run(
        posts=len(found.posts),
        p50=p50,
        p95=p95,
        p99=p99,
        worst=worst,
        cores=found.cores,
        load=found.load,
    )


def nearest(times: list[float], percent: int) -> float:
    """The nearest-rank percentile, in milliseconds."""
    ordered = sorted(times)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] * 1000


def told(found: Found, screen: str, *, per_second: int, limit: float) -> str:
    """One run in words."""
    p99 = nearest(found.posts, 99)
    verdict = "met" if p99 <= limit else f"missed by {p99 - limit:.0f} ms"
    spread = " · ".join(f"p{each} {nearest(found.posts, each):.1f}" for each in (50, 95, 99, 100))
    replies = f"{len(found.replies)} replies to talkers"
    if found.replies:
        replies += f", median {nearest(found.replies, 50) / 1000:.1f} s with the lull of 3 s"
    return (
        f"{SAYS[screen]}: {len(found.posts)} posts at "
        f"{per_second}/s, ms: {spread}; {replies}; cores used: "
        f"{', '.join(f'{name} {used:.2f}' for name, used in found.cores.items())}; load "
        f"{found.load[0]:.1f} before, {found.load[1]:.1f} after. p99 within {limit:.0f} ms: "
        f"{verdict}"
    )


def section(runs: Mapping[str, Run], *, on: date, per_second: int, limit: float) -> str:
    """The part in Markdown; `runs` by the screen."""
    rows = "\n".join(_row(name, run, limit) for name, run in runs.items())
    return f"""## A webhook's answer while conversations go on

Measured on {on} with `python -m benchmarks.webhook --write` on 2 shared cores. Must be reached:
p99 at most {limit:.0f} ms at {per_second} updates a second, with a screen of ten milliseconds and
with our own.

| the screen | posts | p50 | p95 | p99 | worst | cores, web and worker | load | |
|---|---|---|---|---|---|---|---|---|
{rows}

- Milliseconds from the moment a post was due until its answer was read: one that had to wait for
  another is late by that, too. Each is on disk (`synchronous=FULL`) before it is answered.
- Web, worker and bot each have a process, as under `onestep serve`. 200 people write, each every
  two seconds, and eight more talk with the bot, which answers all of them; the program that posts
  runs on the same two cores. *Load* is the machine's when a run began and when it ended.
- *ours*: the screen as it is. The other two have ten milliseconds in the place of its classifier.
  *waits*: they are spent outside Python's lock, as by a model in a process of its own. *works*:
  inside it. A hundred of those a second are a whole core, and with what else there is to do for a
  message more than one Python can do: a screen like that needs its own process.
"""


def _row(name: str, run: Run, limit: float) -> str:
    cores: Sequence[str] = [f"{run.cores.get(part, 0):.2f}" for part in ("web", "worker")]
    verdict = "met" if run.p99 <= limit else "**missed**"
    times = " | ".join(f"{each:.1f}" for each in (run.p50, run.p95, run.p99, run.worst))
    load = f"{run.load[0]:.1f}, {run.load[1]:.1f}"
    return f"| {name} | {run.posts:,} | {times} | {', '.join(cores)} | {load} | {verdict} |"
