"""Somebody who cannot come to the window: the visit is asked for, planned, made and confirmed by the real acts."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Any

from PIL import Image, ImageDraw

from dengbu.cases.actions import matters
from dengbu.cases.facts import facts
from dengbu.cases.home_visits import Manner
from dengbu.cases.models import Case, CaseParty, HomeVisit, Signer
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.identifiers import make_resident_id
from dengbu.core.models import User
from dengbu.materials.intake import Intake, intake
from dengbu.parties.models import Staff
from tests.support import office

OTHER = make_resident_id("419999", dt.date(1975, 5, 5), 31)
FINGER = Manner(how="fingerprint", fingerprint_reason="hand", witness="护士赵敏", read_aloud=True)
SIGN_LANGUAGE = Manner(
    read_aloud=True,
    interpreter_name="周译",
    interpreter_kind="resident_id",
    interpreter_number=OTHER,
    language="手语",
)

WHERE = "上街区中心路1号院2号楼301室"


def picture(words: str = "signed") -> bytes:
    """A small picture with something drawn on it."""
    image = Image.new("RGB", (600, 300), "white")
    ImageDraw.Draw(image).line([(60, 200), (200, 80), (330, 220), (520, 90)], fill="black", width=8)
    ImageDraw.Draw(image).text((20, 20), f"{words} {uuid.uuid4().hex[:6]}", fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def taken(words: str = "signed") -> tuple[Intake, str]:
    return intake(io.BytesIO(picture(words)), declared_name=f"{words}.jpg"), f"{words}.jpg"


@act("test.hire")
def hire(*, actor: Actor, user_id: int, name: str, post: str = "accept") -> int:
    """A member of staff with an account, so that the office can send them."""
    user = User.objects.create(pk=user_id, login=f"field{user_id}", display_name=name)
    Staff.objects.create(user=user, number=f"F{user_id}", name=name, posts=[post])
    return user_id


def officers() -> tuple[Actor, Actor]:
    for user_id, name in ((9124, "查看员甲"), (9125, "查看员乙")):
        if not User.objects.filter(pk=user_id).exists():
            hire(actor=office.SYSTEM, user_id=user_id, name=name)
    return office.staff("accept", 9124, "查看员甲"), office.staff("accept", 9125, "查看员乙")


def party(docket_id: uuid.UUID, role: str = "seller") -> CaseParty:
    return CaseParty.objects.get(case_id=docket_id, role=role)


def ask(docket_id: uuid.UUID, by: Actor | None = None, **more: Any) -> None:
    said: dict[str, Any] = {
        "party_ids": [str(party(docket_id).pk)],
        "reason": "hospital",
        "remark": "骨折住院，右手不能写字",
        "place": WHERE,
    }
    matters.ask_visit(actor=by or office.seller(), docket_id=docket_id, **(said | more))


def plan(docket_id: uuid.UUID, **more: Any) -> None:
    first, second = officers()
    said: dict[str, Any] = {
        "planned_at": clock.now() + dt.timedelta(hours=2),
        "first": first.user_id,
        "second": second.user_id,
    }
    matters.plan_visit(actor=office.clerk(), docket_id=docket_id, **(said | more))


def signer(docket_id: uuid.UUID) -> Signer:
    return Signer.objects.filter(docket_id=docket_id, visit__isnull=False).latest("pk")


def identify(docket_id: uuid.UUID, manner: Manner | None = None, number: str = office.SELLER[1]) -> None:
    matters.identify_signer(
        actor=officers()[0],
        docket_id=docket_id,
        signer_id=signer(docket_id).pk,
        document_kind="resident_id",
        number=number,
        manner=manner or Manner(),
    )


def answer(docket_id: uuid.UUID) -> None:
    found = facts(Case.objects.get(docket_id=docket_id))
    answers = {q.key: q.expected or (q.answers or ("如实",))[0] for q in found.policy.questions}
    matters.take_answers_visited(actor=officers()[0], docket_id=docket_id, answers=answers)


def sign(docket_id: uuid.UUID, *, interpreted: bool = False) -> None:
    matters.sign(
        actor=officers()[0],
        docket_id=docket_id,
        signer_id=signer(docket_id).pk,
        images=[taken("signature")],
        interpreter=[taken("interpreter")] if interpreted else [],
    )


def photograph(docket_id: uuid.UUID) -> None:
    photo, name = taken("scene")
    matters.add_scene(actor=officers()[0], docket_id=docket_id, intake=photo, original_name=name)


def record(docket_id: uuid.UUID) -> str:
    done: str = matters.record_signing(
        actor=officers()[0],
        docket_id=docket_id,
        visited_at=clock.now(),
        place=WHERE,
        scene="病房内，神志清楚",
    )
    return done


def written(docket_id: uuid.UUID, manner: Manner | None = None) -> HomeVisit:
    """Asked for, planned, made and written down: it waits for the second officer."""
    ask(docket_id)
    plan(docket_id)
    identify(docket_id, manner)
    answer(docket_id)
    matters.make_papers(actor=officers()[0], docket_id=docket_id)
    sign(docket_id, interpreted=bool(manner and manner.interpreted))
    photograph(docket_id)
    assert record(docket_id) == "written"
    return HomeVisit.objects.get(docket_id=docket_id)
