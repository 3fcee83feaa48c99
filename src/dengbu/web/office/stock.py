"""空白证书: what is in stock, and the receipt of a delivery."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse

from dengbu.certificates import queries
from dengbu.certificates.actions import receive_blanks
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import CertificateKind

from ..desk.shell import desk, see_other
from ..pages import page
from ..public.forms import TypedForm

PAGE = "office.stock"


class DeliveryForm(TypedForm):
    kind = forms.ChoiceField(
        label="种类", choices=[(kind.value, kind.label) for kind in CertificateKind], widget=forms.RadioSelect
    )
    first_serial = forms.CharField(
        label="第一本的印刷序列号", help_text="照封面填写，例如 豫41000001", max_length=40
    )
    count = forms.CharField(label="本数", help_text="序列号连续的本数；不连续的分几次登记", max_length=10)

    def delivery(self) -> tuple[CertificateKind, str, int]:
        """Kind, first serial number and count as typed. Raises Refused with what is missing."""
        kind, count = self.text("kind"), self.text("count")
        faults = []
        if kind not in {k.value for k in CertificateKind}:
            faults.append(Refusal("BLANK_KIND", "请选择证书种类", field="kind"))
        if not (count.isascii() and count.isdecimal()):
            faults.append(Refusal("BLANK_COUNT_FORM", "本数应为整数", "例如 200。", field="count"))
        if faults:
            raise Refused(faults)
        return CertificateKind(kind), self.text("first_serial"), int(count)


@page(
    "console/stock/",
    name=PAGE,
    surface="staff",
    needs="stock.manage",
    sql=7,
    example="lead",
    methods=("GET", "POST"),
)
def stock(request: HttpRequest) -> HttpResponse:
    """How many blanks of each kind are in stock; POST receives a delivery."""
    form = DeliveryForm(request.POST or None)
    if request.method == "POST":
        try:
            kind, first, count = form.delivery()
            receive_blanks(actor=request.actor, kind=kind, first_serial=first, count=count)  # type: ignore[attr-defined]
        except Refused as refused:
            form.refuse(refused)
        else:
            return see_other(PAGE, query=f"?done={count}")
    counts = queries.stock_count()
    rows = []
    for kind in CertificateKind:
        first, last = queries.stock_range(kind) or ("—", "—")
        left = counts[kind]
        rows.append([kind.label, left or {"text": "没有库存", "tone": "warn"}, first, last])
    received = request.GET.get("done", "")
    return desk(
        request,
        "office/stock.html",
        {
            "form": form,
            "rows": rows,
            "columns": [
                "种类",
                {"text": "在库（本）", "end": True},
                {"text": "在库最小序列号", "code": True},
                {"text": "在库最大序列号", "code": True},
            ],
            "done": f"已登记入库 {received} 本。" if received.isdecimal() and len(received) < 8 else "",
        },
        current=PAGE,
        status=422 if form.errors else 200,
    )
