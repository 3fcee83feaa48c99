"""The frame of every staff page: navigation by post with counts, and small helpers of the desks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from dengbu.cases.queries.desk import COUNT_LIMIT, counts
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.identifiers import mask_name
from dengbu.core.refusals import Refusal

_DISTRICT = re.compile(r"^[^市]{2,4}市[^区]{2,4}区")
CHANNELS = {"person": "个人", "bank": "银行", "developer": "开发企业"}


@dataclass(frozen=True, slots=True)
class Item:
    """A link of the left navigation: needs a permission, may carry a count."""

    text: str
    page: str
    permission: str
    query: str = ""
    count: str = ""
    late: str = ""
    about: str = ""

    @property
    def key(self) -> str:
        return f"{self.page}{self.query}"

    def url(self) -> str:
        """Its address, or nothing where no such page is registered."""
        try:
            return reverse(f"web:{self.page}") + self.query
        except NoReverseMatch:
            return ""


NAV: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "网上审核岗",
        (
            Item(
                "待审核",
                "desk.review",
                "case.claim",
                "?queue=waiting",
                "waiting",
                "waiting_late",
                "按期限从近到远，领取后审核",
            ),
            Item(
                "我认领的",
                "desk.review",
                "case.claim",
                "?queue=mine",
                "mine",
                "mine_late",
                "正在审核，还没有提交结论",
            ),
            Item(
                "补正后重提",
                "desk.review",
                "case.claim",
                "?queue=resubmitted",
                "resubmitted",
                "",
                "申请人已补正，由您继续审核",
            ),
            Item(
                "等待补正",
                "desk.review",
                "case.claim",
                "?queue=correcting",
                "correcting",
                "",
                "已发补正通知，等申请人修改",
            ),
            Item(
                "已通过", "desk.review", "case.claim", "?queue=passed", "passed", "", "已通过，等申请人到窗口"
            ),
        ),
    ),
    (
        "受理核验岗",
        (
            Item("受理核验", "desk.accept", "case.accept", "", "to_accept", "", "扫描二维码，核验身份和原件"),
            Item(
                "协执窗口",
                "desk.court",
                "case.file_for",
                "",
                "orders",
                "",
                "法院等机关送达的文书，先记送达时间",
            ),
            Item("大宗受理", "desk.bulk", "case.accept", "", "", "", "整批核验，一次受理"),
            Item(
                "单件补录",
                "desk.backfills",
                "register.backfill",
                "",
                "to_backfill",
                "",
                "登记簿里没有的旧证，两人录入核对",
            ),
            Item("待处理款项", "office.payments", "fee.collect", "", "", "", "金额不符和待退的款项"),
        ),
    ),
    (
        "缮证转卷岗",
        (
            Item("待缮证", "desk.cert", "case.certify", "", "to_print", "", "已登簿，等待打印证书"),
            Item("待发证", "desk.issue", "case.issue", "", "to_issue", "", "证书已打印，等待领取"),
            Item("待邮寄", "desk.mail", "case.issue", "", "to_mail", "", "申请人选了邮寄：寄出、签收、退回"),
            Item(
                "换发通知",
                "desk.renewals",
                "case.issue",
                "",
                "renewals",
                "",
                "更正以后书面通知权利人换发证书",
            ),
            Item("待归档", "desk.archive", "case.archive", "", "to_archive", "", "已发证，等待整理归档"),
            Item("移交清单", "desk.handover", "archive.hand_over", "", "", "", "移交档案室"),
        ),
    ),
    (
        "科室负责人",
        (
            Item(
                "待签批",
                "desk.matters",
                "case.sign_off",
                "?tab=sign_off",
                "to_sign",
                "",
                "政策规定要领导签批的办件，登簿前的最后一步",
            ),
            Item("审核进度", "desk.lead", "case.release_any", "", "held", "", "释放认领，改派审核人"),
            Item("差错报告", "desk.faults", "fault.see", "", "", "", "登簿差错的类别、登簿人和整改"),
            Item("房管推送问题", "desk.contracts", "contract.see", "", "", "", "推送的合同与登记簿对不上的"),
        ),
    ),
    (
        "待办与时限",
        (
            Item(
                "待办事项",
                "desk.matters",
                "case.settle",
                "",
                "to_enter",
                "",
                "公告、复审、实地查看、异议，办结后登簿",
            ),
            Item(
                "时限", "desk.deadlines", "case.settle", "", "", "overdue", "已受理的办件离承诺办结还有几天"
            ),
            Item(
                "容缺与承诺",
                "desk.undertakings",
                "case.settle",
                "",
                "undertaken",
                "undertaken_late",
                "等待补交、核查的材料，没有兑现的名单",
            ),
            Item(
                "网上补交",
                "desk.undertakings",
                "case.settle",
                "?tab=check",
                "handed_in",
                "",
                "容缺的材料在网上交来了，核验后收下或者退回",
            ),
            Item(
                "机关答复",
                "desk.letters",
                "case.settle",
                "",
                "letters",
                "letters_late",
                "告知函的发出和机关的书面答复",
            ),
            Item(
                "上门服务",
                "desk.visits",
                "case.settle",
                "",
                "visits",
                "",
                "来不了窗口的人：安排上门面签，或说明不能上门",
            ),
            Item(
                "外勤任务",
                "field.home",
                "case.inspect",
                "",
                "to_inspect",
                "",
                "两人实地查看、上门面签，用手机记录",
            ),
        ),
    ),
    (
        "查询与台账",
        (
            Item("登记簿查询", "desk.register", "register.query", "", "", "", "按不动产单元号或证号查询"),
            Item("测绘成果", "desk.surveys", "survey.see", "", "", "", "宗地调查、房屋测绘和楼盘表"),
            Item("预审核台账", "desk.ledger", "ledger.see", "", "", "", "每一次预审结果，不可修改"),
        ),
    ),
    (
        "系统管理",
        (
            Item(
                "备案单位",
                "console.organisations",
                "agreement.manage",
                "",
                "",
                "",
                "开发企业和银行的备案与协议",
            ),
            Item("人员和岗位", "console.staff", "users.manage", "", "", "", "账号、岗位、业务条线"),
            Item("岗位权限表", "console.matrix", "users.manage", "", "", "", "每个岗位能做什么"),
            Item("预约时段", "office.slots", "appointment.manage", "", "", "", "开放预约时段，查看余量"),
            Item("空白证书", "office.stock", "stock.manage", "", "", "", "登记领回的空白证书，查看库存"),
        ),
    ),
)


def counted(n: int | None) -> str | None:
    """A count as people read it: 99+ where counting stopped."""
    return None if n is None else f"{COUNT_LIMIT - 1}+" if n >= COUNT_LIMIT else str(n)


def navigation(actor: Actor, found: Mapping[str, int], current: str = "") -> list[dict[str, Any]]:
    """Groups of the links this actor may open, with the counts found."""
    groups = []
    for title, items in NAV:
        links = [
            {
                "text": item.text,
                "about": item.about,
                "url": url,
                "count": counted(found.get(item.count)) if item.count else None,
                "overdue": counted(found.get(item.late) or None) if item.late else None,
                "current": item.key == current,
            }
            for item in items
            if actor.may(item.permission) and (url := item.url())
        ]
        if links:
            groups.append({"title": title, "items": links})
    return groups


def desk(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """A staff page with the left navigation. One statement for all its counts.

    `current` is the key of the link the page belongs to: its name, with the query where the link has one.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    nav = navigation(actor, counts(actor, clock.now()), current)
    return render(request, template, {"staff_nav": nav, **(context or {})}, status=status)


def see_other(name: str, *arguments: Any, query: str = "", anchor: str = "") -> HttpResponseRedirect:
    """303 to a page by name."""
    target = reverse(f"web:{name}", args=arguments) + query + (f"#{anchor}" if anchor else "")
    return HttpResponseRedirect(target, status=303)


def go_back_to(request: HttpRequest, name: str, *arguments: Any) -> None:
    """Where the page of a refusal leads back to."""
    request.return_url = reverse(f"web:{name}", args=arguments)  # type: ignore[attr-defined]


def type_name(code: str) -> str:
    """The name of a registration type, as queues write it: without 登记."""
    return TYPES[code].name.removesuffix("登记") if code in TYPES else code


def masked(names: str, most: int = 3) -> str:
    """Names of applicants for lists: people masked, organisations whole, the rest counted."""
    parts = [p for p in names.split("、") if p]
    shown = "、".join(p if len(p) > 4 else mask_name(p) for p in parts[:most])
    return f"{shown}等{len(parts)}方" if len(parts) > most else shown


def short_place(location: str) -> str:
    """An address for lists: without the city and district that all of them share."""
    return _DISTRICT.sub("", location)


def short_name(name: str) -> str:
    """The name of a material where there is little room: without what stands in brackets."""
    return name.split("（")[0] or name


def image_url(docket_id: uuid.UUID, page_id: uuid.UUID, size: str = "full") -> str:
    """The address of the image of a material page; size thumb or full."""
    return reverse("web:material.image", args=[docket_id, page_id, size])


def nowhere(refusals: Sequence[Refusal]) -> list[Refusal]:
    """Refusals on a page that does not hold the fields they name: without the link."""
    return [replace(r, field="") for r in refusals]
