"""What the channels hold open is let go when a process ends."""

import pytest

from onestep.cli import web, worker
from onestep.services import close_channels as closing
from onestep.services.close_channels import close_channels
from onestep.settings import Settings


class Open:
    """A channel with something open; `fault` is what it does when it is to let go."""

    name = "telegram"

    def __init__(self, fault=None):
        self.fault, self.closed = fault, 0

    async def close(self):
        """Lets go, or fails."""
        self.closed += 1
        if isinstance(self.fault, Exception):
            raise self.fault
        if self.fault is not None:
            await closing.asyncio.sleep(self.fault)


def test_all_are_closed_and_none_holds_up_another(world, monkeypatch, caplog):
    """One that fails and one that hangs are told; the rest are let go."""
    monkeypatch.setattr(closing, "WITHIN", 0.05)
    good, bad, hangs = Open(), Open(OSError("said")), Open(3600)
    world.app.channels.update(one=good, two=bad)
    world.run(close_channels(world.app))
    assert (good.closed, bad.closed) == (1, 1)
    assert "OSError" in caplog.text
    assert "said" not in caplog.text
    world.app.channels["three"] = hangs
    world.run(close_channels(world.app))
    assert "not let go in time" in caplog.text


@pytest.mark.parametrize(("part", "run"), [(worker, "run_worker"), (web, "run_web")])
def test_each_process_closes_its_own(world, monkeypatch, tmp_path, part, run):
    """Worker and web let go when they end, also where a job of theirs broke."""
    world.app.channels["open"] = channel = Open()
    monkeypatch.setattr(part.wiring, "build_part", lambda *_: world.app)

    async def ends(*jobs):
        for job in jobs:
            job.close()
        raise OSError("broke")

    monkeypatch.setattr(part, "until_told", ends)
    data = tmp_path / "v"
    (data / "run").mkdir(parents=True)
    settings = Settings(data=data, port=18000, metrics_port=18001)
    with pytest.raises(OSError, match="broke"):
        world.run(getattr(part, run)(settings))
    assert channel.closed == 1
