"""Papers the applicants sign: application form and inquiry record. Identity numbers are shown in full here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dengbu.core.printing import PrintHead, render


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantBlock:
    """One applicant as the form asks: who, with which paper, where, and through whom."""

    name: str
    identity_kind: str
    identity_number: str
    address: str
    phone: str
    postcode: str = ""
    representative: str = ""
    agent: str = ""
    agent_identity: str = ""
    agent_phone: str = ""
    agency: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MortgageBlock:
    """抵押情况, with scope and transfer limit (自然资发〔2021〕54号). Amount as printed, in 万元."""

    secured_amount: str
    term: str
    construction_scope: str = ""
    secured_scope: str = ""
    transfer_limit: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EasementBlock:
    """地役权情况: the land that profits, its code, and the content of the right."""

    dominant_location: str
    dominant_unit_code: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationForm:
    """不动产登记申请书.

    An empty form (空表) has no `received_on` and leaves what is ticked open (None). `rights` and `registrations` tick the boxes of the form by name (房屋所有权, 转移); a name that has no box
    ticks 其他 and is written behind it. `land_unit` is 平方米, 公顷 or 亩.
    """

    head: PrintHead
    received_on: dt.date | None
    received_by: str
    land_unit: str
    rights: tuple[str, ...]
    registrations: tuple[str, ...]
    holders: tuple[ApplicantBlock, ...]
    obligors: tuple[ApplicantBlock, ...]
    location: str
    unit_code: str
    property_kind: str
    area: str
    use: str
    previous_certificates: str
    cause: str
    documents: tuple[str, ...]
    integrated: bool | None = False
    separate_certificates: bool | None = False
    sea_use: str = ""
    structure_kind: str = ""
    forest_kind: str = ""
    mortgage: MortgageBlock | None = None
    easement: EasementBlock | None = None
    remark: str = ""


def application_form(d: ApplicationForm) -> bytes:
    """不动产登记申请书 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/application_form.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswer:
    """One question of the record and the answer given."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryRecord:
    """询问笔录: who asked whom, where, how (现场 or 远程视频), questions and answers.

    Without `asked_at` it is an empty form. `capacity` is the asked person's part in the case (转让方). `video_digest` stands for the recording.
    `manners` say what is out of the ordinary in the signing (fingerprint, read aloud, interpreter); interpreters sign.
    """

    head: PrintHead
    registration: str
    asked_at: dt.datetime | None
    place: str
    mode: str
    inquirer: str
    inquirer_badge: str
    recorder: str
    respondent: str
    respondent_identity_kind: str
    respondent_identity_number: str
    respondent_phone: str
    capacity: str
    location: str
    unit_code: str
    questions: tuple[QuestionAnswer, ...]
    video_digest: str = ""
    manners: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()


def inquiry_record(d: InquiryRecord) -> bytes:
    """询问笔录 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/inquiry_record.typ", d)
