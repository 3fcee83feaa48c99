"""Forms of the filing pages: normalise, then judge by `core.identifiers`; every sentence stands in `ux` §3.2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from dengbu.catalog.registrations.asking import Ask, Asks, Kind, read
from dengbu.core.identifiers import (
    check_person_name,
    check_phone,
    half_width,
    normalise_phone,
)
from dengbu.core.refusals import Refusal


def judged(refusal: Refusal | None) -> None:
    """A refusal as the field's error."""
    if refusal is not None:
        raise forms.ValidationError(refusal.message, code=refusal.code)


class Plain(forms.Form):
    """Nothing is required by the browser or by Django: empty fields get our own instruction."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def not_judged(self) -> None:
        """Draw the form as it was posted, without judging it."""
        self._errors = ErrorDict()


class Phone(Plain):
    phone = forms.CharField(label="手机号码", widget=forms.TextInput(attrs={"type": "tel"}))

    def clean_phone(self) -> str:
        phone = normalise_phone(self.cleaned_data["phone"])
        judged(check_phone(phone))
        return phone


class ReasonForm(Plain):
    """What a type asks besides people and papers: the contract on file, then its own questions in order."""

    def __init__(
        self,
        *args: Any,
        asks: Asks,
        contract: bool = False,
        rights: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ):
        self.asks, self.rights = asks, rights
        super().__init__(*args, **kwargs)
        if contract:
            self.fields["filing_no"] = forms.CharField(
                label="合同备案号", help_text="在网签备案的买卖合同首页，由房管部门编号。", max_length=60
            )
        for ask in asks:
            self.fields[ask.key] = _field_of(ask, rights)
        for field in self.fields.values():
            field.required = False

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The questions as the page draws them."""
        return [
            {
                "field": self[ask.key],
                "kind": _DRAWN.get(ask.kind, "radios" if ask.kind in _CHOSEN else "text"),
                "choices": [
                    (value, label, next((c.hint for c in ask.choices if c.value == value), ""))
                    for value, label in _options(ask, self.rights)
                ],
                "optional": not ask.required,
                # Of a question that is not on this page the answer is what it is: nothing is hidden for it.
                "only_if": ask.only_if[0] if ask.only_if and ask.only_if[0] in self.fields else "",
                "only_values": " ".join(_posted(v) for v in ask.only_if[1]) if ask.only_if else "",
            }
            for ask in self.asks
        ]

    def clean_filing_no(self) -> str:
        number = re.sub(r"\s+", "", half_width(self.cleaned_data["filing_no"])).upper()
        if not number:
            raise forms.ValidationError("请输入合同备案号")
        return number

    def clean(self) -> dict[str, Any]:
        """Terms as the case keeps them stand under `terms`."""
        data: dict[str, Any] = super().clean() or {}
        typed = {ask.key: str(data.get(ask.key) or "") for ask in self.asks}
        terms, errors = read(self.asks, typed)
        for key, sentence in errors.items():
            if key not in self.errors:
                self.add_error(key, sentence)
        data["terms"] = terms
        return data


_CHOSEN = (Kind.CHOICE, Kind.YES_NO, Kind.RIGHT)
_DRAWN = {
    Kind.MONEY: "money",
    Kind.DATE: "date",
    Kind.LONG: "textarea",
    Kind.UNITS: "textarea",
    Kind.UNIT: "code",
}


def _posted(value: Any) -> str:
    if value is None:
        return ""  # not answered
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _options(ask: Ask, rights: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What may be chosen. `rights`: where it is asked for a right in the book, by public id and in words."""
    return list(rights if ask.kind is Kind.RIGHT else ask.options())


def _field_of(ask: Ask, rights: Sequence[tuple[str, str]]) -> forms.Field:
    if ask.kind in _CHOSEN:
        return forms.ChoiceField(
            label=ask.label, help_text=ask.hint, choices=_options(ask, rights), widget=forms.RadioSelect
        )
    long = ask.kind in (Kind.LONG, Kind.UNITS)
    return forms.CharField(
        label=ask.label,
        help_text=ask.hint,
        max_length=max(3000, ask.max_length) if long else max(ask.max_length, 40),
        widget=forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput(),
    )


class DeliveryForm(Phone):
    way = forms.ChoiceField(label="怎样领取", widget=forms.RadioSelect)
    receiver = forms.CharField(label="收件人", max_length=50)
    address = forms.CharField(label="邮寄地址", help_text="写到门牌号。", max_length=120)
    separate = forms.ChoiceField(label="共有人怎样持证", widget=forms.RadioSelect)
    fee_claim = forms.ChoiceField(label="有没有减免登记费的情形", widget=forms.RadioSelect)

    field_order = [
        "way",
        "receiver",
        "address",
        "separate",
        "phone",
        "fee_claim",
    ]

    def __init__(
        self,
        *args: Any,
        ways: list[tuple[str, str, str]],
        holding: list[tuple[str, str, str]],
        claims: list[tuple[str, str, str]],
        **kwargs: Any,
    ):
        """`holding` and `claims` are empty where there is nothing to ask."""
        super().__init__(*args, **kwargs)
        for name, choices in (("separate", holding), ("fee_claim", claims)):
            if choices:
                self.fields[name].choices = [(v, w) for v, w, _ in choices]  # type: ignore[attr-defined]
                self.fields[name].required = False
            else:
                del self.fields[name]
        self.fields["way"].choices = [(value, label) for value, label, _ in ways]  # type: ignore[attr-defined]
        self.ways = ways
        self.fields["phone"].label = "联系电话"
        self.fields["phone"].help_text = "办理进度用短信发到这个号码。"

    def clean_way(self) -> str:
        value: str = self.cleaned_data["way"]
        if not value:
            raise forms.ValidationError("请选择领证方式")
        return value

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("way") == "mail":
            refusal = check_person_name(data.get("receiver", ""))
            if refusal:
                self.add_error(
                    "receiver", "请输入收件人姓名" if refusal.code == "NAME_EMPTY" else refusal.message
                )
            address = (data.get("address") or "").strip()
            if not address:
                self.add_error("address", "请输入详细地址")
            elif len(address) < 5:
                self.add_error("address", "地址太短，请写到门牌号")
        return data
