"""单件补录: typed from the paper archive by one, checked against it by another; only then it is in the book."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.conf import settings

from dengbu.cases.actions import backfills as waiting
from dengbu.cases.actions.filing import save_property
from dengbu.cases.facts import facts
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case
from dengbu.certificates import actions as certificates
from dengbu.certificates.models import Certificate
from dengbu.core import clock, crypto, rows
from dengbu.core.acts import Actor, act, current, system
from dengbu.core.counters import next_serial
from dengbu.core.identifiers import normalise_certificate_number
from dengbu.core.models import Docket
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.materials import actions as materials
from dengbu.materials.intake import Intake
from dengbu.materials.queries import pages_of_item
from dengbu.register.actions import OfRecord, enter
from dengbu.register.imported import BACKFILL
from dengbu.register.models import Building, Parcel, RealEstateUnit
from dengbu.register.queries import unit_book

from ..models import OldCertificate, RegisterImport
from ..standard import single
from .importing import kept_row, taken_over

PURPOSE = "exchange.old_certificate"
PERMISSION = "register.backfill"
SCANS = "ARCH"  # the item of the evidence room that the scans of the archive lie under
MAX_PAGES = 60
OPEN = ("typed", "sent_back")


def known_around(said: Mapping[str, str]) -> single.Known:
    """What the book has of this unit's place. Four statements; its whole page where something comes onto it."""
    code = single.place(said)
    proofs = (said.get(f"{single.MORTGAGE}{n}-BDCDJZMH", "") for n in single.loads(said, single.MORTGAGE))
    written = "、".join([said.get("FDCQ2-BDCQZH", ""), *proofs])
    numbers = [normalise_certificate_number(n) for n in written.split("、")]
    return single.Known(
        parcel=Parcel.objects.filter(code=code[:19]).exists(),
        buildings=set(Building.objects.filter(code=code[:24]).values_list("code", flat=True)),
        units=set(RealEstateUnit.objects.filter(code=code).values_list("code", flat=True)),
        numbers=set(Certificate.objects.filter(number__in=numbers).values_list("number", flat=True)),
        standing=standing(code) if single.beside(said) else None,
    )


def standing(code: str) -> single.Standing | None:
    """The page of a unit, as far as what comes onto it has to agree with it; None where it is not in the book."""
    book, now = unit_book(code), clock.now()
    if book is None:
        return None
    live = [r for r in book.restrictions if r.in_force(now)]
    return single.Standing(
        location=book.location,
        owners=tuple(h.name for h in book.ownership.holders) if book.ownership else (),
        ranks=frozenset(m.rank for m in book.mortgages if m.rank),
        seized=any(r.kind == "seizure" and not r.share_of for r in live),
        waiting=frozenset(r.position for r in live if r.kind == "waiting_seizure"),
    )


def said_of(one: OldCertificate) -> dict[str, str]:
    """What was typed. Holds identity numbers: whoever reads it notes the sight."""
    found: dict[str, str] = json.loads(crypto.decrypt(one.cipher, PURPOSE))
    return found


def type_old_certificate(
    *,
    actor: Actor,
    said: Mapping[str, str],
    archive_no: str,
    scans: Sequence[tuple[Intake, str]],
    docket_id: uuid.UUID | None = None,
    waiting_case: uuid.UUID | None = None,
    key: str | None = None,
) -> uuid.UUID:
    """录入: what the archive says, with its scans (their bytes are kept first); nothing is in the book yet.

    With `docket_id` one that was sent back is typed anew, by whoever typed it. `waiting_case`: a draft at the desk that
    gets this home once it is in the book. Gives the docket. Raises Refused with
    everything that stands against it, NotPermitted, Conflict.
    """
    kept = [(materials.keep(intake), name) for intake, name in scans]
    made: str = _type(
        actor=actor,
        said={k: v.strip() for k, v in said.items() if v.strip()},
        archive_no=archive_no,
        kept=kept,
        docket_id=docket_id,
        waiting_case=waiting_case,
        key=key,
    )
    return uuid.UUID(made)


@act("register.type_old_certificate", permission=PERMISSION)
def _type(
    *,
    actor: Actor,
    said: dict[str, str],
    archive_no: str,
    kept: Sequence[tuple[materials.Kept, str]],
    docket_id: uuid.UUID | None,
    waiting_case: uuid.UUID | None,
) -> str:
    one = _sent_back(docket_id, actor) if docket_id else None
    wrong = list(single.judge(said, known_around(said), clock.now(), settings.AUTHORITY).refusals)
    if not 2 <= len(archive_no.strip()) <= 60:
        wrong.append(Refusal("OLD_ARCHIVE_NO", "请填写纸质档案的档号。", "", single.BASIS, "archive_no"))
    if not kept and not (one and pages_of_item(one.pk, SCANS)):
        wrong.append(
            Refusal("OLD_SCANS", "请上传档案的影像。", "至少上传旧证和登记表各页。", single.BASIS, "scans")
        )
    code = single.place(said)
    twice = OldCertificate.objects.filter(unit_code=code, state__in=OPEN)
    if code and twice.exclude(pk=one.pk if one else None).exists():
        wrong.append(
            Refusal("OLD_TWICE", "这一单元已经录入，等待核对。", "请到补录清单里查找。", "", "H-BDCDYH")
        )
    if waiting_case is not None and not (waits_for_a_home(waiting_case) or waits_on(waiting_case, code)):
        wrong.append(
            Refusal(
                "OLD_CASE",
                "所选的办件不在等待这一单元的补录。",
                "只能选还没有选不动产的窗口草稿，或者等待这处不动产补录的办件。",
                "",
                "waiting_case",
            )
        )
    if wrong:
        raise Refused(wrong)
    now = clock.now()
    if one is None:
        number = f"BL{clock.today():%Y%m%d}{next_serial('dengbu_backfill_no'):06d}"
        docket = Docket.objects.create(number=number, authority=settings.AUTHORITY, created_at=now)
        one = OldCertificate(docket=docket, version=0)
    there = standing(code) if single.beside(said) else None
    one.unit_code, one.location = code, (there.location if there else said["H-ZL"])[:200]
    one.number, one.archive_no = said.get("FDCQ2-BDCQZH", "")[:200], archive_no.strip()
    one.cipher = crypto.encrypt(json.dumps(said, ensure_ascii=False), PURPOSE)
    one.waiting_case_id = waiting_case
    one.state, one.version, one.remark = "typed", one.version + 1, ""
    one.typed_by_id, one.typed_by, one.typed_at = actor.user_id or 0, actor.name[:80], now
    one.checked_by_id, one.checked_by, one.checked_at = None, "", None
    one.save()
    for page, name in kept:
        materials.add_page(
            actor=actor, docket_id=one.pk, item=SCANS, kept=page, original_name=name, max_pages=MAX_PAGES
        )
    current().about(one.pk)
    current().note(unit=code, archive=one.archive_no)
    return str(one.pk)


def _sent_back(docket_id: uuid.UUID, actor: Actor) -> OldCertificate:
    one = _locked(docket_id)
    if one.state != "sent_back":
        raise Conflict(MOVED_ON)
    if one.typed_by_id != actor.user_id:
        raise NotPermitted(
            PERMISSION,
            Refusal("OLD_NOT_YOURS", f"这一件由{one.typed_by}录入。", "请由录入人修改。", single.BASIS),
        )
    return one


MOVED_ON = Refusal("OLD_MOVED_ON", "这一件补录已经核对或者退回。", "请刷新页面。")


def _locked(docket_id: uuid.UUID) -> OldCertificate:
    one = OldCertificate.objects.select_for_update().filter(pk=docket_id).first()
    if one is None:
        raise Refused(Refusal("OLD_UNKNOWN", "没有这件补录。", "请从补录清单打开。"))
    current().about(one.pk)
    return one


def _to_check(docket_id: uuid.UUID, actor: Actor, version: int) -> OldCertificate:
    one = _locked(docket_id)
    if one.state != "typed" or one.version != version:
        raise Conflict(MOVED_ON)
    if one.typed_by_id == actor.user_id:
        raise NotPermitted(
            PERMISSION,
            Refusal(
                "OLD_SAME_HANDS",
                "您录入了这一件，不能自己核对。",
                "请由另一名同事对照纸质档案核对。",
                single.BASIS,
            ),
        )
    return one


def waits_for_a_home(docket_id: uuid.UUID) -> bool:
    """Whether this is a draft filed at the desk that has no home yet. One statement."""
    drafts = Case.objects.filter(pk=docket_id, state=State.DRAFT.value, filed_for_by_staff=True, unit_code="")
    return drafts.exists()


def waits_on(docket_id: uuid.UUID, code: str) -> bool:
    """Whether this is a filed case of this unit that waits for an old right on it."""
    case = waiting.awaits(docket_id)
    return case is not None and code in facts(case).registration.unit_codes


@act("register.cannot_backfill", permission=PERMISSION)
def cannot(*, actor: Actor, waiting_case: uuid.UUID, reason: str) -> None:
    """不能补录: the archive has no such right, or it ended long ago; the officer has the case back with the reason. Raises
    Refused, also where it was typed already."""
    if OldCertificate.objects.filter(waiting_case_id=waiting_case, state__in=OPEN).exists():
        raise Refused(
            Refusal(
                "OLD_TYPED", "这件办件等待的补录已经录入。", "请先核对；录入有误的退回后撤销。", "", "reason"
            )
        )
    if waiting.awaits(waiting_case) is None:
        raise Conflict(MOVED_ON)
    waiting.not_backfilled(actor=actor, docket_id=waiting_case, reason=reason)


@act("register.check_old_certificate", permission=PERMISSION)
def check_old_certificate(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    version: int,
    number: str,
    area: str,
    again: Mapping[str, str] | None = None,
) -> str:
    """核对: another person read the archive, typed number and area again (`again`: of each mortgage its amount and proof,
    of each seizure its document and end), and all agree: it is entered in the book.

    The draft that waited for it has its home from now on; a filed case goes on by itself. Judged anew beside the book as
    it is now. Gives the number of the entry of the title, else the last. Raises Refused, Conflict, NotPermitted for
    whoever typed it.
    """
    one = _to_check(docket_id, actor, version)
    said = said_of(one)
    wrong = []
    onto = single.beside(said)  # the house is in the book: of the title nothing was typed
    if not onto and _numbers(number) != _numbers(said.get("FDCQ2-BDCQZH", "")):
        wrong.append(
            Refusal(
                "OLD_NUMBER_DIFFERS",
                "您输入的证号与录入的不一致。",
                "请再对照档案；录入有误的，退回录入人。",
                single.BASIS,
                "number",
            )
        )
    if not onto and area.strip().rstrip("0").rstrip(".") != said.get("H-SCJZMJ", "").rstrip("0").rstrip("."):
        wrong.append(
            Refusal(
                "OLD_AREA_DIFFERS",
                "您输入的建筑面积与录入的不一致。",
                "请再对照档案；录入有误的，退回录入人。",
                single.BASIS,
                "area",
            )
        )
    wrong += [
        Refusal(
            "OLD_LOAD_DIFFERS",
            f"您输入的{label_of(name)}与录入的不一致。",
            "请再对照档案；录入有误的，退回录入人。",
            single.BASIS,
            name,
        )
        for name in single.again(said)
        if _plain((again or {}).get(name, "")) != _plain(said[name])
    ]
    known = known_around(said)
    judged = single.judge(said, known, clock.now(), settings.AUTHORITY)
    wrong += judged.refusals
    if wrong:
        raise Refused(wrong)
    one.entry_no = _enter(one, judged, known, actor)
    one.state, one.checked_by_id, one.checked_by = "entered", actor.user_id, actor.name[:80]
    one.checked_at = clock.now()
    one.save()
    if one.waiting_case_id is not None and waits_for_a_home(one.waiting_case_id):
        # By the system: whoever checked the archive had no hand in the application, and may receive it.
        save_property(actor=system("backfill"), docket_id=one.waiting_case_id, unit_code=one.unit_code)
    elif one.waiting_case_id is not None and waiting.awaits(one.waiting_case_id) is not None:
        waiting.backfilled(actor=system("backfill"), docket_id=one.waiting_case_id, entry_no=one.entry_no)
    current().note(unit=one.unit_code, entry=one.entry_no)
    return one.entry_no


def label_of(name: str) -> str:
    """A field of a mortgage or seizure (`DYAQ1-BDBZZQSE`) in words."""
    prefix, _, field = name.partition("-")
    return dict(single.ASKED[prefix[:-1]])[field].partition("（")[0]


def _plain(text: str) -> str:
    """As it is compared: amounts without ending noughts, signs of one width, no blanks."""
    plain = normalise_certificate_number(text)
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _numbers(text: str) -> list[str]:
    return [normalise_certificate_number(n) for n in text.replace("，", "、").split("、") if n.strip()]


def _enter(one: OldCertificate, judged: single.Judged, known: single.Known, actor: Actor) -> str:
    """Entries of the kind 单件补录, the rows as they were typed, and the old certificates by their numbers."""
    made = single.built(judged, known)
    entered = enter(
        actor=actor,
        registrations=[
            replace(entry, registration_type=BACKFILL, docket_id=one.pk) for b in made for entry in b.entries
        ],
        authority=settings.AUTHORITY,
        of_record=OfRecord(reviewer=actor.name, registrar=actor.name),
    ).entries
    run = RegisterImport.objects.create(
        digest=hashlib.sha256(one.docket.number.encode()).hexdigest(),
        folder=f"单件补录 {one.docket.number}",
        state="done",
        position=one.unit_code,
        places=len(made),
        entries=len(entered),
        started_at=clock.now(),
        ended_at=clock.now(),
    )
    rows.insert([kept_row(run, kept) for b in made for kept in b.kept], keys=False)
    entry_of = {grant.right: entry.entry_id for entry in entered for grant in entry.granted}
    run.papers = certificates.take_over(
        actor=actor,
        authority=settings.AUTHORITY,
        papers=[taken_over(paper, entry_of[paper.right]) for b in made for paper in b.papers],
    )
    run.save(update_fields=["papers"])
    return next((e.number for e in entered if e.granted), entered[-1].number)


@act("register.send_back_old_certificate", permission=PERMISSION)
def send_back(*, actor: Actor, docket_id: uuid.UUID, version: int, remark: str) -> None:
    """退回: what was typed differs from the archive; whoever typed it mends it. Raises Refused, Conflict, NotPermitted."""
    one = _to_check(docket_id, actor, version)
    if len(remark.strip()) < 5:
        raise Refused(Refusal("OLD_REMARK", "请写明哪里与档案不一致。", "不少于5个字。", "", "remark"))
    one.state, one.remark = "sent_back", remark.strip()[:300]
    one.save()


@act("register.drop_old_certificate", permission=PERMISSION)
def drop(*, actor: Actor, docket_id: uuid.UUID) -> None:
    """撤销录入: one that was sent back is given up by whoever typed it; its number is not used again. The filed case that
    waited for it goes back to its officer, with what the checker wrote."""
    one = _sent_back(docket_id, actor)
    one.state = "dropped"
    one.save()
    if one.waiting_case_id is not None and waiting.awaits(one.waiting_case_id) is not None:
        waiting.not_backfilled(
            actor=actor, docket_id=one.waiting_case_id, reason=f"补录已撤销。核对人的意见：{one.remark}"[:200]
        )
