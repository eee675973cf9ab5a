"""Lets a simulated person live through some weeks with Onestep, day by day, by the fake clock."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from onestep.services import hand_off
from tests.conversations.playing import Start, Talk
from tests.personas.people import KINDS, persona

ANSWERS_AT_MOST = 9  # in one sitting
COACH_SAYS = ("Hi Sam, it's Ana. I'll ring at 3", "Hello Sam, Ana here. How are you now?")


@dataclass
class Life:
    """What happened: every step with what it brought, and what each text told by our labels."""

    name: str
    seed: int
    talk: Talk
    tells: dict[str, frozenset[str]] = field(default_factory=dict)
    hard: set[str] = field(default_factory=set)
    steps: list = field(default_factory=list)  # (what was done, contact before, what it brought)

    def do(self, **step):
        """Plays one step and keeps what it brought."""
        before = self.talk.watcher.contact()
        said = self.talk.step(**step)
        self.steps.append((step, before, said))
        return said

    def tell(self, words):
        """Sends these words, and keeps what they tell."""
        for text in words.texts:
            self.tells[text] = words.tells
            if words.hard:
                self.hard.add(text)
        return self.do(client=list(words.texts))


def live(room, name, seed, *, days):
    """A context that gives one life, lived; its database is there while it is open."""
    return _Living(room, name, seed, days)


class _Living:
    def __init__(self, room, name, seed, days):
        self.rnd = random.Random(f"{name} {seed}")
        self.who = persona(name)
        self.name, self.seed, self.days = name, seed, days
        new = self.rnd.random() < 0.3
        start = Start(
            channel=self.who.start.get("channel")
            or self.rnd.choice(["telegram", "telegram", "sms"]),
            discreet=self.who.start.get("discreet") == "yes" or self.rnd.random() < 0.1,
            new=new,
        )
        terms = {"every_days": self.rnd.choice([3, 4, 5])}
        self._talk = room.talk(start, seed=f"{name} {seed}", terms=terms)

    def __enter__(self):
        life = Life(self.name, self.seed, self._talk.__enter__())
        if self.rnd.random() < 0.6:
            life.talk.rated()
        self._sitting(life)
        gone = timedelta(0)
        while gone < timedelta(days=self.days):
            hours = self.rnd.choice([14, 20, 24, 26, 30])
            gone += timedelta(hours=hours)
            self._day(life, life.do(wait=f"PT{hours}H"))
        return life

    def __exit__(self, *raised):
        return self._talk.__exit__(*raised)

    def _likely(self, habit):
        return self.rnd.random() < self.who.habits[habit]

    def _day(self, life, said):
        if self._with_coach(life):
            return
        if said.texts or life.talk.open_prompt():
            self._sitting(life)
        elif self._likely("unprompted"):
            life.tell(self.rnd.choice(self.who.says("unprompted")))
            self._sitting(life)

    def _sitting(self, life):
        """Answers while something is asked, as long as they feel like it."""
        for _ in range(ANSWERS_AT_MOST):
            prompt = life.talk.open_prompt()
            if prompt is None or not self._likely("answers"):
                return
            self._answer(life, *prompt)
            if self._with_coach(life):
                return

    def _answer(self, life, asks, choices):
        if choices and self._likely("chooses"):
            life.do(choose=self.rnd.choice(choices))
        elif self._likely("detours"):
            life.tell(self.rnd.choice(self.who.says("detour")))
        else:
            words = self.rnd.choice(self.who.says(KINDS[asks]))
            life.tell(words)
            if self._likely("bursts"):
                life.tell(self.rnd.choice(self.who.says("unprompted")))

    def _with_coach(self, life):
        """Whoever has asked for Ana gets her; a day later she hands back."""
        with life.talk.app.db.read() as session:
            found = hand_off.current(session, life.talk.client_id)
            state = found and found.state
        if state is None:
            return False
        if state == "requested" or self.rnd.random() < 0.5:
            life.do(coach=self.rnd.choice(COACH_SAYS))
            if self._likely("answers"):
                life.tell(self.rnd.choice(self.who.says("yes_no")))
        else:
            life.do(event="hand_off_closed")
        return True
