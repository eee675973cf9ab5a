"""Seal this process: its own threads, memory and output, before anything heavy is imported."""

import contextlib
import os
import resource
import sys
import warnings
from pathlib import Path

# One thread each: a turn's matrices are tiny, and pools of threads only fight over two cores.
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


def seal(cap_mb: int) -> None:
    """Set what libraries read at import, cap the memory, and let nothing write to stdout.

    The cap counts private writable memory (RLIMIT_DATA): RLIMIT_AS also counts what TensorFlow
    only maps. Where the system has no such limit the watch in onestep still recycles.
    """
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false", LOG_LEVEL="CRITICAL", TF_CPP_MIN_LOG_LEVEL="3"
    )
    os.environ.setdefault("HOME", "/nonexistent")
    os.umask(0o077)
    warnings.showwarning = lambda *_told, **_more: None
    cap = cap_mb * 1024 * 1024
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_CORE):
        limit = cap if kind == resource.RLIMIT_DATA else 0  # no core file: it would hold texts
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def resident_mb() -> int:
    """Return the memory this process holds now, in MiB (its peak where /proc is missing)."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return pages * resource.getpagesize() // 2**20
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // (2**20 if sys.platform == "darwin" else 2**10)
