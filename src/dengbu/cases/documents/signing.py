"""面签记录 as PDF, and how people sign, in the words of the 询问笔录."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from dengbu.core import crypto
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import pages_of
from dengbu.materials.storage import read_verified

from .. import home_visits, prints
from ..facts import CaseFacts
from ..models import INTERPRETER_PURPOSE, NUMBER_PURPOSE, HomeVisit, Signer
from . import words

TITLES = {"application": "不动产登记申请书", "inquiry": "询问笔录", "fee_undertaking": "减免登记费承诺书"}


def signers_of(found: CaseFacts) -> list[Signer]:
    """Who signs how: of each person the newest, visited or at the window; a visit that came to nothing says nothing."""
    rows = Signer.objects.filter(docket_id=found.case.docket_id).select_related("visit__matter")
    newest = {
        (s.role, s.number_index): s
        for s in rows.order_by("pk")
        if s.visit is None or s.visit.matter.outcome in ("", "done")
    }
    return [s for s in newest.values() if s.how]


def interpreter_of(signer: Signer) -> str:
    """The interpreter with document and language; '' where nobody interprets."""
    if not signer.interpreter_name:
        return ""
    number = crypto.decrypt(signer.interpreter_cipher, INTERPRETER_PURPOSE)
    kind = words.document_label(signer.interpreter_kind)
    return f"{signer.interpreter_name}（{kind} {number}，{signer.language}）"


def manner_words(signer: Signer) -> tuple[str, ...]:
    """What is out of the ordinary in the way somebody signs, one sentence each."""
    said = []
    if signer.how == home_visits.FINGERPRINT:
        why = home_visits.CANNOT_WRITE[signer.fingerprint_reason]
        said.append(f"{signer.name}{why}，以捺指印代替签名，见证人：{signer.witness}。")
    if signer.read_aloud:
        said.append(f"文书已向{signer.name}宣读，{signer.name}表示听懂并认可。")
    if (interpreter := interpreter_of(signer)) != "":
        said.append(f"由{interpreter}翻译，翻译人承诺如实翻译。")
    return tuple(said)


def _svg(pages: Sequence[MaterialPage]) -> str:
    """The thumbnail of the first page as a picture the printer draws; '' without one."""
    if not pages or not pages[0].thumb_key:
        return ""
    page = pages[0]
    content = base64.b64encode(read_verified(page.thumb_key)).decode()
    width, height = page.width or 320, page.height or 160
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'><image width='{width}'"
        f" height='{height}' href='data:image/jpeg;base64,{content}'/></svg>"
    )


def signing_record(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """面签记录: once it is confirmed."""
    case = found.case
    visit = (
        HomeVisit.objects.select_related("matter")
        .filter(docket_id=case.docket_id, confirmed_at__isnull=False)
        .order_by("-pk")
        .first()
    )
    if visit is None or visit.visited_at is None or visit.confirmed_at is None:
        raise Refused(
            Refusal("PRINT_NO_SIGNING", "还没有确认的面签记录。", "请先完成上门面签。", "实施细则15")
        )
    pages, round = pages_of(case.docket_id), visit.matter.round
    parties = {(p.role, p.number_index): p for p in found.parties}
    people = []
    for s in visit.signers.order_by("ordinal"):
        party = parties[s.role, s.number_index]
        by_agent = s.name == party.agent_name
        people.append(
            prints.SignedPerson(
                name=s.name,
                role=found.registration.word(s.role) + (f"{party.name}的代理人" if by_agent else ""),
                document=words.document_label(s.document_kind),
                number=words.masked(
                    crypto.decrypt(party.agent_number_cipher, NUMBER_PURPOSE)
                    if by_agent
                    else words.number(party)
                ),
                manner=manner_words(s),
                signature_svg=_svg(pages.get(home_visits.images(round, s.ordinal), ())),
                interpreter=s.interpreter_name,
                interpreter_svg=_svg(pages.get(home_visits.interpreters(round, s.ordinal), ())),
                finger=s.how == home_visits.FINGERPRINT,
            )
        )
    return prints.signing_record(
        prints.SigningRecord(
            head=words.head(case, case.docket.number, actor, reprint=reprint),
            registration=words.registered(found),
            location=case.location,
            unit_code=case.unit_code,
            visited_at=visit.visited_at,
            place=visit.place,
            position=visit.position,
            reason=home_visits.REASONS[visit.reason],
            scene=visit.scene,
            photos=tuple(p.stored_digest for p in pages.get(home_visits.images(round), ())),
            papers=tuple(
                prints.SignedPaper(name=TITLES[p["kind"]], print_no=p["print_no"], digest=p["digest"])
                for p in visit.papers
            ),
            people=tuple(people),
            first=visit.first_name,
            first_badge=visit.first_number,
            second=visit.second_name,
            second_badge=visit.second_number,
            confirmed_at=visit.confirmed_at,
        )
    )
