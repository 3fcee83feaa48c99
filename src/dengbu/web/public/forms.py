"""Forms take what was typed; the rules of the rooms judge it, and their sentences come back to the fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.core.refusals import Refusal, Refused
from dengbu.parties import rules


class TypedForm(forms.Form):
    """Keeps everything as typed; nothing is required here, because an empty answer has its own sentence."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def text(self, name: str) -> str:
        """What was typed, '' where nothing was."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    def refuse(self, refused: Refused | Iterable[Refusal]) -> None:
        """Take the reasons of a refusal: to the field they name, else to the top."""
        self.is_valid()
        for refusal in refused.refusals if isinstance(refused, Refused) else refused:
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


def show(
    request: HttpRequest, template: str, form: forms.Form | None = None, *, status: int = 0, **context: Any
) -> HttpResponse:
    """A page that is never cached; 422 when its form has something to put right."""
    wrong = form is not None and form.is_bound and bool(form.errors)
    response = render(request, template, {"form": form, **context}, status=status or (422 if wrong else 200))
    response["Cache-Control"] = "no-store"
    return response


class PhoneForm(TypedForm):
    phone = forms.CharField(label="手机号码", help_text="用来接收短信验证码", max_length=40)


class CodeForm(TypedForm):
    code = forms.CharField(label="短信验证码", help_text="6 位数字，5 分钟内有效", max_length=20)


class PasswordForm(TypedForm):
    username = forms.CharField(label="用户名", max_length=64)
    password = forms.CharField(label="密码", widget=forms.PasswordInput, strip=False, max_length=128)


class IdentityForm(TypedForm):
    name = forms.CharField(label="姓名", help_text="与证件上的一致", max_length=120)
    document_kind = forms.ChoiceField(
        label="证件类型",
        choices=[(kind.value, kind.label) for kind in rules.PERSON_KINDS],
        widget=forms.RadioSelect,
    )
    id_number = forms.CharField(
        label="证件号码", help_text="居民身份证为 18 位，最后一位可能是 X", max_length=60
    )


class ConsentForm(TypedForm):
    information = forms.BooleanField(
        label="我同意登记中心为核验身份和办理不动产登记，处理我的姓名、证件号码和手机号码"
    )
    promise = forms.BooleanField(label="我承诺：以上信息是我本人的，内容真实")

    def faults(self) -> list[Refusal]:
        """What is not ticked yet."""
        self.is_valid()
        found = []
        if not self.cleaned_data.get("information"):
            found.append(
                Refusal(
                    "CONSENT_EMPTY",
                    "请选择是否同意处理个人信息；不同意的，可以到窗口办理",
                    field="information",
                )
            )
        if not self.cleaned_data.get("promise"):
            found.append(Refusal("PROMISE_EMPTY", "请阅读并勾选承诺书", field="promise"))
        return found
