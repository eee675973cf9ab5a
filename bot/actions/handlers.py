"""Which code takes the answer to which question."""

from __future__ import annotations

from actions import answers, answers_first, answers_rating, answers_service, answers_step
from actions.news import Handler, part_handlers

# To add a question: a line in plan.py, a handler here, its slot and utterance in the domain.
HANDLERS: dict[str, Handler] = {
    "better": answers.better,
    "shown_up": answers.shown_up,
    "coping": answers.coping,
    "hard_coach": answers.hard_coach,
    "scale": answers.scale,
    "scale_in": answers.scale_in,
    "scale_up": answers.scale_up,
    **part_handlers(),
    "step": answers_step.step,
    "step_size": answers_step.step_size,
    "step_easy": answers_step.step_easy,
    "step_more": answers_step.step_more,
    "step_much": answers_step.step_much,
    "step_smaller": answers_step.step_smaller,
    "step_help": answers_step.step_help,
    "rating_area": answers_rating.rating_area,
    "rating_stage": answers_rating.rating_stage,
    "rating_tells": answers_rating.rating_tells,
    "consent": answers_first.consent,
    "best_hopes": answers_first.best_hopes,
    "hopes_difference": answers_first.hopes_difference,
    "hopes_person": answers_first.hopes_person,
    "worry_when": answers_service.worry_when,
    "correction": answers_service.correction,
    "times": answers_service.times,
    "delete_sure": answers_service.delete_sure,
    "leave_it": answers_service.leave_it,
    "start_again": answers_service.start_again,
    "relapse_or_resume": answers_service.relapse_or_resume,
    "end_sure": answers_service.end_sure,
}
