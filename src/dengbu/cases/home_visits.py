"""上门服务和面签: who may ask for a visit, who goes, how a person is identified and signs. Pure.

Whoever cannot come is visited by two officers (the policy says how many). Who cannot write gives a fingerprint
before a witness; who understands no spoken or written Chinese has an interpreter who signs too. 条例 16-18;
实施细则 9, 11, 12, 15; 操作规范 (询问、签字).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from dengbu.core.identifiers import check_document_number, check_person_name, normalise_number
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import DocumentKind

from .lifecycle import State

REASONS: Final = {
    "age": "年老体弱，行动不便",
    "disability": "残疾，行动不便",
    "hospital": "正在住院",
    "prison": "被羁押或者服刑",
    "other": "其他特殊原因",
}
# From the submission to the acceptance a visit may be asked for; it is planned once the pre-review has passed.
ASKABLE: Final = frozenset(
    {State.AWAITING, State.SUBMITTED, State.REVIEW, State.CORRECTION, State.PREAPPROVED}
)
ASKED_HOW: Final = {"applicant": "申请人网上申请", "window": "窗口登记", "phone": "电话登记"}
SIGNATURE, FINGERPRINT = "signature", "fingerprint"
HOWS: Final = {SIGNATURE: "签名", FINGERPRINT: "捺指印"}
CANNOT_WRITE: Final = {
    "illiterate": "不会写字",
    "hand": "手部伤残，不能书写",
    "ill": "病重，不能书写",
    "blind": "视力残疾，不能书写",
}
DOCUMENTS: Final = ("resident_id", "household", "hmt_id", "hmt_residence", "passport", "foreign_residence",
                    "officer_id", "other")  # fmt: skip
MAX_PHOTOS: Final = 10
MAX_SIGNED: Final = 3  # images of one signature: the pad's, or the signed paper
SERVICE = "便民服务；无障碍环境建设法"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How somebody signs: by hand or finger, before which witness, read to or not, with which interpreter."""

    how: str = SIGNATURE
    fingerprint_reason: str = ""
    witness: str = ""
    read_aloud: bool = False
    interpreter_name: str = ""
    interpreter_kind: str = ""
    interpreter_number: str = ""
    language: str = ""

    @property
    def interpreted(self) -> bool:
        return bool(self.interpreter_name or self.interpreter_number or self.language)


def _w(code: str, message: str, remedy: str = "", basis: str = "实施细则15", field: str = "") -> Refusal:
    return Refusal(code, message, remedy, basis, field)


def images(round: int, ordinal: int = 0) -> str:
    """The item of the evidence room: of the scene (no ordinal), of one signer's signature or fingerprint."""
    return f"SIGN{round}-{ordinal}" if ordinal else f"SIGN{round}"


def interpreters(round: int, ordinal: int) -> str:
    """The item the interpreter's signature lies under."""
    return f"SIGN{round}-{ordinal}I"


# --- asking and planning ------------------------------------------------------------------------------------------


class _Party(Protocol):
    @property
    def document_kind(self) -> str: ...


def askable(state: str, parties: Iterable[_Party]) -> bool:
    """Whether it makes sense to offer it now: there is a person who could be visited."""
    return State(state) in ASKABLE and any(p.document_kind != "uscc" for p in parties)


def ask(
    *,
    state: str,
    reason: str,
    remark: str,
    place: str,
    people: Collection[str],
    known: Collection[str],
    present: Collection[str],
    waiting: bool,
) -> list[Refusal]:
    """Whether a visit may be asked for. `people` are asked to be visited, of those `known` on the case; `present`
    were identified at the window already."""
    if State(state) not in ASKABLE:
        return [_w("VISIT_NOT_NOW", "现在不能申请上门服务。", "提交申请以后、受理以前可以申请。", SERVICE)]
    if waiting:
        return [_w("VISIT_ASKED", "已经申请了上门服务，还没有办结。", "请等候登记中心联系。", SERVICE)]
    wrong = []
    if reason not in REASONS:
        wrong.append(_w("VISIT_REASON", "请选择不能到窗口的原因。", "", SERVICE, "reason"))
    if len(remark.strip()) < 5:
        wrong.append(
            _w(
                "VISIT_REMARK",
                "请说明具体情况。",
                "例如在哪家医院、能不能书写，不少于5个字。",
                SERVICE,
                "remark",
            )
        )
    if len(place.strip()) < 5:
        wrong.append(_w("VISIT_PLACE", "请填写上门的详细地址。", "写到门牌号、病房号。", SERVICE, "place"))
    if not people or not set(people) <= set(known):
        wrong.append(
            _w("VISIT_PEOPLE", "请选择不能到窗口的人。", "单位的经办人请到窗口。", SERVICE, "people")
        )
    elif set(people) & set(present):
        wrong.append(_w("VISIT_PRESENT", "所选的人已在窗口核验过身份，不需要上门。", "请重新选择。", SERVICE, "people"))  # fmt: skip
    return wrong


def plan(
    *,
    state: str,
    gone: Collection[str],
    planned_at: dt.datetime | None,
    now: dt.datetime,
    until: dt.datetime | None,
    first: int | None,
    second: int | None,
    officers: int,
    own: Collection[int],
) -> list[Refusal]:
    """Whether these officers may go then. `until`: the last instant of the pre-review; `own`: accounts that may not
    handle this case (its parties, and who filed it); `gone`: who was to be visited and applies no more."""
    if state != State.PREAPPROVED:
        return [
            _w("VISIT_PLAN_EARLY", "网上审核还没有通过，现在不能安排上门。", "审核通过后再安排。", SERVICE)
        ]
    if gone:
        return [
            _w(
                "VISIT_PEOPLE_GONE",
                f"{'、'.join(gone)}已不在申请人之列。",
                "请撤销这次上门服务，重新登记。",
                SERVICE,
            )
        ]
    wrong = []
    if planned_at is None or planned_at <= now:
        wrong.append(_w("VISIT_WHEN", "请填写今后的上门时间。", "写明日期和时间。", SERVICE, "planned_at"))
    elif until is not None and planned_at > until:
        wrong.append(
            _w(
                "VISIT_TOO_LATE",
                "上门时间晚于预审结果的有效期。",
                "请安排在有效期内。",
                SERVICE,
                "planned_at",
            )
        )
    if first is None:
        wrong.append(_w("VISIT_FIRST", "请选择上门的工作人员。", "", SERVICE, "first"))
    if officers > 1 and second is None:
        wrong.append(
            _w("VISIT_SECOND", "这类登记须两名工作人员一同上门。", "请选择第二名。", "操作规范", "second")
        )
    if first is not None and first == second:
        wrong.append(_w("VISIT_SAME", "两名工作人员不能是同一人。", "请另选一名。", "操作规范", "second"))
    if {first, second} & set(own):
        wrong.append(
            _w("CASE_OWN", "所选的人是这件申请的当事人或录入人。", "请另选一名。", "domain §9.1", "first")
        )
    return wrong


# --- at the place -------------------------------------------------------------------------------------------------


def identified(*, kind: str, number: str, expected_kind: str, expected: str, name: str) -> list[Refusal]:
    """Whether the document that was shown is that of the person on the case: kind and number, read off the document."""
    who = f"{name[:1]}*"
    if kind not in DOCUMENTS:
        return [_w("SIGN_DOCUMENT", "请选择出示的证件。", "", "实施细则9", "document_kind")]
    if not number.strip():
        return [
            _w("SIGN_NUMBER", "请输入证件上的号码。", "照着证件输入，不要照着申请抄。", "实施细则9", "number")
        ]
    if normalise_number(number) != normalise_number(expected) or kind not in (expected_kind, "household"):
        return [
            _w(
                "SIGN_NUMBER_DIFFERS",
                f"证件与申请中{who}的证件不一致。",
                "请核对证件种类和号码；不是本人的，停止面签。",
                "实施细则15",
                "number",
            )
        ]
    return []


def manner(m: Manner, *, name: str, others: Collection[str], today: dt.date) -> list[Refusal]:
    """Whether somebody may sign this way. `others`: names of all who are on the case or go there; none of them
    interprets, and whoever witnesses is not the signer."""
    wrong = []
    if m.how not in HOWS:
        return [_w("SIGN_HOW", "请选择签名或者捺指印。", field="how")]
    if m.how == FINGERPRINT:
        if m.fingerprint_reason not in CANNOT_WRITE:
            wrong.append(
                _w("SIGN_FINGER_WHY", "捺指印的，请选择不能签名的原因。", field="fingerprint_reason")
            )
        if len(m.witness.strip()) < 2 or m.witness.strip() == name:
            wrong.append(
                _w(
                    "SIGN_WITNESS",
                    "捺指印须有见证人。",
                    "请填写见证人姓名，不能是本人或翻译。",
                    field="witness",
                )
            )
        elif m.witness.strip() == m.interpreter_name.strip():
            wrong.append(_w("SIGN_WITNESS", "翻译不能同时作见证人。", "请另请一名见证人。", field="witness"))
        if not m.read_aloud:
            wrong.append(
                _w(
                    "SIGN_READ",
                    "捺指印的，文书须向本人宣读。",
                    "宣读后请勾选“已向本人宣读”。",
                    field="read_aloud",
                )
            )
    if m.interpreted:
        wrong += _interpreter(m, name, others, today)
    return wrong


def _interpreter(m: Manner, name: str, others: Collection[str], today: dt.date) -> Iterable[Refusal]:
    if (bad := check_person_name(m.interpreter_name, field="interpreter_name")) is not None:
        yield bad
    elif m.interpreter_name.strip() in {name, *others}:
        yield _w("SIGN_INTERPRETER_PARTY", "翻译不能是本件的当事人、代理人或办理人员。", "请另请翻译。",
                 field="interpreter_name")  # fmt: skip
    if m.interpreter_kind not in DOCUMENTS:
        yield _w("SIGN_INTERPRETER_KIND", "请选择翻译的证件。", field="interpreter_kind")
    elif (
        bad := check_document_number(
            DocumentKind(m.interpreter_kind), m.interpreter_number, today=today, field="interpreter_number"
        )
    ) is not None:
        yield bad
    if len(m.language.strip()) < 2:
        yield _w("SIGN_LANGUAGE", "请填写翻译的语言。", "例如手语、维吾尔语、英语。", field="language")
    if not m.read_aloud:
        yield _w(
            "SIGN_READ",
            "有翻译的，文书须由翻译向本人转述。",
            "转述后请勾选“已向本人宣读”。",
            field="read_aloud",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signer as the record finds them: identified, with images, and the digests of what was signed."""

    name: str
    identified: bool
    interpreted: bool
    images: int
    interpreter_images: int
    papers: tuple[str, ...]


def may_sign(one: Signed, *, papers: Collection[str], asked: int) -> list[Refusal]:
    """Whether somebody may sign now: identified, every question answered (`asked`: those left), papers made."""
    if not one.identified:
        return [
            _w("SIGN_UNKNOWN", "还没有核验身份，不能签字。", "请先核对证件。", "实施细则9、15", "identity")
        ]
    if asked:
        return [
            _w("SIGN_UNANSWERED", f"询问笔录还有{asked}问没有回答。", "请先当面询问并记录。", field="answers")
        ]
    if not papers:
        return [
            _w("SIGN_NO_PAPERS", "还没有生成要签字的文书。", "请先生成申请书和询问笔录。", field="papers")
        ]
    return []


def record(
    signers: Collection[Signed],
    *,
    papers: Collection[str],
    photos: int,
    place: str,
    visited_at: dt.datetime | None,
    since: dt.datetime,
    now: dt.datetime,
) -> list[Refusal]:
    """Everything that is missing before a face-signing is written down. `papers`: digests of the newest prints;
    `since`: when the visit was asked for."""
    wrong = []
    for one in signers:
        who = f"{one.name[:1]}*"
        if not one.identified:
            wrong.append(
                _w("SIGN_UNKNOWN", f"还没有核验{who}的身份。", "请核对证件。", "实施细则9、15", "identity")
            )
        elif not one.images:
            wrong.append(_w("SIGN_MISSING", f"{who}还没有签字。", "请签名或捺指印。", field="signatures"))
        elif set(one.papers) != set(papers):
            wrong.append(
                _w(
                    "SIGN_PAPER_CHANGED",
                    f"{who}签字以后文书又生成过。",
                    "请看过新的文书，重新签字。",
                    field="signatures",
                )
            )
        if one.interpreted and not one.interpreter_images:
            wrong.append(
                _w("SIGN_INTERPRETER", f"{who}的翻译还没有签字。", "请翻译签名。", field="signatures")
            )
    if not photos:
        wrong.append(
            _w("SIGN_NO_PHOTO", "还没有现场照片。", "请拍签字人和两名工作人员都在场的照片。", field="photos")
        )
    if len(place.strip()) < 5:
        wrong.append(_w("SIGN_PLACE", "请填写面签的地点。", "写到门牌号、病房号。", field="place"))
    if visited_at is None or not since.replace(second=0, microsecond=0) <= visited_at <= now:
        wrong.append(
            _w("SIGN_WHEN", "面签的时间不对。", "请填写申请上门以后、现在以前的时间。", field="visited_at")
        )
    return wrong


def may_write(actor: int | None, *, first: int | None, second: int | None) -> Refusal | None:
    """Only those who were sent write down what happened."""
    if actor is not None and actor in (first, second):
        return None
    return _w("SIGN_NOT_SENT", "您没有被安排上门。", "请由安排上门的工作人员办理，或重新安排。", "操作规范")


def may_confirm(actor: int | None, *, written_by: int | None) -> Refusal | None:
    """The other of the two confirms, never who wrote it."""
    if written_by is None:
        return _w("SIGN_NO_RECORD", "还没有面签记录，不能确认。", "请先由一名同事填写。", "操作规范")
    if actor == written_by:
        return _w(
            "SIGN_SAME_OFFICER", "您填写了这份记录，不能自己确认。", "请由一同上门的同事确认。", "操作规范"
        )
    return None
