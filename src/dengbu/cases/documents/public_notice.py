"""公告 of a case: what is published before the entry, from the case, its policy and the book. Pure.

Names are masked and no identity number stands in it; the place is named whole, so that whoever is concerned knows it.
The words follow the forms of the 不动产登记操作规范（试行）.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from dengbu.core.identifiers import mask_name
from dengbu.core.vocabulary import DocumentKind
from dengbu.register.rules import UnitBook

from ..facts import CaseFacts
from . import words


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice in words: its kind (公告类型), why, how to object, and what it is about line by line."""

    kind: str
    title: str
    why: str
    objections: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Form:
    kind: str
    title: str
    why: str
    about: str  # what may be objected to
    then: str  # what is entered when nobody does
    rows: Callable[[CaseFacts], tuple[tuple[str, str], ...]]


def _named(found: CaseFacts, role: str) -> str:
    """Those of a role, people masked and bodies whole."""
    return "、".join(
        p.name if p.document_kind == DocumentKind.USCC.value else mask_name(p.name)
        for p in found.parties
        if p.role == role
    )


def _by_role(found: CaseFacts) -> tuple[tuple[str, str], ...]:
    roles = dict.fromkeys(p.role for r in found.registration.roles for p in found.parties if p.role == r.key)
    return tuple((found.registration.word(role), _named(found, role)) for role in roles)


def _corrected(found: CaseFacts) -> tuple[tuple[str, str], ...]:
    """What is put right, by its label: the values themselves may be personal and are not published."""
    ask = next((a for a in found.registration.form if a.key == "what"), None)
    chosen = str(found.case.filed.get("terms", {}).get("what", ""))
    label = next((c.label for c in ask.choices if c.value == chosen), "") if ask is not None else ""
    return (("更正事项", label or "登记簿记载事项"),)


_FORMS = {
    "P03": _Form(
        "inheritance",
        "不动产继承（受遗赠）登记公告",
        "下列不动产的权利人已经去世，申请人申请继承（受遗赠）转移登记，没有提交继承公证书或者生效法律文书。"
        "经初步审定，本机构拟予以登记。根据《不动产登记暂行条例实施细则》第十四条、《不动产登记操作规范（试行）》1.8.6，现予公告。",
        "对继承人的范围、放弃继承的声明、遗嘱或者遗赠扶养协议的效力等有异议的",
        "登记",
        _by_role,
    ),
    "D05": _Form(
        "registration",
        "不动产登记公告",
        "下列房屋的开发企业已经注销或者下落不明，由代为申请单位按照历史遗留问题处理政策申请首次登记，拟登记在登记簿上的土地"
        "使用权人名下。经初步审定，本机构拟予以登记。根据《不动产登记暂行条例实施细则》第十七条、自然资发〔2021〕1号，现予公告。",
        "对房屋的权属、代为申请单位的资格等有异议的",
        "登记",
        lambda found: (*_by_role(found), ("登记的房屋", f"{len(found.registration.charged)}套（间）")),
    ),
    "D09": _Form(
        "registration",
        "不动产登记公告",
        "下列不动产的开发企业已经注销或者下落不明，买受人按照历史遗留问题处理政策单方申请首次转移登记。经初步审定，本机构"
        "拟予以登记。根据《不动产登记暂行条例实施细则》第十七条、自然资发〔2021〕1号，现予公告。",
        "对买受人的权利、房屋的买卖等有异议的",
        "登记",
        _by_role,
    ),
    "S03": _Form(
        "ex_officio_correction",
        "不动产更正登记公告",
        "经核查，下列不动产的登记簿记载有误，本机构已书面通知权利人申请更正，权利人没有在规定期限内申请。"
        "根据《不动产登记暂行条例实施细则》第十七条、第八十一条，本机构拟依职权予以更正，现予公告。",
        "对更正有异议的",
        "更正登记",
        _corrected,
    ),
    "S04": _Form(
        "ex_officio_cancellation",
        "不动产注销登记公告",
        "下列不动产已经灭失或者被依法征收、收回、没收，权利人没有申请注销登记。根据《不动产登记暂行条例实施细则》"
        "第十七条、第二十八条，本机构拟依职权予以注销，原不动产权证书（证明）同时作废，现予公告。",
        "对注销有异议的",
        "注销登记",
        lambda found: (),
    ),
}


def _general(found: CaseFacts) -> _Form:
    return _Form(
        "registration",
        "不动产登记公告",
        f"经初步审定，本机构拟对下列不动产予以{found.registration.name}。根据《不动产登记暂行条例实施细则》第十七条，现予公告。",
        "有异议的",
        "登记",
        _by_role,
    )


def text_of(found: CaseFacts, book: UnitBook | None, until: dt.date) -> NoticeText:
    """The notice of a case that runs until the end of a day. Raises nothing: what the book does not know is left out."""
    form, case = _FORMS.get(found.registration.code) or _general(found), found.case
    office = settings.OFFICE
    rows = [*form.rows(found), ("不动产坐落", book.location if book else case.location)]
    if case.unit_code:
        rows.append(("不动产单元号", case.unit_code))
    if book is not None and book.area_m2 is not None:
        rows.append(("面积", f"{book.area_m2}平方米"))
    if book is not None and book.use:
        rows.append(("用途", words.use(book)))
    return NoticeText(
        kind=form.kind,
        title=form.title,
        why=form.why,
        objections=(
            f"{form.about}，请自本公告之日起{found.policy.public_notice_days}个工作日内（至{words.cn(until)}止）将异议书面材料"
            f"送达本机构。逾期无人提出异议，或者异议不成立的，本机构将予以{form.then}。"
            f"送达地址：{office['address']}；联系电话：{office['phone']}。"
        ),
        rows=tuple((label, value) for label, value in rows if value),
    )
