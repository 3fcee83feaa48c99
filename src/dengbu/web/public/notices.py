"""公告 on the portal: what is published before an entry, while it runs (实施细则 17). Names are masked."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.cases.queries.matters import notices_page, public_notice

from ..pages import PUBLIC, page


@page("notices/", name="public.notices", surface="public", needs=PUBLIC, sql=2)
def notices(request: HttpRequest) -> HttpResponse:
    """Running notices, the newest first; one that is over leaves the list by itself."""
    rows, after = notices_page(request.GET.get("after", ""))
    place = [dict(map(tuple, n.content["rows"])).get("不动产坐落", "") for n in rows]
    context = {
        "nav_active": "notices",
        "rows": list(zip(rows, place, strict=True)),
        "next_url": f"?after={after}" if after else "",
        "first_url": request.path if request.GET.get("after") else "",
    }
    return render(request, "public/notices.html", context)


@page("notices/<uuid:notice>/", name="public.notice", surface="public", needs=PUBLIC, sql=2, example="notice")
def notice(request: HttpRequest, notice: uuid.UUID) -> HttpResponse:
    """One notice. After its last day only that it was: names and place are no longer shown."""
    found, runs = public_notice(notice)
    if found is None:
        raise Http404("no such notice")
    return render(
        request,
        "public/notice.html",
        {"nav_active": "notices", "notice": found, "runs": runs},
        status=200 if runs else 410,
    )
