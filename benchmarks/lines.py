"""What the made-up client writes: answers by question, detours, and words nobody asked for."""

from collections.abc import Mapping

# Said when a question has no answers of its own below.
ANY_ANSWER = (
    "i put the kettle on and sat by the window for a bit",
    "just took it one thing at a time really",
    "told my sister i was coming so i had to go",
    "wrote it on my hand so i wouldnt forget",
    "kept the phone off till i had my coat on",
)

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "better": (
        "been sleeping better tbh",
        "made a proper tea two nights running",
        "got to the allotment before the rain",
        "not been drinking since sunday",
        "normal week",
        "bad week, let down again",
        "cleared the hallway and the door opens now",
        "nothing much really",
    ),
    "shown_up": ("yeah a bit, was humming doing the dishes", "not yet", "some of it i think"),
    "who": ("my sister said i looked well", "no one", "the lad in the shop, he said morning"),
    "you_noticed": ("i wasnt as jumpy on the stairs", "had more patience with the dog"),
    "difference": ("more energy in the mornings", "means i can face the post", "not sure"),
    "scale": ("5", "about a 6", "4 or 5"),
    "coping": ("walking the dog keeps me going", "my mate rings every night", "dont know"),
    "step": ("might notice if i open the curtains first thing", "could try ringing the college"),
    "keep": ("the walk with the dog", "the early nights"),
    "best_hopes": ("getting up in the morning and having something to get up for",),
    "rating_tells": ("i get the bus on my own now", "ive been asking when im stuck"),
    "times": ("tuesdays after four",),
    "correction": ("i meant it was my cousin not my sister",),
}

# The questions that come with buttons, and which of those the client presses. (A rating has
# buttons too; which areas are due, and so which buttons, is for the application to say.)
PICKS: Mapping[str, tuple[str, ...]] = {
    "consent": ("begin",),
    "hopes_person": ("not_now",),
    "hard_coach": ("not_now",),
    "worry_when": ("session",),
    "delete_sure": ("delete_no",),
    "leave_it": ("carry_on",),
    "start_again": ("yes",),
    "relapse_or_resume": ("something_else",),
    "step_size": ("too_easy", "about_right", "too_much"),
    "step_easy": ("leave_it", "more_worth"),
    "step_much": ("smaller", "help"),
    "step_help": ("no",),
}

# None of these changes who may write to whom: the talk has to go on for a thousand messages.
DETOURS = (
    "are you a robot",
    "who reads this",
    "does the jobcentre see any of this",
    "how are you",
    "can you skip that one",
)

UNASKED = (
    "got a letter from the council about the flat, has to be back by friday",
    "worried about the letter",
    "found a tenner in my coat",
    "managed the stairs without stopping today",
    "cant make thursday, can we do another day",
    "thanks for that",
)
