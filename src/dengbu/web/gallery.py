"""Every component in its states on one page, for people and for the accessibility tests (demo environments only)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.core import clock
from dengbu.core.refusals import Refusal

from .pages import PUBLIC, page

_QR = (
    '<svg viewBox="0 0 29 29" shape-rendering="crispEdges"><path d="M0 0h29v29H0z" fill="#fff"/>'
    '<path d="M4 4h7v7H4zM18 4h7v7h-7zM4 18h7v7H4zM13 13h3v3h-3zM18 18h3v3h-3z"/></svg>'
)


class GalleryForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="姓名", help_text="按身份证填写", error_messages={"required": "请输入姓名"})
    id_no = forms.CharField(label="身份证号码", error_messages={"required": "请输入身份证号码"})
    phone = forms.CharField(
        label="手机号码",
        widget=forms.TextInput({"type": "tel"}),
        error_messages={"required": "请输入手机号码"},
    )
    price = forms.DecimalField(label="成交价格", error_messages={"required": "请输入合同金额"})
    signed_on = forms.DateField(
        label="合同日期", help_text="例如 2026年3月5日", error_messages={"required": "请输入合同日期"}
    )
    born_on = forms.DateField(label="出生日期", required=False, widget=forms.SelectDateWidget)
    share = forms.ChoiceField(
        label="共有方式",
        choices=[("single", "单独所有"), ("joint", "共同共有"), ("by_share", "按份共有")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择共有方式"},
    )
    reason = forms.ChoiceField(
        label="登记原因", choices=[("", "请选择"), ("sale", "买卖"), ("gift", "赠与")], required=False
    )
    papers = forms.MultipleChoiceField(
        label="带来的材料",
        choices=[("id", "身份证明"), ("contract", "买卖合同")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="补充说明", widget=forms.Textarea, required=False)
    scan = forms.FileField(
        label="买卖合同", required=False, help_text="JPG、PNG、PDF，单个不超过 10 MB，最多 20 页"
    )
    promise = forms.BooleanField(
        label="我承诺所填内容真实", error_messages={"required": "请阅读并勾选承诺书"}
    )


def _sample(now: dt.datetime) -> dict[str, Any]:
    hour = dt.timedelta(hours=1)
    return {
        "now": now,
        "tones": ("neutral", "plain", "info", "ok", "fix", "warn", "alt"),
        "tasks": [
            {"title": "确认不动产", "url": "#", "hint": "住宅，建筑面积 98.52 平方米", "status": "已完成"},
            {"title": "申请人和共有人", "url": "#", "status": "等待他人确认（1/2）", "tone": "alt"},
            {
                "title": "上传材料",
                "url": "#",
                "hint": "还差 2 项",
                "status": "进行中",
                "tone": "info",
                "next": True,
            },
            {"title": "领证方式", "url": "#", "status": "未开始", "tone": "neutral"},
            {"title": "核对并提交", "hint": "前面都完成后就可以提交", "status": "还不能开始", "icon": ""},
        ],
        "rows": [
            {"key": "姓名", "value": "王海涛", "url": "#"},
            {"key": "不动产单元号", "value": "410106 003002 GB00017 F00031203", "code": True},
            {"key": "共有人", "value": ["李*", "王*"], "url": "#", "source": "来自登记簿 · 2026-11-22 9:10"},
            {"key": "邮寄地址", "value": "", "url": "#", "action": "填写"},
        ],
        "events": [
            {
                "at": now,
                "title": "需要补正（2 处）",
                "text": "审核人员已看完全部材料，一次告知。",
                "now": True,
            },
            {"at": now - 30 * hour, "title": "开始审核"},
            {"at": now - 50 * hour, "title": "您提交了申请", "text": "短信已发到尾号 2134 的手机。"},
        ],
        "tabs": [
            {"text": "待我处理", "url": "#", "current": True, "count": 2},
            {"text": "进行中", "url": "#", "count": 5},
            {"text": "已办结", "url": "#"},
        ],
        "chips": [{"text": "业务：转移登记", "url": "#"}, {"text": "今天内到期", "url": "#"}],
        "file_actions": [{"text": "重新选择", "url": "#"}, {"text": "移除", "name": "remove", "value": "1"}],
        "compare_columns": ("申请人填报", "登记簿", "房管推送"),
        "compare_rows": [
            {"label": "建筑面积（㎡）", "values": ["98.52", "98.52", "98.52"]},
            {"label": "共有方式", "values": ["按份共有", None, "共同共有"], "url": "#"},
            {"label": "受让人姓名", "values": ["王海滔", None, "王海涛"], "url": "#"},
            {"label": "用途", "values": ["住宅", None, None]},
        ],
        "checks": [
            {"result": "pass", "name": "影像清晰度", "basis": "规则 S-01"},
            {
                "result": "hint",
                "name": "身份证有效期剩 21 天",
                "evidence": "至 2026-12-15",
                "basis": "规则 S-07",
                "url": "#",
            },
            {"result": "block", "name": "证号已注销", "url": "#"},
            {"result": "unknown", "name": "婚姻状况", "evidence": "民政接口没有回应", "at": now},
        ],
        "facts": [
            {"key": "坐落", "value": "中心路68号院3号楼2单元1203"},
            {"key": "不动产单元号", "value": "410106 003002 GB00017 F00031203", "code": True},
        ],
        "queried_at": now - hour / 3,
        "valid_until": now + hour,
        "expired_at": now - hour / 4,
        "found": [{"kind": "查封", "text": "上街区人民法院，（2026）豫0106执482号"}],
        "table_columns": ["编号", "业务", {"text": "金额（元）", "end": True}, "状态"],
        "table_rows": [
            [
                {"text": "YS-2026-7K3M", "url": "#"},
                "存量房转移",
                "860,000.00",
                {"text": "需要补正", "tone": "fix"},
            ],
            [
                {"text": "YS-2026-6T2H", "url": "#"},
                "抵押权设立",
                "420,000.00",
                {"text": "已登簿", "tone": "info"},
            ],
        ],
        "book": {
            "as_of": now,
            "nature": [
                {"title": "宗地", "rows": [("宗地面积", "19,082.40 ㎡"), ("用途", "城镇住宅用地")]},
                {"title": "房屋", "rows": [("建筑面积", "89.17 ㎡"), ("规划用途", "住宅")]},
            ],
            "owners": [
                {
                    "name": "郑国强",
                    "id_no": "4101**********2317",
                    "share": "共同共有",
                    "certificate": "豫（2019）上街区不动产权第0003127号",
                    "booked_on": dt.date(2019, 4, 11),
                }
            ],
            "restrictions": [],
            "mortgages": [
                {
                    "rank": 1,
                    "holder": "××银行上街支行",
                    "kind": "一般抵押",
                    "amount_fen": 42_000_000,
                    "period": "2019-04-18 至 2039-04-17",
                    "certificate": "豫（2019）上街区不动产证明第0002206号",
                    "booked_on": dt.date(2019, 4, 22),
                }
            ],
        },
        "due_late": now - 26 * hour,
        "due_soon": now + hour / 3,
        "due_calm": now + 3 * hour,
        "refusals": [
            Refusal(
                "GALLERY_SHARE",
                "份额合计为 90%，应为 100%",
                "请核对每位共有人的份额。",
                "条例第十七条",
                "share",
            ),
            Refusal("GALLERY_SEIZED", "这处房屋有查封登记", "请先到查封机关办理解除查封。"),
        ],
        "custom": {
            "label": "不动产单元号",
            "name": "unit_no",
            "value": "410106003002GB00017F00031203",
            "kind": "code",
            "readonly": True,
            "source": "来自登记簿 · 2026-11-22 9:10",
            "wrong_url": "#",
        },
        "amount": Decimal("1200000"),
    }


def gallery(request: HttpRequest) -> HttpResponse:
    """The component gallery. `?surface=staff` draws it in the workbench frame."""
    filled = GalleryForm(
        initial={
            "name": "王海涛",
            "price": Decimal("1200000"),
            "share": "joint",
            "born_on": dt.date(1990, 3, 7),
        }
    )
    staff = request.GET.get("surface") == "staff"
    context = {
        **_sample(clock.now()),
        "plain_form": filled,
        "wrong_form": GalleryForm({}, prefix="wrong"),
        "base": "staff.html" if staff else "public.html",
        "staff": staff,
        "qr": _QR,
        "viewer": {
            "is_authenticated": True,
            "name": "王敏",
            "name_masked": "王*",
            "kind": "staff",
            "posts": ["网上审核岗"],
            "staff_number": "012",
            "permissions": ("register.query",),
        },
        "staff_nav": [
            {
                "title": "网上审核岗",
                "items": [
                    {"text": "待审核", "url": "#", "count": 28, "overdue": 2, "current": True},
                    {"text": "我认领的", "url": "#", "count": 3, "overdue": 0, "current": False},
                ],
            }
        ],
        "my_day": {"done": 14, "minutes": 11},
    }
    return render(request, "gallery.html", context)


if settings.ENV != "production":

    @page("gallery/", name="gallery", surface="machine", needs=PUBLIC, sql=1)
    def gallery_page(request: HttpRequest) -> HttpResponse:
        """The gallery in a running office."""
        return gallery(request)
