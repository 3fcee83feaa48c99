"""待办事项 of an accepted case: public notice, site inspection, second review. The last one settled enters the case."""

from .inspection import (
    ANSWERS,
    MAX_PHOTOS,
    PHOTOS,
    QUESTIONS,
    add_photo,
    confirm_inspection,
    inspect_again,
    record_inspection,
    remove_photo,
)
from .notice import decide_objection, end_notice, ended_notices, record_objection
from .pause import pause, resume
from .second_review import agree, answer, send_back
from .supplement import Wanted, ask_supplement, material, receive_supplement

__all__ = [
    "ANSWERS",
    "MAX_PHOTOS",
    "PHOTOS",
    "QUESTIONS",
    "Wanted",
    "add_photo",
    "agree",
    "answer",
    "ask_supplement",
    "confirm_inspection",
    "decide_objection",
    "end_notice",
    "ended_notices",
    "inspect_again",
    "material",
    "pause",
    "receive_supplement",
    "record_inspection",
    "record_objection",
    "remove_photo",
    "resume",
    "send_back",
]
