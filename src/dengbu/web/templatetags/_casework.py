"""The components of casework: comparison, checks, restrictions, deadlines, identity bar, tables, the register page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template

from dengbu.core import clock
from dengbu.web.templatetags import _text

register = template.Library()

#: answer -> (tone, icon, words): none is the only green one, and only while it is fresh
RESTRICTION_ANSWERS = {
    "none": ("ok", "ok", "无限制"),
    "some": ("bad", "no", "有限制"),
    "answered": ("warn", "alert", "有限制，规则允许继续"),
    "failed": ("warn", "alert", "查询失败"),
    "stale": ("warn", "clock", "结果已过期"),
}


@register.inclusion_tag("components/compare_table.html")
def compare_table(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    caption: str = "数据比对",
    show_equal: bool = True,
) -> dict[str, Any]:
    """Sources side by side; rows that differ come first and differing characters are marked.

    Row keys: label, values (one per column, None for no data), verdict (same differ none; found out when absent),
    reference (index of the column the others are held against, default: the last with data), url, url_text.
    """
    filled = []
    for row in rows:
        values: list[Any] = list(row["values"])
        known = [i for i, v in enumerate(values) if v not in (None, "")]
        ref = row.get("reference", known[-1] if known else 0)
        verdict = row.get("verdict") or (
            "none" if len(known) < 2 else "differ" if len({str(values[i]) for i in known}) > 1 else "same"
        )
        cells = [
            None
            if i not in known
            else _text.diff(values[i], values[ref] if ref in known and verdict == "differ" else "")
            for i in range(len(values))
        ]
        filled.append({"url": "", "url_text": "看影像", **row, "cells": cells, "verdict": verdict})
    filled.sort(key=lambda r: r["verdict"] != "differ")
    same = [r for r in filled if r["verdict"] == "same"]
    shown = filled if show_equal else [r for r in filled if r["verdict"] != "same"]
    return {"rows": shown, "columns": columns, "caption": caption, "folded": 0 if show_equal else len(same)}


@register.inclusion_tag("components/check_panel.html")
def check_panel(checks: Iterable[Mapping[str, Any]], title: str = "机器检查") -> dict[str, Any]:
    """Machine checks. Keys: result (pass hint block unknown), name, evidence, basis, at, url, url_text."""
    words = {
        "pass": ("通过", "t-ok", "check"),
        "hint": ("提示", "t-warn", "alert"),
        "block": ("阻断", "t-bad", "no"),
        "unknown": ("未能检查", "t-warn", "dot"),
    }
    order = ("block", "unknown", "hint", "pass")
    filled = []
    for check in checks:
        word, cls, mark = words[check["result"]]
        base = {"evidence": "", "basis": "", "at": None, "url": "", "url_text": "查看"}
        filled.append({**base, **check, "word": word, "cls": cls, "icon": mark})
    filled.sort(key=lambda c: order.index(c["result"]))
    counts = [
        (words[k][0], sum(c["result"] == k for c in filled)) for k in ("pass", "hint", "block", "unknown")
    ]
    note = "，".join(f"{w} {n}" for w, n in counts if n)
    return {"checks": filled, "title": title, "note": f"{len(filled)} 条：{note}" if filled else ""}


@register.inclusion_tag("components/restriction_result.html")
def restriction_result(
    answer: str,
    queried_at: dt.datetime | None = None,
    valid_until: dt.datetime | None = None,
    restrictions: Iterable[Mapping[str, Any]] = (),
    reason: str = "",
    rerun_url: str = "",
    csrf_token: str = "",
) -> dict[str, Any]:
    """One of four answers: none some failed stale (and answered: found, but the rule lets it pass).

    `restrictions` keys: kind, text. `rerun_url` draws a POST button 重新查询 and needs `csrf_token=csrf_token`.
    """
    if answer == "none" and valid_until is not None and valid_until <= clock.now():
        answer = "stale"
    tone, mark, words = RESTRICTION_ANSWERS[answer]
    return {
        "tone": tone,
        "icon": mark,
        "words": words,
        "answer": answer,
        "queried_at": queried_at,
        "valid_until": valid_until,
        "restrictions": list(restrictions),
        "reason": reason,
        "rerun_url": rerun_url,
        "csrf_token": csrf_token,
    }


@register.inclusion_tag("components/deadline.html")
def deadline(
    due: dt.datetime | None, now: dt.datetime | None = None, since: dt.datetime | None = None
) -> dict[str, Any]:
    """Time left with icon and weight: red when over, amber in the last fifth (or last hour without `since`)."""
    moment = now or clock.now()
    state = ""
    if due is not None:
        left = due - moment
        limit = (due - since) / 5 if since else dt.timedelta(hours=1)
        state = "late" if left <= dt.timedelta() else "soon" if left <= limit else "calm"
    return {"state": state, "words": _text.remaining(due, moment), "due": due}


@register.inclusion_tag("components/identity_bar.html")
def identity_bar(
    number: str,
    title: str,
    facts: Iterable[Mapping[str, Any]] = (),
    back_url: str = "",
    holder: str = "",
    release_url: str = "",
    csrf_token: str = "",
) -> dict[str, Any]:
    """The case at the top of a staff page; holds the h1. Fact keys: key, value, code (monospace)."""
    return {
        "number": number,
        "title": title,
        "facts": [{"code": False, **f} for f in facts],
        "back_url": back_url,
        "holder": holder,
        "release_url": release_url,
        "csrf_token": csrf_token,
    }


@register.inclusion_tag("components/data_table.html")
def data_table(
    columns: Sequence[str | Mapping[str, Any]],
    rows: Iterable[Sequence[Any]],
    caption: str,
    caption_hidden: bool = False,
    empty: str = "没有记录。",
) -> dict[str, Any]:
    """A table that becomes cards on a phone. Columns: text or {text, end, code, tight}; a cell: text or {text, url, tone}."""
    heads = [
        {"end": False, "code": False, "tight": False, **({"text": c} if isinstance(c, str) else c)}
        for c in columns
    ]
    body = []
    for row in rows:
        cells = []
        for head, cell in zip(heads, row, strict=True):
            given = cell if isinstance(cell, Mapping) else {"text": cell}
            cells.append({"url": "", "tone": "", "head": head, **given})
        body.append(cells)
    return {
        "heads": heads,
        "rows": body,
        "caption": caption,
        "caption_hidden": caption_hidden,
        "empty": empty,
    }


@register.inclusion_tag("components/register_summary.html")
def register_summary(book: Mapping[str, Any]) -> dict[str, Any]:
    """A page of the register in its four blocks.

    `book`: as_of (datetime), nature (list of {title, rows: [(key, value)]}), owners (list of dicts name, id_no,
    share, certificate, kind, booked_on), restrictions (list of kind, holder, text, period), mortgages (list of
    rank, holder, kind, amount_fen, period, certificate, booked_on), history_urls (dict block -> url, optional).
    """
    return {
        "as_of": book.get("as_of"),
        "nature": list(book.get("nature") or ()),
        "owners": list(book.get("owners") or ()),
        "restrictions": list(book.get("restrictions") or ()),
        "mortgages": list(book.get("mortgages") or ()),
    }
