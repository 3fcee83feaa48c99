"""The components of every page as template tags, and the filters that write names, money and time.

Pages say `{% load dengbu_ui %}`; arguments of every component stand in `templates/components/README.md`.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from dengbu.web.templatetags import _assets, _casework, _fields, _text

register = template.Library()
register.tags.update(_casework.register.tags)

for _name in (
    "mask_name",
    "mask_id",
    "mask_phone",
    "money",
    "capital",
    "cn_date",
    "cn_datetime",
    "group_unit",
):
    register.filter(_name, getattr(_text, _name), is_safe=False)
register.filter("iso", _text.iso)
register.simple_tag(_text.diff, name="diff")

#: tone -> (icon that stands by it, class of the dense staff tag)
TONES = {
    "neutral": ("", ""),
    "plain": ("check", ""),
    "info": ("dot", "info"),
    "ok": ("check", "ok"),
    "fix": ("warn", "bad"),
    "warn": ("alert", "warn"),
    "alt": ("clock", "alt"),
}
STEPS = ("提交", "网上审核", "预约", "窗口核验", "登簿", "制证", "领证")
NOTICES = {"info": "info", "ok": "ok", "warn": "alert", "bad": "warn"}


@register.filter
def remaining(due: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """`{{ case.due|remaining:now }}`: 剩 3 小时, or 已超时 1 天."""
    return _text.remaining(due, now)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; silent unless `label` gives it a name of its own."""
    href = f"{static('dengbu/icons.svg')}#i-{name}"
    if label:
        return format_html(
            '<svg class="i" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html(
        '<svg class="i" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href
    )


@register.simple_tag
def stylesheets(surface: str) -> SafeString:
    """The <link> elements of a surface: citizen, kiosk, staff or paper."""
    links = (
        format_html('<link rel="stylesheet" href="{}">\n', static(p)) for p in _assets.stylesheets(surface)
    )
    return mark_safe("".join(links))  # noqa: S308 - joined from escaped pieces


@register.simple_tag
def scripts(surface: str) -> SafeString:
    """The <script type="module"> elements of a surface."""
    tags = (
        format_html('<script type="module" src="{}"></script>\n', static(p)) for p in _assets.scripts(surface)
    )
    return mark_safe("".join(tags))  # noqa: S308 - joined from escaped pieces


def _cookie(context: Context, key: str, allowed: str) -> str:
    request = context.get("request")
    return allowed if request is not None and request.COOKIES.get(key) == allowed else ""


@register.simple_tag(takes_context=True)
def html_attrs(context: Context) -> SafeString:
    """The switches on <html>: data-mode and data-contrast, from the person's preference cookies."""
    mode, contrast = _cookie(context, "mode", "elder"), _cookie(context, "contrast", "high")
    out = format_html(' data-mode="{}"', mode) if mode else mark_safe("")
    return out + format_html(' data-contrast="{}"', contrast) if contrast else out


@register.simple_tag(takes_context=True)
def title_prefix(context: Context) -> str:
    """“有错误：” when a form comes back with something to put right, 【培训】 in the training office.

    A page that is itself the answer (403, 404, 409, with the number for the help desk) has no form to put right.
    """
    training = "【培训】" if context.get("training") else ""
    form = context.get("form")
    wrong = (
        bool(getattr(form, "errors", None))
        or bool(context.get("refusals"))
        or bool(context.get("has_errors"))
    )
    return training + ("有错误：" if wrong and not context.get("error_number") else "")


def _url(name: str, fallback: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return fallback


@register.inclusion_tag("components/preferences.html", takes_context=True)
def preferences(context: Context, tag: str = "li") -> dict[str, Any]:
    """The two switches 长者模式 and 高对比 as plain POST forms. `tag`: li or div around each."""
    request = context.get("request")
    return {
        "action": _url("web:preferences", "/preferences/"),
        "next": request.get_full_path() if request is not None else "/",
        "elder": bool(_cookie(context, "mode", "elder")),
        "high": bool(_cookie(context, "contrast", "high")),
        "item": tag,
        "csrf_token": context.get("csrf_token", ""),
    }


@register.inclusion_tag("components/mainnav.html", takes_context=True)
def mainnav(
    context: Context, items: Sequence[Sequence[str]], label: str = "主导航", current: str = ""
) -> dict[str, Any]:
    """Navigation band. `items`: (key, words, url); the one whose key is `current`, or `nav_active` in context, is."""
    active = current or context.get("nav_active", "")
    links = [
        {"text": text, "url": url, "current": bool(active) and key == active} for key, text, url in items
    ]
    return {"links": links, "label": label}


_NAVS = {
    "public": (
        ("home", "首页", "/"),
        ("services", "办事指南", "/services/"),
        ("progress", "查进度", "/progress/"),
        ("appoint", "预约", "/appoint/new"),
        ("query", "查询", "/query/"),
        ("verify", "核验证书", "/verify/"),
        ("notices", "登记公告", "/notices/"),
        ("news", "公告", "/news/"),
        ("offices", "办事网点", "/offices/"),
    ),
    "field": (
        ("field", "外勤任务", "/field/"),
        ("desk", "登记工作台", "/desk/"),
    ),
    "person": (
        ("cases", "我的办件", "/my/"),
        ("apply", "我要办", "/services/"),
        ("properties", "我的不动产", "/my/properties/"),
        ("wallet", "我的证照", "/wallet/"),
        ("messages", "消息", "/my/messages/"),
        ("account", "账户", "/my/account/"),
    ),
    "developer": (
        ("home", "首页", "/dev/"),
        ("batches", "批次", "/dev/batches/"),
        ("cases", "办件", "/dev/cases/"),
        ("account", "本机构", "/dev/account/"),
    ),
    "bank": (
        ("home", "首页", "/bank/"),
        ("apply", "新建抵押申请", "/bank/apply/b01/start"),
        ("discharge", "抵押注销", "/bank/discharge/"),
        ("cases", "办件", "/bank/cases/"),
        ("account", "本机构", "/bank/account/"),
    ),
}


@functools.cache
def _there(url: str) -> bool:
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


@register.simple_tag
def nav_items(kind: str) -> Sequence[Sequence[str]]:
    """The navigation of a surface: public, person, developer or bank; only pages this office has."""
    return [item for item in _NAVS[kind] if _there(item[2])]


@register.inclusion_tag("components/field.html")
def field(source: BoundField | Mapping[str, Any], **override: Any) -> dict[str, Any]:
    """One question, from a form field or a dict; keyword arguments override what the form says."""
    return {"f": _fields.describe(source, **override)}


@register.inclusion_tag("components/error_summary.html")
def error_summary(
    form: Any = None,
    refusals: Iterable[Any] | None = None,
    errors: Iterable[Any] | None = None,
    title: str = "",
) -> dict[str, Any]:
    """Everything to put right, at once. `form`: one form, a formset or a list; draws nothing when all is well."""
    if form is None or form == "":
        forms_: list[Any] = []
    elif isinstance(form, list | tuple):
        forms_ = [f for f in form if f]
    elif hasattr(form, "management_form"):
        forms_ = list(form.forms)
    else:
        forms_ = [form]
    found = _fields.problems(forms_, refusals or (), errors or ())
    return {"problems": found, "title": title or f"有 {len(found)} 处需要修改"}


@register.inclusion_tag("components/task_list.html")
def task_list(tasks: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The tasks of an application. Keys: title, url ('' when it cannot start yet), hint, status, tone, icon, next."""
    return {
        "tasks": [{"url": "", "hint": "", "tone": "plain", "icon": None, "next": False, **t} for t in tasks]
    }


@register.inclusion_tag("components/tag.html")
def tag(word: str, tone: str = "neutral", icon: str | None = None) -> dict[str, Any]:
    """A status: tone, icon and word together. Tones: neutral plain info ok fix warn alt."""
    default, dense = TONES[tone]
    return {"word": word, "tone": tone, "dense": dense, "icon": default if icon is None else icon}


@register.inclusion_tag("components/summary_card.html")
def summary_card(
    rows: Iterable[Mapping[str, Any]],
    title: str = "",
    url: str = "",
    action: str = "修改",
    level: int = 2,
    plain: bool = False,
    source: str = "",
) -> dict[str, Any]:
    """Answers in a card. Row keys: key, value (text or list), url, action, source. `plain`: without the card."""
    filled = []
    for row in rows:
        value = row.get("value", "")
        values = list(value) if isinstance(value, list | tuple) else [value]
        filled.append({"url": "", "action": "修改", "source": "", "code": False, **row, "values": values})
    return {
        "rows": filled,
        "title": title,
        "url": url,
        "action": action,
        "level": level,
        "plain": plain,
        "source": source,
        "any_links": any(r["url"] for r in filled),
    }


@register.inclusion_tag("components/status_strip.html")
def status_strip(
    current: int, note: str = "", fix: bool = False, steps: Sequence[str] | None = None
) -> dict[str, Any]:
    """The seven steps. `current` counts from 1 (8 = all done); `fix` paints the current one red; `note` under it."""
    words = tuple(steps or STEPS)
    return {
        "steps": [
            {"n": n, "word": w, "state": "done" if n < current else "now" if n == current else ""}
            for n, w in enumerate(words, 1)
        ],
        "total": len(words),
        "current": min(current, len(words)),
        "finished": current > len(words),
        "word": words[min(current, len(words)) - 1],
        "note": note,
        "fix": fix,
    }


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What happened, newest first. Keys: at (datetime), title, text, now (the one it stands at)."""
    return {"events": [{"text": "", "now": False, **e} for e in events]}


@register.simple_block_tag
def details(content: str, summary: str, open: bool = False) -> str:
    """`{% details "什么是不动产单元号" %}…{% enddetails %}`: an answer that unfolds."""
    return render_to_string("components/details.html", {"summary": summary, "content": content, "open": open})


@register.simple_block_tag
def notification(content: str, tone: str = "info", title: str = "", live: bool = False) -> str:
    """`{% notification "ok" "已保存" %}…{% endnotification %}`. Tones info ok warn bad; `live` announces it."""
    return render_to_string(
        "components/notification.html",
        {"content": content, "tone": tone, "icon": NOTICES[tone], "title": title, "live": live},
    )


@register.simple_block_tag
def confirmation(content: str, title: str, number: str = "", number_label: str = "办件编号") -> str:
    """`{% confirmation "申请已提交" number=case.no %}…{% endconfirmation %}`: the page after the act; holds the h1."""
    return render_to_string(
        "components/confirmation.html",
        {"content": content, "title": title, "number": number, "number_label": number_label},
    )


@register.inclusion_tag("components/back_link.html")
def back_link(url: str, text: str = "返回") -> dict[str, Any]:
    """The way back, first thing in main."""
    return {"url": url, "text": text}


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str, text: str = "", url: str = "", action: str = "", level: int = 2
) -> dict[str, Any]:
    """An empty place: what it is for and how to fill it."""
    return {"title": title, "text": text, "url": url, "action": action, "level": level}


@register.inclusion_tag("components/pagination.html")
def pagination(first_url: str = "", next_url: str = "", note: str = "") -> dict[str, Any]:
    """Keyset paging: 回到第一页, 下一页 and a note such as 第 1–14 件; nothing when there is only one page."""
    return {"first_url": first_url or "", "next_url": next_url or "", "note": note}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: str = "分类") -> dict[str, Any]:
    """Tabs as links with real addresses. Keys: text, url, current, count."""
    return {"items": [{"current": False, "count": None, **i} for i in items], "label": label}


@register.inclusion_tag("components/filter_list.html")
def filter_list(chips: Iterable[Mapping[str, Any]], clear_url: str = "", note: str = "") -> dict[str, Any]:
    """Conditions in force. Chip keys: text, url (the address without it)."""
    return {"chips": list(chips), "clear_url": clear_url, "note": note}


@register.inclusion_tag("components/upload_item.html")
def upload_item(
    name: str,
    state: str = "done",
    text: str = "",
    error: str = "",
    percent: int = 0,
    actions: Iterable[Mapping[str, Any]] = (),
    id: str = "",
) -> dict[str, Any]:
    """One file. States: uploading done warn error exempt missing. Actions: text, url (link) or name+value (button)."""
    icons = {"error": "warn", "warn": "warn", "done": "file", "exempt": "check", "missing": "file"}
    return {
        "name": name,
        "state": state,
        "text": text,
        "error": error,
        "percent": percent,
        "actions": [{"url": "", "name": "", "value": "", **a} for a in actions],
        "id": id,
        "icon": icons.get(state, "image"),
    }


@register.inclusion_tag("components/qr_block.html")
def qr_block(
    svg: str = "", src: str = "", short_code: str = "", caption: str = "", alt: str = ""
) -> dict[str, Any]:
    """A QR code with its short code. `svg`: markup made by the server; or `src`: address of an image."""
    return {
        "svg": mark_safe(svg) if svg else "",  # noqa: S308 - drawn by segno, never from input
        "src": src,
        "short_code": short_code,
        "caption": caption,
        "alt": alt or f"二维码，短码 {short_code}",
    }


@register.simple_tag
def words(*parts: Any) -> SafeString:
    """Several pieces as one escaped text, for arguments of other tags: `{% words a "，" b as line %}`."""
    return mark_safe("".join(conditional_escape(p) for p in parts))  # noqa: S308 - escaped piece by piece
