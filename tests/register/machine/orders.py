"""Plays of restrictions: seizures, objections, limits, locks."""

from __future__ import annotations

from dengbu.catalog.registrations import Filed, PartyFact
from dengbu.core import crypto
from dengbu.register.effects import NUMBER_PURPOSE
from dengbu.register.rules import RestrictionFact
from tests.register.filing import by

from .scene import COURTS, Scene, again, day, minute
from .titles import there

SEIZURES = ("seizure", "waiting_seizure", "preseizure", "waiting_preseizure")
LIMITS = ("freeze", "sale_limit", "illegal_building", "dispute", "internal_lock")
BEARERS = "甲 01，乙 02"


def seized(s: Scene) -> Filed:
    court, title = by("requester", s.pick(COURTS)), s.book.title
    said = {
        "measure": "seizure", "authority_kind": "court", "ruling": True, "served_at": minute(), "bearers": BEARERS,
        "document_no": s.pick(("执1号", "执2号", "执3号")),
    }  # fmt: skip
    standing = s.limits(*SEIZURES)
    if standing and s.pick((False, True)):
        old = s.pick(standing)
        return s.filed(organ(old), **{**said, "measure": "renewal", "earlier_no": old.document_no})
    if title is None:
        return s.filed(court, by("debtor", s.pick(s.strangers())), **said)
    debtor = s.pick(title.holders)
    if len(title.holders) > 1 and s.pick((False, True)):
        said["share_of"] = debtor.name
    return s.filed(
        court, again("debtor", debtor), **said, **s.pick(({}, {"term_months": 12}, {"term_months": 60}))
    )


def organ(restriction: RestrictionFact) -> PartyFact:
    known = dict(COURTS)
    return by("requester", (restriction.authority, known.get(restriction.authority, COURTS[0][1])))


def unsealed(s: Scene) -> Filed:
    found = s.pick(s.limits(*SEIZURES))
    return s.filed(
        organ(found), reason="ordered", document_no="解1号", served_at=minute(), bearers=BEARERS,
        right=str(found.public_id),
    )  # fmt: skip


def frozen(s: Scene) -> Filed:
    return s.filed(
        by("requester", s.pick(COURTS)), limit=s.pick(("freeze", "dispute", "sale_limit", "illegal_building")),
        authority_kind="police", document_no="冻1号", served_at=minute(), bearers=BEARERS, reason="限制处分",
    )  # fmt: skip


def lifted(s: Scene) -> Filed:
    found = s.pick(s.limits(*LIMITS))
    return s.filed(organ(found), document_no="查清1号", right=str(found.public_id))


def locked(s: Scene) -> Filed:
    return s.filed(why="forged", reason="身份证与公安数据不一致，正在核查", until=day(30))


def objected(s: Scene) -> Filed:
    matter = s.pick(("holder", "shares", "mortgage"))
    return s.filed(
        by("objector", s.pick(s.strangers())),
        stage="new",
        matter=matter,
        grounds="房屋是我出资买的",
        refused=True,
    )


def withdrawn(s: Scene) -> Filed:
    found = s.pick(s.limits("objection"))
    number = crypto.decrypt(found.party_cipher, NUMBER_PURPOSE)
    return s.filed(
        by("applicant", (found.party_name, number)), reason="withdrawn", right=str(found.public_id)
    )


def sued(s: Scene) -> Filed:
    found = s.pick(s.limits("objection"))
    number = crypto.decrypt(found.party_cipher, NUMBER_PURPOSE)
    return s.filed(by("objector", (found.party_name, number)), stage="sued", suit_no="民初1号")


def objects(s: Scene) -> Filed:
    return sued(s) if s.limits("objection") and s.pick((False, True)) else objected(s)


PLAYS = {
    "P13": (lambda s: there(s) and s.book.title is not None, objects),
    "P14": (lambda s: there(s) and bool(s.limits("objection")), withdrawn),
    "S01": (there, seized),
    "S02": (lambda s: there(s) and bool(s.limits(*SEIZURES)), unsealed),
    "S06": (there, frozen),
    "S07": (lambda s: there(s) and bool(s.limits(*LIMITS)), lifted),
    "S08": (there, locked),
}
