"""The developer's first page, the building table, the list of batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.cases.queries.batches import MARKS, TableUnit, batches_of, building_table, buildings_of

from ..bank.frame import show, standing, to_confirm
from ..filing.portals import DEV
from ..filing.start import services_at
from ..pages import page

FILTERS = (("", "全部"), ("free", "可申请"), ("fix", "需补正"))


@page("dev/", name="dev.home", surface="web", needs="portal.organisation", sql=9)
def home(request: HttpRequest) -> HttpResponse:
    """Agreement, own buildings with how far they are, batches in flight."""
    who = standing(request, DEV)
    batches, following = batches_of(who.organisation, limit=5)
    context = {
        "to_confirm": to_confirm(who),
        "buildings": buildings_of(who.organisation),
        "batches": batches,
        "more": bool(following),
        "services": services_at(DEV, who.organisation) if who.may_file else [],
    }
    return show(request, who, "dev/home.html", "home", context)


@page("dev/batches/", name="dev.batches", surface="web", needs="portal.organisation", sql=6)
def batches(request: HttpRequest) -> HttpResponse:
    """All batches, newest first."""
    who = standing(request, DEV)
    after = request.GET.get("after", "")[:40]
    rows, following = batches_of(who.organisation, after=after)
    here = reverse("web:dev.batches")
    context = {
        "batches": rows,
        "first_url": here if after else "",
        "next_url": f"{here}?{urlencode({'after': following})}" if following else "",
    }
    return show(request, who, "dev/batches.html", "batches", context)


@page(
    "dev/buildings/<str:code>/",
    name="dev.building",
    surface="web",
    needs="portal.organisation",
    sql=8,
    example="building_code",
)
def building(request: HttpRequest, code: str) -> HttpResponse:
    """楼盘表: floor by unit, each cell with letter, pattern and tone; choose units and begin a batch."""
    who = standing(request, DEV)
    found = buildings_of(who.organisation, code)
    if not found:
        raise Http404("no such building of this organisation")
    units = building_table(who.organisation, code)
    only = request.GET.get("only", "")
    counts = Counter(u.mark_key for u in units)
    context = {
        "building": found[0],
        "floors": floors(units),
        "columns": range(max((len(cells) for _, cells in floors(units)), default=0)),
        "legend": [{"mark": mark, "count": counts[key]} for key, mark in MARKS.items()],
        "free": sum(not u.why_not for u in units),
        "only": only if only in dict(FILTERS) else "",
        "filters": [
            {"text": text, "url": f"?only={key}" if key else "?", "current": key == only}
            for key, text in FILTERS
        ],
        "submit_url": reverse("web:dev.batch_new"),
    }
    return show(request, who, "dev/building.html", "home", context)


def floors(units: Sequence[TableUnit]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The units floor by floor, the highest first, each with the address of its case."""
    by_floor: dict[str, list[dict[str, Any]]] = {}
    for unit in units:
        url = ""
        if unit.docket_id is not None and unit.mark_key != "none":
            url = DEV.url("batch", unit.batch_id) if unit.batch_id else DEV.url("case", unit.docket_id)
        by_floor.setdefault(unit.floor, []).append({"unit": unit, "url": url})
    return sorted(by_floor.items(), key=lambda item: _height(item[0]), reverse=True)


def _height(floor: str) -> int:
    digits = "".join(ch for ch in floor if ch.isdigit() or ch == "-")
    return int(digits) if digits.lstrip("-").isdigit() else 0
