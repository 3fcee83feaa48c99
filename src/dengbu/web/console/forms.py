"""Forms of the administrator: filing organisations, agreements, operators, staff."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from dengbu.catalog.policy.policy import licences_on
from dengbu.core import clock
from dengbu.core.identifiers import parse_date
from dengbu.core.refusals import Refusal, Refused
from dengbu.parties.permissions import LINES, POSTS

from ..public.forms import TypedForm


class OrganisationForm(TypedForm):
    licence = forms.ChoiceField(label="证照种类", widget=forms.RadioSelect)
    name = forms.CharField(label="单位名称", help_text="营业执照上的全称", max_length=200)
    uscc = forms.CharField(label="统一社会信用代码", help_text="18 位", max_length=40)
    licence_no = forms.CharField(label="证照编号", help_text="上面所选证照的编号", max_length=60)
    legal_representative = forms.CharField(label="法定代表人（负责人）", max_length=50)
    contact_phone = forms.CharField(label="联系电话", max_length=30)
    address = forms.CharField(label="地址", max_length=200)
    small_enterprise = forms.BooleanField(label="小微企业（有相关证明）")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.licences = {row.key: row for row in licences_on(clock.today())}
        choices = [(row.key, f"{row.name}（{row.who}）") for row in self.licences.values()]
        self.fields["licence"].choices = choices  # type: ignore[attr-defined]


class AgreementForm(TypedForm):
    version = forms.CharField(label="协议版本", max_length=20)
    signed_on = forms.CharField(label="签订日期", help_text="例如 2026-03-05", max_length=20)
    valid_from = forms.CharField(label="生效日期", max_length=20)
    valid_until = forms.CharField(label="到期日期", help_text="含当天", max_length=20)

    def dates(self) -> dict[str, dt.date]:
        """The three dates as they were written. Raises Refused with every date that cannot be read."""
        found: dict[str, dt.date] = {}
        faults: list[Refusal] = []
        for name in ("signed_on", "valid_from", "valid_until"):
            try:
                found[name] = parse_date(
                    self.text(name), field=name, empty=f"请输入{self.fields[name].label}"
                )
            except Refused as refused:
                faults.extend(refused.refusals)
        if faults:
            raise Refused(faults)
        return found


class SuspendForm(TypedForm):
    reason = forms.CharField(label="暂停原因", help_text="该单位登录时会看到", max_length=200)


class AccountForm(TypedForm):
    """What every account with a password needs."""

    login = forms.CharField(label="用户名", help_text="3—30 位字母、数字或 . _ -", max_length=40)
    name = forms.CharField(label="姓名", max_length=100)
    password = forms.CharField(
        label="初始密码", help_text="至少 12 位", widget=forms.PasswordInput, strip=False, max_length=128
    )


class OperatorForm(AccountForm):
    phone = forms.CharField(label="手机号码", max_length=30)
    may_submit = forms.BooleanField(label="可以提交申请（不勾选的只能填报和查看）", initial=True)


class PostsForm(TypedForm):
    posts = forms.MultipleChoiceField(
        label="岗位", choices=[(p.code, p.name) for p in POSTS.values()], widget=forms.CheckboxSelectMultiple
    )
    lines = forms.MultipleChoiceField(
        label="业务条线",
        help_text="审核岗按条线接收申请；一项不选的不接收派件",
        choices=list(LINES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    window = forms.CharField(label="窗口", max_length=20)

    def chosen(self, name: str) -> list[str]:
        """The boxes that are ticked."""
        self.is_valid()
        return list(self.cleaned_data.get(name) or [])


class StaffForm(PostsForm, AccountForm):
    number = forms.CharField(label="工号", max_length=20)
    id_number = forms.CharField(
        label="身份证号码", help_text="只保存不可还原的比对值，用于回避本人的办件", max_length=60
    )

    field_order = ["number", "name", "login", "password", "id_number", "posts", "lines", "window"]


class PasswordResetForm(TypedForm):
    password = forms.CharField(
        label="新密码", help_text="至少 12 位", widget=forms.PasswordInput, strip=False, max_length=128
    )
