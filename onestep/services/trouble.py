"""What is wrong with a line that was to go to a client, in words for staff."""

from onestep.storage.outbox import HELD

UNSURE = "may not have arrived"
WAITS = "waits until it is safe to write there"
NOT_SENT = "was not sent"
STOPPED = "was not sent: they have asked for no more texts, or closed this chat"
NO_ANSWER_THERE = "was not sent: texts do not arrive there any more"
# By the reason the row keeps; any other has failed at its provider.
WHY = {
    "stopped": STOPPED,
    "ended": "was not sent: they have finished, by their own word",
    "unreachable": NO_ANSWER_THERE,
    "gone": NO_ANSWER_THERE,
    "address_dead": NO_ANSWER_THERE,
    "address_moved": "was not sent: they have another number or account now",
    "address_cut_off": "was not sent: this was a wrong number",
    "not_enrolled": "was not sent: they have not said yes to being texted",
    "declined": "was not sent: they have said no to being texted",
    "erased": "was not sent: their record is erased",
    "refused": "was not sent: their provider refused it",
    "unreadable": "was not sent: it does not open any more",
    "too_old": "was not sent: it had waited for too long",
}


def trouble(state: str, reason: str | None, *, of_a_coach: bool = True) -> str:
    """What is wrong with a line out; empty where nothing is.

    What the service had ready to say and took back is no trouble, unless it could not get there.
    """
    if state == "cancelled" and not of_a_coach:
        return WHY.get(reason or "", "")
    if state == "uncertain":
        return UNSURE
    if state == "ready" and reason == HELD:
        return WAITS
    return WHY.get(reason or "", NOT_SENT) if state in {"failed", "cancelled"} else ""
