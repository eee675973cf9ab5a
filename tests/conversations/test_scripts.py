"""Whole conversations as scripts, each step with what it must bring; no exact wording.

A script is what `onestep chat --script` plays. On its first line stand `about`, `start` (as the
options of `chat`), `rated` (every area was rated lately) and `wrong_now` (why it does not pass
yet); on any line `hard` (these words tell of pain) and `expect`:
  said, not_said          utterances: a|b is either, * is anything
  commands, not_commands  applied commands: `name`, or `name field=value`
  asks                    what is open afterwards, null for nothing
  contact, alert, to_coach, silent
"""

from pathlib import Path

import pytest

from onestep.content import check_conversation
from tests.conversations.expecting import unmet
from tests.conversations.playing import Start, failures
from tools.transcripts import BESIDE, steps_of

pytestmark = pytest.mark.slow

SCRIPTS = sorted(Path(__file__).resolve().parent.glob("*.jsonl"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script(room, script, request):
    """Each step brings what is expected of it; nothing fails, no word is lost, conduct is kept."""
    steps = steps_of(script)
    first = steps[0]
    assert first["about"]
    if "wrong_now" in first:
        request.applymarker(pytest.mark.xfail(reason=first["wrong_now"]))
    with room.talk(Start(**first.get("start", {})), seed=script.stem) as talk:
        if first.get("rated"):
            talk.rated()
        for number, step in enumerate(steps, start=1):
            said = talk.step(**{key: step[key] for key in step if key not in BESIDE})
            missing = list(unmet(said, step.get("expect", {})))
            assert not missing, f"line {number}, {step}: {missing}\n{said}"
        assert not failures(talk)
        hard = {step["client"] for step in steps if step.get("hard")}
        assert not check_conversation(talk.lines(hard=hard), people=("Rhys", "Dave"))
