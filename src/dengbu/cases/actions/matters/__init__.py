"""待办事项 of an accepted case: public notice, site inspection, second review. The last one settled enters the case."""

from .face_signing import (
    add_scene,
    confirm_signing,
    identify_signer,
    make_papers,
    record_signing,
    remove_scene,
    sign,
    take_answers_visited,
    to_sign,
)
from .home_visits import ask_visit, ask_visit_at_window, cancel_visit_home, decline_visit, plan_visit
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
from .second_review import agree, answer, leader_send_back, send_back, sign_off
from .supplement import Wanted, ask_supplement, material, receive_supplement

__all__ = [
    "ANSWERS",
    "MAX_PHOTOS",
    "PHOTOS",
    "QUESTIONS",
    "Wanted",
    "add_photo",
    "add_scene",
    "agree",
    "answer",
    "ask_supplement",
    "ask_visit",
    "ask_visit_at_window",
    "cancel_visit_home",
    "confirm_inspection",
    "confirm_signing",
    "decide_objection",
    "decline_visit",
    "end_notice",
    "ended_notices",
    "identify_signer",
    "inspect_again",
    "leader_send_back",
    "make_papers",
    "material",
    "pause",
    "plan_visit",
    "receive_supplement",
    "record_inspection",
    "record_objection",
    "record_signing",
    "remove_photo",
    "remove_scene",
    "resume",
    "send_back",
    "sign",
    "sign_off",
    "take_answers_visited",
    "to_sign",
]
