"""The frame of the administrator's pages: navigation, and what was done."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ..desk.shell import navigation
from ..public.forms import show

ORGANISATIONS, STAFF = "agreement.manage", "users.manage"
DONE = {
    "filed": "已备案。下一步请登记服务协议，再开通经办人。",
    "signed": "服务协议已登记。",
    "suspended": "服务协议已暂停，该单位不能再提交新申请。",
    "resumed": "服务协议已恢复。",
    "operator": "经办人账号已开通。",
    "active": "账号状态已更新。",
    "staff": "账号已开通。",
    "posts": "岗位已保存，立即生效。",
    "password": "密码已重置，请当面告知本人。",
}


def render(request: HttpRequest, template: str, form: Any = None, *, at: str, **context: Any) -> HttpResponse:
    nav = navigation(request.actor, {}, f"console.{at}")  # type: ignore[attr-defined]
    return show(request, template, form, staff_nav=nav, **context)


def see_other(name: str, *arguments: Any, done: str = "") -> HttpResponse:
    query = f"?{urlencode({'done': done})}" if done else ""
    return HttpResponseRedirect(reverse(f"web:{name}", args=arguments) + query, status=303)


def next_url(request: HttpRequest, after: str, q: str) -> str:
    return "?" + urlencode({"after": after, **({"q": q} if q else {})}) if after else ""
