"""Staff with their posts, and the permission matrix."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.core.refusals import Refused
from dengbu.parties import actions, queries, rules
from dengbu.parties.models import Staff
from dengbu.parties.permissions import LINES, PERMISSIONS, POSTS

from ..pages import page
from .forms import PasswordResetForm, PostsForm, StaffForm
from .frame import DONE, STAFF, next_url, render, see_other


@page("console/staff/", name="console.staff", surface="staff", needs=STAFF, sql=4, example="admin")
def staff(request: HttpRequest) -> HttpResponse:
    """Staff with posts and business lines; conflicts among posts are marked."""
    q, after = request.GET.get("q", "").strip()[:50], request.GET.get("after", "")[:10]
    found, onward = queries.staff_page(q=q, after=after)
    rows = []
    for member in found:
        conflicts = rules.post_conflicts(member.posts)
        rows.append(
            [
                {"text": member.number, "url": reverse("web:console.staff_member", args=[member.pk])},
                member.name,
                "、".join(POSTS[post].name for post in member.posts if post in POSTS),
                "、".join(LINES[line] for line in member.lines if line in LINES) or "—",
                {"text": f"岗位冲突 {len(conflicts)} 处", "tone": "warn"} if conflicts else "—",
                {"text": "在用", "tone": "ok"} if member.active else {"text": "已停用", "tone": "neutral"},
            ]
        )
    return render(
        request,
        "console/staff.html",
        at="staff",
        rows=rows,
        columns=["工号", "姓名", "岗位", "业务条线", "提示", "账号"],
        q=q,
        done=DONE.get(request.GET.get("done", ""), ""),
        first_url="?" + urlencode({"q": q}) if after else "",
        next_url=next_url(request, onward, q),
    )


@page(
    "console/staff/new/",
    name="console.staff_new",
    surface="staff",
    needs=STAFF,
    sql=3,
    example="admin",
    methods=("GET", "POST"),
)
def staff_new(request: HttpRequest) -> HttpResponse:
    """Open an account of staff."""
    if request.method == "GET":
        return render(request, "console/staff_new.html", StaffForm(), at="staff")
    form = StaffForm(request.POST)
    try:
        actions.add_staff(
            actor=request.actor,  # type: ignore[attr-defined]
            **{
                name: form.text(name)
                for name in ("login", "name", "password", "number", "id_number", "window")
            },
            posts=form.chosen("posts"),
            lines=form.chosen("lines"),
        )
    except Refused as refused:
        form.refuse(refused)
        return render(request, "console/staff_new.html", form, at="staff")
    return see_other("console.staff", done="staff")


def _member(staff_id: int) -> Staff:
    found = queries.staff_member(staff_id)
    if found is None:
        raise Http404("no such member of staff")
    return found


def _member_page(request: HttpRequest, staff_id: int, **forms: Any) -> HttpResponse:
    member = _member(staff_id)
    wrong = next((form for form in forms.values() if form.errors), None)
    initial = {"posts": member.posts, "lines": member.lines, "window": member.window}
    return render(
        request,
        "console/staff_member.html",
        wrong,
        at="staff",
        member=member,
        conflicts=rules.post_conflicts(member.posts),
        done=DONE.get(request.GET.get("done", ""), ""),
        **{"posts_form": PostsForm(initial=initial), "password_form": PasswordResetForm(), **forms},
    )


@page(
    "console/staff/<int:staff_id>/",
    name="console.staff_member",
    surface="staff",
    needs=STAFF,
    sql=4,
    example="staff",
    methods=("GET", "POST"),
)
def staff_member(request: HttpRequest, staff_id: int) -> HttpResponse:
    """One member of staff: posts and lines (POST saves them)."""
    if request.method == "GET":
        return _member_page(request, staff_id)
    _member(staff_id)
    form = PostsForm(request.POST)
    try:
        actions.set_posts(
            actor=request.actor,  # type: ignore[attr-defined]
            staff_id=staff_id,
            posts=form.chosen("posts"),
            lines=form.chosen("lines"),
            window=form.text("window"),
        )
    except Refused as refused:
        form.refuse(refused)
        return _member_page(request, staff_id, posts_form=form)
    return see_other("console.staff_member", staff_id, done="posts")


@page(
    "console/staff/<int:staff_id>/account/",
    name="console.staff_account",
    surface="staff",
    needs=STAFF,
    sql=0,
    methods=("POST",),
)
def staff_account(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Close or reopen the account, or give it a new password."""
    member = _member(staff_id)
    actor = request.actor  # type: ignore[attr-defined]
    form = PasswordResetForm(request.POST)
    try:
        if "active" in request.POST:
            actions.set_staff_active(actor=actor, staff_id=staff_id, active=request.POST["active"] == "1")
            return see_other("console.staff_member", staff_id, done="active")
        actions.set_password(actor=actor, user_id=member.user_id, password=form.text("password"))
    except Refused as refused:
        form.refuse(refused)
        return _member_page(request, staff_id, password_form=form)
    return see_other("console.staff_member", staff_id, done="password")


@page("console/matrix/", name="console.matrix", surface="staff", needs=STAFF, sql=3, example="admin")
def matrix(request: HttpRequest) -> HttpResponse:
    """Posts and permissions, as the code reads them."""
    staffed = {
        code: words
        for code, words in PERMISSIONS.items()
        if any(code in p.permissions for p in POSTS.values())
    }
    rows = [
        {"words": words, "cells": [code in post.permissions for post in POSTS.values()]}
        for code, words in staffed.items()
    ]
    return render(request, "console/matrix.html", at="matrix", posts=list(POSTS.values()), rows=rows)
