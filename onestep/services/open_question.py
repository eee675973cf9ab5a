"""Opens one question by hand, as if a check-in had come to it: for trying out and for tests."""

from onestep.content import Prompt, Reply
from onestep.domain.permission import SendKind
from onestep.services.app import App
from onestep.services.errors import UnknownQuestion
from onestep.services.scope import new_turn_id, open_scope
from onestep.services.speak import speak
from onestep.storage import talk

# The question types of the conversation page → (what the prompt asks, the utterance).
QUESTIONS = {
    "Q1": ("best_hopes", "ask_best_hopes"),
    "Q4": ("better", "ask_better"),
    "Q5": ("how", "ask_how"),
    "Q6": ("who", "ask_who"),
    "Q7": ("difference", "ask_difference"),
    "Q8": ("scale", "ask_scale"),
    "Q9": ("coping", "ask_coping"),
    "Q10": ("instead", "ask_instead"),
    "Q11": ("step", "ask_step"),
    "Q12": ("step_size", "ask_step_size"),
    "Q13": ("keep", "ask_keep"),
    "Q15": ("rating_area", "ask_rating_area"),
    "Q17": ("shown_up", "ask_shown_up"),
}
CHOICES = {"step_size": ("too_easy", "about_right", "too_much")}
ASKS_LEFT = 4  # an ordinary check-in, less this question


def open_question(app: App, client_id: str, question: str) -> None:
    """Begins a check-in that has come to `question`. Raises UnknownQuestion."""
    if question not in QUESTIONS:
        raise UnknownQuestion(
            f"there is no question {question}: use one of {', '.join(QUESTIONS)}"
        )
    asks, say = QUESTIONS[question]
    now = app.clock()
    with app.db.write() as session:
        scope = open_scope(
            session, app.content("en"), client_id=client_id, turn_id=new_turn_id(), now=now
        )
        scope.conversation = talk.begin_conversation(
            session, client_id=client_id, kind="check_in", asks_left=ASKS_LEFT, now=now
        )
        areas = tuple(area.key for area in scope.content.areas)
        choices = areas if asks == "rating_area" else CHOICES.get(asks, ())
        reply = Reply(
            say=say, asks=1, prompt=Prompt(f"{scope.turn_id}:{asks}", asks), choices=choices
        )
        form = "first_contact_form" if question == "Q1" else "check_in_form"
        talk.dialogue(session, client_id, now=now).state = {
            "slots": {"requested_slot": asks},
            "active_loop": {"name": form},
        }
        speak(scope, [reply], kind=SendKind.REPLY)
