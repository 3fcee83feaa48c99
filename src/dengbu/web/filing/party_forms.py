"""Forms of the parties page: who stands in the register, who is typed, who acts for them, how they hold it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django import forms

from dengbu.catalog.registrations import Role
from dengbu.catalog.registrations.shares import WHOLE
from dengbu.core import clock
from dengbu.core.identifiers import (
    check_document_number,
    check_organisation_name,
    check_person_name,
    half_width,
    is_minor,
    normalise_name,
    normalise_number,
)
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import DocumentKind

from .forms import Phone, Plain, judged

KINDS = (
    DocumentKind.RESIDENT_ID,
    DocumentKind.HMT_RESIDENCE,
    DocumentKind.HMT_ID,
    DocumentKind.PASSPORT,
    DocumentKind.OFFICER_ID,
    DocumentKind.FOREIGN_RESIDENCE,
    DocumentKind.USCC,
)


def _role_field(roles: Sequence[Role]) -> forms.ChoiceField:
    choices = [(r.key, r.word) for r in roles]
    return forms.ChoiceField(label="在这次登记里是", choices=choices, widget=forms.RadioSelect)


class Placed(Phone):
    """Somebody in one of several roles: which one is asked where there is a choice."""

    def __init__(self, *args: Any, roles: Sequence[Role] = (), **kwargs: Any):
        self.roles = tuple(roles)
        super().__init__(*args, **kwargs)
        if len(self.roles) > 1:
            self.fields["role"] = _role_field(self.roles)
            self.fields["role"].required = False

    @property
    def role(self) -> Role | None:
        """The role chosen, the only one, or None while it is open."""
        if len(self.roles) < 2:
            return self.roles[0] if self.roles else None
        chosen = self["role"].value()
        return next((r for r in self.roles if r.key == chosen), None)

    def clean_role(self) -> str:
        value: str = self.cleaned_data["role"]
        if not value:
            raise forms.ValidationError("请选择在这次登记里的身份")
        return value


class Represented(Placed):
    """A party, and who acts for it: a guardian for a minor, an agent by authority, the operator of an organisation."""

    agent_authority = forms.ChoiceField(
        label="由谁来办",
        choices=[
            ("", "本人办理"),
            ("guardian", "未成年人，由监护人代办"),
            ("notarised", "委托代理人办理（委托书经公证）"),
            ("on_site", "委托代理人办理（到窗口当面签委托书）"),
        ],
        widget=forms.RadioSelect,
    )
    agent_name = forms.CharField(label="监护人或代理人姓名", max_length=50)
    agent_number = forms.CharField(label="监护人或代理人身份证号码", max_length=30)

    def judge_agent(self, data: dict[str, Any], *, child: bool) -> None:
        """A minor has a guardian; whoever acts is named with name and number (民法典 23; 实施细则 11、12)."""
        if child and data.get("agent_authority") != "guardian":
            self.add_error("agent_authority", "申请人未满 18 周岁，请添加监护人信息")
        if not data.get("agent_authority"):
            return
        name, number = (
            normalise_name(data.get("agent_name") or ""),
            normalise_number(data.get("agent_number") or ""),
        )
        for field, refusal in (
            ("agent_name", check_person_name(name)),
            ("agent_number", check_document_number(DocumentKind.RESIDENT_ID, number, today=clock.today())),
        ):
            if refusal:
                self.add_error(field, refusal.message)
        data["agent_name"], data["agent_number"] = name, number

    @property
    def agent_open(self) -> bool:
        """Whether the block about agents is unfolded."""
        return bool(self["agent_authority"].value()) or any(
            f in self.errors for f in ("agent_authority", "agent_name")
        )


OF_A_BODY = (("", "法定代表人或本机构账号办理"), ("organisation", "由经办人办理（单位授权委托书）"))


class OwnerForm(Represented):
    """Somebody of the register: who they are is known, only the phone is asked, and who acts for them; and the share
    after it where shares move."""

    share = forms.CharField(
        label="登记后的份额", help_text="例如 50% 或 1/2。没有保留份额的不填。", max_length=20
    )

    def __init__(
        self,
        *args: Any,
        holder: dict[str, Any],
        asks_phone: bool = True,
        asks_share: bool = False,
        asks_agent: bool = True,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.holder = holder
        if not asks_agent:
            for name in ("agent_authority", "agent_name", "agent_number"):
                del self.fields[name]
        elif holder.get("body"):
            self.fields["agent_authority"].choices = OF_A_BODY  # type: ignore[attr-defined]
        if not asks_share:
            del self.fields["share"]
        if not asks_phone:
            del self.fields["phone"]
            return
        self.fields["phone"].help_text = (
            "我们用短信通知您办理进度。" if holder.get("me") else "我们会发短信，请本人登录核对并确认。"
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "agent_authority" in self.fields:
            self.judge_agent(data, child=bool(self.holder.get("child")))
        return data


class TakerForm(Represented):
    """Somebody who gets the right. `known` is set when name and number were taken over and are not asked."""

    origin = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(label="姓名或单位名称", help_text="按证件上的写。", max_length=200)
    document_kind = forms.ChoiceField(
        label="证件类型", choices=[(k.value, k.label) for k in KINDS], widget=forms.Select
    )
    number = forms.CharField(label="证件号码", max_length=60)
    share = forms.CharField(label="份额", help_text="例如 50% 或 1/2。只有按份共有才填。", max_length=20)
    field_order = [

        "origin", "role", "name", "document_kind", "number", "phone", "share", "agent_authority", "agent_name", "agent_number",
    ]  # fmt: skip

    def __init__(self, *args: Any, known: dict[str, Any] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.known = known
        if self.role is not None and self.role.body:
            uscc = DocumentKind.USCC
            self.fields["name"].label = "单位名称"
            self.fields["number"].label = uscc.label
            self.fields["document_kind"].choices = [(uscc.value, uscc.label)]  # type: ignore[attr-defined]
            self.fields["agent_authority"].choices = OF_A_BODY  # type: ignore[attr-defined]
            self.fields["agent_name"].label = "经办人姓名"
            self.fields["agent_number"].label = "经办人身份证号码"
        if known:
            for name in ("name", "document_kind", "number"):
                del self.fields[name]

    @property
    def blank(self) -> bool:
        """Whether nothing was typed on this card."""
        typed = (self.data.get(self.add_prefix(n), "") for n in ("name", "number", "phone"))
        return self.known is None and not any(str(t).strip() for t in typed)

    @property
    def kind(self) -> DocumentKind:
        value = self.known["document_kind"] if self.known else self.cleaned_data.get("document_kind")
        return DocumentKind(value) if value in DocumentKind.values else DocumentKind.RESIDENT_ID

    def clean_name(self) -> str:
        text: str = self.cleaned_data["name"]
        if self.data.get(self.add_prefix("document_kind")) == DocumentKind.USCC:
            judged(check_organisation_name(text))
            return half_width(text)
        judged(check_person_name(text))
        return normalise_name(text)

    def clean_document_kind(self) -> str:
        return self.cleaned_data["document_kind"] or DocumentKind.RESIDENT_ID.value

    def clean_number(self) -> str:
        number = normalise_number(self.cleaned_data["number"])
        judged(check_document_number(self.kind, number, today=clock.today()))
        return number

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        number = self.known["number"] if self.known else data.get("number")
        of_person = bool(number) and self.kind is DocumentKind.RESIDENT_ID
        self.judge_agent(data, child=of_person and is_minor(str(number), clock.today()))
        return data


class PartnerForm(Plain):
    """A bank that takes part, chosen from those with an account at the office."""

    organisation = forms.ChoiceField(label="", widget=forms.Select)

    def __init__(self, *args: Any, role: Role, banks: Sequence[tuple[str, str]], **kwargs: Any):
        self.role = role
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.label = "机构名称"
        field.choices = [("", "请选择" if role.required else "没有"), *banks]  # type: ignore[attr-defined]
        field.help_text = "由该机构的经办人在网上核对并确认，不用填手机号码。"

    def clean_organisation(self) -> str:
        value: str = self.cleaned_data["organisation"]
        if not value and self.role.required:
            raise forms.ValidationError(f"请选择{self.role.word}")
        return value


class ShareForm(Plain):
    coownership = forms.ChoiceField(
        label="登记为谁所有",
        choices=[
            ("sole", "一人单独所有"),
            (
                "joint",
                "共同共有",
            ),
            ("by_share", "按份共有"),
        ],
        widget=forms.RadioSelect,
    )

    def clean_coownership(self) -> str:
        value: str = self.cleaned_data["coownership"]
        if not value:
            raise forms.ValidationError("请选择共有方式")
        return value


class CoversForm(Plain):
    """What a mortgage of a home held by shares covers: the whole, or one co-owner's share (民法典 301, 305)."""

    covers = forms.ChoiceField(label="抵押范围", widget=forms.RadioSelect)

    def __init__(self, *args: Any, shares: Sequence[str], **kwargs: Any):
        """`shares`: each co-owner's in words; the answer is its place."""
        super().__init__(*args, **kwargs)
        field = self.fields["covers"]
        field.choices = [  # type: ignore[attr-defined]
            (WHOLE, "整处不动产，全体共有人都是抵押人"),
            *((str(n), words) for n, words in enumerate(shares)),
        ]
        field.help_text = "照抵押合同选。只抵押份额的，由这位共有人一人作抵押人并确认，登记簿记载“抵押范围”。"

    def clean_covers(self) -> str:
        value: str = self.cleaned_data["covers"]
        if not value:
            raise forms.ValidationError("请选择抵押范围")
        return value


def read_share(text: str) -> Fraction:
    """50, 50%, 50.5%, 1/2 → the fraction. Raises Refused."""
    written = re.sub(r"\s+", "", half_width(text)).replace("／", "/")
    if not written:
        raise Refused(Refusal("SHARE_EMPTY", "请输入每位共有人的份额"))
    try:
        if "/" in written:
            top, _, bottom = written.partition("/")
            share = Fraction(int(top), int(bottom))
        else:
            share = Fraction(written.rstrip("%")) / 100
    except (ValueError, ZeroDivisionError):
        raise Refused(Refusal("SHARE_FORM", f"份额“{text[:20]}”看不懂，请写成 50% 或 1/2")) from None
    if not 0 < share <= 1 or share.denominator > 100_000:
        raise Refused(Refusal("SHARE_RANGE", "份额应大于 0，不超过 100%"))
    return share


def percent(share: Fraction) -> str:
    """A share as people read it: 50, 33.33."""
    value = share * 100
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator / value.denominator:.2f}"
