"""A warm process that runs workers to be killed."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


class Workers:
    """Runs jobs (see child.py), each in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.faults.child"],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, **job) -> None:
        """Hands over a job."""
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict:
        """The next line the process says."""
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return json.loads(line)

    def run(self, **job) -> dict:
        """Does a job to its end or death."""
        self.start(**job)
        return self.answer()

    def close(self) -> None:
        """Ends the process."""
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        self.process.stderr.close()


@pytest.fixture(scope="session")
def workers():
    """The warm process."""
    running = Workers()
    yield running
    running.close()
