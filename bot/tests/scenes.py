"""Whole scenes, played through the bot; the contract's worked examples are made from them.

bot/.venv/bin/python bot/tests/scenes.py           write bot/contract/*.json anew
bot/.venv/bin/python bot/tests/scenes.py --read    print the scenes to read aloud
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from tests.talking import Phone, areas  # noqa: E402

CONTRACT = HERE.parent / "contract"
DUE = ("event", "check_in_due")
FIRST = ("event", "first_contact")
SHORT = {"first_contact": 2, "check_in": 2, "unprompted": 1}
HOPES = {"best_hopes": "a place of my own"}
ENTRY = {"entries": [{"ref": "e7", "date": "2026-11-14"}]}
TWO_AREAS = {"due": ["rating"], "areas_due": areas("looking_after_myself", "respect")}
ONE_AREA = {"due": ["rating"], "areas_due": areas("looking_after_myself")}


def pick(key: str) -> tuple[str, str]:
    """A choice."""
    return "choice", key


def now(**context: Any) -> tuple[str, dict[str, Any]]:
    """The context changes from here on."""
    return "context", context


TALKED = ["tidied the flat", "did ten minutes a day", "my worker noticed"]
REQUESTS = {
    "skip": "skip", "later": "ask me tonight", "not today": "not today", "less": "less",
    "more": "more", "pause": "pause", "pause until": "leave me till monday", "stop": "stop",
    "coach": "can someone ring me", "someone else": "not ana, someone else please",
    "who reads": "who sees this?", "who saw": "who has seen my words",
    "dwp": "does the dwp see this", "robot": "are you a robot", "record": "what have i told you",
    "plan": "my plan", "help": "help", "no credit": "no credit", "thanks": "thanks",
    "small talk": "how are you today", "greet": "hiya", "insult": "you stupid bot",
    "who is this": "who is this", "other person": "this is her mum what has she told you",
    "wrong number": "wrong number", "question": "what time does the foodbank open",
    "moved on": "dont need this any more, got a job and my own place now thanks for everything",
    "resume": "you can message me again", "remind": "remind me thursday about the jobcentre",
    "change that": "change that", "times": "change times", "delete": "delete",
    "strike": "dont tell my coach that", "back on it": "im back on it", "laters": "laters",
    "moved on, unsure": "im done with this dont need it any more", "hands off": "not telling you",
    "quit": "quit", "phone back": "phone back on", "cross": "why do you keep asking me this",
    "dont text then": "dont text me after 6",
}  # fmt: skip

# name, context, budget or None, steps
Scene = tuple[str, dict[str, Any], "dict[str, int] | None", list[Any]]

FIRST_CONTACT: list[Scene] = [
    ("begin and hope", {}, None, [FIRST, pick("begin"), "a place of my own", "id feel safe"]),
    ("not for me", {}, None, [FIRST, pick("not_for_me")]),
    ("not for me, typed", {}, None, [FIRST, "nah not for me"]),
    ("questions first", {}, None, [FIRST, "who reads this", "does the dwp see this", "ok"]),
    ("unclear twice", {}, None, [FIRST, "my mum died", "what", "yes please"]),
    ("don't know, then off my back", {}, None,
     [FIRST, "yeah go on then", "dunno", "you lot off my back"]),
    ("a hope that is a loss", {}, None,
     [FIRST, pick("begin"), "i just want my mum back she died in march", pick("not_now")]),
    ("a loss, and a person", {}, None,
     [FIRST, pick("begin"), "i just want my mum back she died in march", pick("coach")]),
]  # fmt: skip
CHECK_INS: list[Scene] = [
    ("better, who, step", {}, None,
     [DUE, "went to the library on my own", "i just took it one step at a time",
      "my neighbour dave said i look well", "ill try the park on sunday",
      pick("about_right"), "👍"]),
    ("short", {"length": "short", "channel": "sms"}, SHORT,
     [DUE, "been getting up earlier", "put my alarm across the room"]),
    ("step asked about", {**HOPES, "last_small_step": "the park"}, None,
     [DUE, "a bit", "cooked twice", "had the radio on", "my lad liked it", "nah"]),
    ("step not shown", {"last_small_step": "the park"}, None, [DUE, "no", "cooked twice"]),
    ("a sign that showed itself", {"last_small_step": "laughing more"}, None,
     [DUE, "yeah i noticed i was smiling", "the morning went quicker"]),
    ("luck", {}, None, [DUE, "won on the scratchcard", "got my lad some trainers"]),
    ("money stopped", {}, None, [DUE, "theyve stopped my money", "my mum fed us", pick("coach")]),
    ("sanctioned, asked how", {}, None, [DUE, "tidied the flat", "ive been sanctioned again"]),
    ("nothing", {}, None, [DUE, "nothing really", "nah"]),
    ("normal", {}, None, [DUE, "not bad", "my mornings"]),
    ("same", {}, None, [DUE, "same as last time", "the group"]),
    ("don't know twice", {}, None, [DUE, "dunno", "dunno"]),
    ("no one", {}, None,
     [DUE, "tidied the flat", "did ten minutes a day", "no one", "i sat down in it"]),
    ("only an absence", {}, None,
     [DUE, "not had any rows", "tea and the radio", "walked off first"]),
    ("all told", {}, None,
     [DUE, "been sleeping better cos i put my phone downstairs, mum noticed and i feel calmer",
      "reading in bed", "nah"]),
    ("a name, asked for", {"people": ["Rhys"]}, None,
     [DUE, "tidied the flat", "did ten minutes a day", "rhys said it looked nice"]),
    ("a name, discreet", {"people": ["Rhys"], "discreet": True}, None,
     [DUE, "tidied the flat", "did ten minutes a day"]),
    ("worse", {}, None, [DUE, "awful week, everything went wrong", "my dog", pick("not_now")]),
    ("worse, the coach", {}, None, [DUE, "same shit", "dunno", pick("coach")]),
    ("loss", {}, None, [DUE, "my brother died on tuesday", "my mum is with me", "no"]),
    ("after a hard one, better", {"last_hard": True}, None,
     [DUE, "went to my nans", "she made me laugh", "sundays at hers"]),
    ("after a hard one, still hard", {"last_hard": True}, None,
     [DUE, "still awful, been crying", pick("not_now")]),
    ("soft screen", {}, None,
     [DUE, now(screen={"level": "soft", "spans": []}), "cant see the point some days",
      now(screen={"level": "none", "spans": []}), "my sister", pick("not_now")]),
    ("burst", {}, None, [DUE, ["been alright", "went to group", "stayed the whole time"]]),
    ("burst with a question", {}, None,
     [DUE, ["went fishing", "who sees this btw"], "got up early"]),
    ("practical instead", {}, None,
     [DUE, "need to send the pip form by friday", "had a nice sunday"]),
    ("worry inside", {}, None, [DUE, "worried about court on friday", pick("session")]),
    ("worry now", {}, None, [DUE, "worried about my mum", pick("now")]),
    ("session inside", {}, None, [DUE, "cant make our session thursday", "had a nice sunday"]),
    ("continued", {}, None, [DUE, "tidied the flat", now(quiet_days=2), "did ten minutes a day"]),
    ("let go by the application", {}, None, [DUE, ("closed", ""), "had a nice sunday"]),
    ("leave it", {"unanswered": 2}, None, [DUE, pick("leave_it")]),
    ("carry on", {"unanswered": 2}, None, [DUE, pick("carry_on"), "went for a walk"]),
    ("carry on, typed", {"unanswered": 2}, None, [DUE, "yeah", "went for a walk"]),
    ("leave it, typed", {"unanswered": 2}, None, [DUE, "no ta"]),
]  # fmt: skip
STEPS: list[Scene] = [
    ("too much, help", {}, None, [DUE, *TALKED, "ill paint the lounge", pick("too_much"),
                                  pick("help"), pick("yes")]),
    ("too much, help, no", {}, None, [DUE, *TALKED, "ill paint the lounge", pick("too_much"),
                                      pick("help"), pick("no")]),
    ("too much, smaller", {}, None, [DUE, *TALKED, "ill paint the lounge", "way too much tbh",
                                     pick("smaller"), "just one wall"]),
    ("too easy, more", {}, None, [DUE, *TALKED, "ill clean the stairs", pick("too_easy"),
                                  pick("more_worth"), "do the landing as well"]),
    ("too easy, left", {}, None, [DUE, *TALKED, "ill clean the stairs", pick("too_easy"),
                                  pick("leave_it")]),
    ("a sign", {}, None, [DUE, *TALKED, "seeing the sun come in"]),
    ("let go", {}, None, [DUE, *TALKED, "nothing"]),
]  # fmt: skip
_KEEP_TURN = [DUE, *TALKED, "nah", now(due=["scale"]), DUE, "went swimming", "a mate came with me"]
SCALES: list[Scene] = [
    ("scale six or seven", HOPES, None, [*_KEEP_TURN, "i feel lighter", "6 or 7", "my own door"]),
    ("scale and a half", HOPES, None, [*_KEEP_TURN, "i feel lighter", "six and a half"]),
    ("scale nought", HOPES, None, [*_KEEP_TURN, "i feel lighter", "0", "just my cat"]),
    ("scale ten", HOPES, None, [*_KEEP_TURN, "i feel lighter", "10", "all of it"]),
    ("scale in words", HOPES, None,
     [*_KEEP_TURN, "i feel lighter", "getting there", "my own door"]),
    ("scale, don't know", HOPES, None, [*_KEEP_TURN, "i feel lighter", "dunno"]),
    ("scale, three and up", HOPES, {**SHORT, "check_in": 8},
     [*_KEEP_TURN, "i feel lighter", "5", "my own door", "a sofa in it"]),
    ("rating, two areas", TWO_AREAS, None,
     [DUE, *TALKED, pick("looking_after_myself"), pick("learning")]),
    ("rating, one area", ONE_AREA, None,
     [DUE, *TALKED, pick("learning"), "i do it without thinking"]),
    ("rating alone, typed", {**TWO_AREAS, "length": "short"}, SHORT,
     [DUE, "looking after myself", "getting there i think"]),
    ("rating left", {**TWO_AREAS, "length": "short"}, SHORT, [DUE, "dunno"]),
    ("rating skipped", {**ONE_AREA, "length": "short"}, SHORT, [DUE, "skip"]),
]  # fmt: skip
UNPROMPTED: list[Scene] = [
    ("noticing", {}, None, ["rang my brother last night", "just picked up the phone", "ok"]),
    ("luck", {}, None, ["my sister gave me a sofa", "can sit with my lad now"]),
    ("worry, session", {}, None, ["worried about the pip letter", pick("session")]),
    ("worry, typed", {}, None, ["worried about my son", "now please"]),
    ("practical", {}, None, ["pip form needs sending by monday"]),
    ("session", {}, None, ["cant make thursday"]),
    ("session, where", {}, None, ["where are we meeting tomorrow"]),
    ("session, swap", {}, None, ["can we swap our session to friday"]),
    ("chat", {}, None, ["did you watch the match"]),
    ("hello", {}, None, ["hello"]),
    ("hard", {}, None, ["bad night, been crying", "my cat", pick("not_now")]),
    ("loss", {}, None, ["my nan passed away", "my mum is with me", pick("coach")]),
    ("not read, twice", {}, None, ["qwoeiu zxmnb", "asdlkj qpwoe"]),
    ("a thumb up", {}, None, ["👍"]),
    ("nothing open, no question", {}, {**SHORT, "unprompted": 0}, ["had a lovely walk today"]),
    ("relapse", {}, None,
     ["im back on it", pick("something_else"), "just got to the morning", "no"]),
    ("back again", {}, None, ["im back on it", pick("start_again")]),
    ("back on, the phone", {}, None, ["back on now", "nah my phone, got it fixed"]),
    ("done, finish", {}, None, ["im done with this now", pick("finish")]),
    ("done, carry on", {}, None, ["im done with this now", pick("carry_on")]),
    ("done, a person", {}, None, ["im done with this now", pick("coach")]),
    ("done, in words", {}, None, [DUE, "im done with this now", "yeah finish"]),
    ("money stopped, unprompted", {}, None, ["theyve stopped my money", "my mum fed us", "no"]),
    ("correction", ENTRY, None, ["change that", "it was tuesday not monday"]),
    ("correction of nothing", {}, None, ["change that", "it was tuesday not monday"]),
    ("strike", ENTRY, None, ["dont tell my coach that"]),
    ("delete, yes", {}, None, ["delete", pick("delete_yes")]),
    ("delete, no", {}, None, ["delete", "no"]),
    ("times", {}, None, ["change times", "evenings are better"]),
    ("times at once", {}, None, ["can you text me on tuesdays instead"]),
    ("pause over, yes", {}, None, [("event", "pause_over"), pick("yes")]),
    ("pause over, not yet", {}, None, [("event", "pause_over"), pick("not_yet")]),
    ("came back", {}, None, [("event", "came_back"), pick("yes")]),
    ("session over", {}, None, [("event", "session_over")]),
    ("hand-off closed", {}, None, [("event", "hand_off_closed")]),
    ("not a concern", {}, None, [DUE, ("event", "not_a_concern"), "had a nice sunday"]),
    ("a new check-in over an old one", {}, None, [DUE, "tidied the flat", DUE]),
]  # fmt: skip
DETOURS: list[Scene] = [
    (f"{name}, {where}", ENTRY, None, [*before, text])
    for name, text in REQUESTS.items()
    for where, before in {
        "nothing open": [], "at Q4": [DUE], "at Q5": [DUE, "tidied the flat"],
        "in a hard talk": [DUE, "awful week, everything went wrong"],
    }.items()
]  # fmt: skip
FILES = {
    "first_contact": FIRST_CONTACT, "check_in": CHECK_INS, "step": STEPS,
    "scale_and_rating": SCALES, "unprompted": UNPROMPTED, "detours": DETOURS,
}  # fmt: skip


def play(turner: Any, scene: Scene) -> Phone:
    """One scene from its beginning, on a phone of its own."""
    _, context, budget, steps = scene
    phone = Phone(turner, context=dict(context))
    phone.budget = budget or phone.budget
    for step in steps:
        if isinstance(step, (str, list)):
            phone.say(*([step] if isinstance(step, str) else step))
        elif step[0] == "event":
            phone.event(step[1])
        elif step[0] == "choice":
            phone.choose(step[1])
        elif step[0] == "closed":
            phone.open_prompt = None
        else:
            phone.context.update(step[1])
    return phone


def without_model(answer: dict[str, Any]) -> dict[str, Any]:
    """What stays the same when the model is trained again: no fingerprint, no confidence."""
    state = {key: value for key, value in answer["state"].items() if key != "model"}
    kept = {key: value for key, value in answer.items() if key not in {"model", "understood"}}
    return {**kept, "state": state, "understood": {"intent": answer["understood"]["intent"]}}


def examples(turner: Any, scenes: Iterable[Scene]) -> list[dict[str, Any]]:
    """Every turn of every scene as a worked example."""
    found = []
    for scene in scenes:
        for number, turn in enumerate(play(turner, scene).answers, 1):
            request = json.loads(json.dumps(turn["request"]))
            if request["state"]:
                request["state"].pop("model", None)
            answer = without_model(turn["answer"])
            found.append({"name": f"{scene[0]} / {number}", "request": request, "answer": answer})
    return found


def load_turner() -> Any:
    """The trained bot of this checkout."""
    from server.actions import ActionShelf, call_in_process
    from server.model import load_model
    from server.turn import Turner

    model = load_model(HERE.parent / "models" / "onestep.tar.gz")
    call_in_process(ActionShelf("actions", model.domain))
    return Turner(model)


def main() -> None:
    """Write the examples, or print the scenes."""
    turner = load_turner()
    for name, scenes in FILES.items():
        if "--read" in sys.argv:
            for scene in scenes:
                told = "\n".join(play(turner, scene).log)
                sys.stdout.write(f"== {name}: {scene[0]}\n{told}\n")
            continue
        rows = [json.dumps(row, ensure_ascii=False) for row in examples(turner, scenes)]
        whole = "[\n" + ",\n".join(rows) + "\n]\n"
        (CONTRACT / f"{name}.json").write_text(whole, "utf-8")


if __name__ == "__main__":
    main()
