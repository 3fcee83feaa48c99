"""Accounts with a password: staff and operators; their posts; logging in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_failure_limit
from django.contrib.auth import authenticate
from django.http import HttpRequest

from dengbu.core import clock, crypto, jobs
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import (
    check_person_name,
    check_phone,
    normalise_name,
    normalise_number,
    normalise_phone,
)
from dengbu.core.models import User
from dengbu.core.refusals import NotPermitted, Refusal, Refused

from .. import rules
from ..models import ID_PURPOSE, PHONE_PURPOSE, Operator, Organisation, Staff
from ..permissions import LINES, POSTS


@act("parties.password_tried")
def _authenticate(*, actor: Actor, request: HttpRequest, username: str, password: str) -> int | None:
    # In an act, because a password may be hashed anew and the failures are counted in tables.
    # The credential must bear the name of the user model's field, or axes counts the failures of nobody.
    user = authenticate(request, login=username, password=password)
    current().note(fits=user is not None)
    return user.pk if user is not None else None


def log_in_by_password(*, actor: Actor, request: HttpRequest, username: str, password: str) -> int:
    """The account of a member of staff or an operator by user name and password. Returns the user id.

    Five failures from one place lock the name for 15 minutes (axes answers 429). Follow with `log_in`.
    Raises Refused: LOGIN_NAME_EMPTY, PASSWORD_EMPTY, LOGIN_WRONG with the tries left.
    """
    faults: list[Refusal] = []
    if not username.strip():
        faults.append(Refusal("LOGIN_NAME_EMPTY", "请输入用户名", field="username"))
    if not password:
        faults.append(Refusal("PASSWORD_EMPTY", "请输入密码", field="password"))
    if faults:
        raise Refused(faults)
    username = username.strip()
    found = _authenticate(actor=actor, request=request, username=username, password=password)
    if found is None:
        credentials = {"login": username}
        failures = AxesProxyHandler.get_failures(request, credentials)
        raise Refused(rules.login_failed(get_failure_limit(request, credentials) - failures))
    return found


@act("parties.log_in")
def log_in(*, actor: Actor, user_id: int, how: str) -> None:
    """Note a log-in (F4): in the audit record, as last log-in, and as a message to the account's owner.

    `how`: words such as 手机验证码 or 密码. The actor is the account itself.
    """
    now = clock.now()
    user = User.objects.get(pk=user_id)
    user.last_login = now
    user.save(update_fields=["last_login"])
    current().note(how=how)
    at = clock.local(now)
    jobs.enqueue(
        "notices.tell",
        template="logged_in",
        user_id=user_id,
        parameters={"at": f"{at.month}月{at.day}日 {at:%H:%M}", "how": how},
    )


def _new_user(login: str, password: str, name: str) -> User:
    user = User(login=login, display_name=name)
    user.set_password(password)
    user.save(force_insert=True)
    return user


def _account_faults(login: str, password: str, name: str) -> list[Refusal]:
    faults = rules.check_login(login, password)
    fault = check_person_name(name, field="name")
    if fault:
        faults.append(fault)
    if login and User.objects.filter(login=login).exists():
        faults.append(Refusal("LOGIN_TAKEN", f"用户名“{login}”已经有人用了，请换一个", field="login"))
    return faults


@act("parties.add_operator", permission="agreement.manage")
def add_operator(
    *,
    actor: Actor,
    organisation_id: uuid.UUID,
    login: str,
    password: str,
    name: str,
    phone: str = "",
    id_number: str = "",
    may_submit: bool = True,
) -> int:
    """Open the account of an organisation's operator (经办人). Returns the operator's id.

    Raises Refused: LOGIN_*, PASSWORD_*, NAME_*, PHONE_*.
    """
    login, name = login.strip(), normalise_name(name)
    faults = _account_faults(login, password, name)
    number = normalise_phone(phone)
    if number:
        fault = check_phone(number, field="phone")
        if fault:
            faults.append(fault)
    if faults:
        raise Refused(faults)
    organisation = Organisation.objects.get(pk=organisation_id)
    identity = normalise_number(id_number)
    operator = Operator.objects.create(
        user=_new_user(login, password, name),
        organisation=organisation,
        name=name,
        id_cipher=crypto.encrypt(identity, ID_PURPOSE),
        id_index=crypto.index(identity),
        phone_cipher=crypto.encrypt(number, PHONE_PURPOSE),
        phone_index=crypto.index(number),
        may_submit=may_submit,
    )
    current().note(organisation=str(organisation_id), operator=operator.pk)
    return operator.pk


@act("parties.set_operator_active", permission="agreement.manage")
def set_operator_active(*, actor: Actor, operator_id: int, active: bool) -> None:
    """Close or reopen an operator's account; what the operator did stays."""
    operator = Operator.objects.select_for_update().get(pk=operator_id)
    operator.active = active
    operator.save(update_fields=["active"])
    current().note(operator=operator_id, active=active)


def _posts_faults(posts: Sequence[str], lines: Sequence[str]) -> list[Refusal]:
    faults: list[Refusal] = []
    if not posts:
        faults.append(Refusal("POSTS_EMPTY", "请至少选择一个岗位", field="posts"))
    if set(posts) - set(POSTS):
        faults.append(Refusal("POSTS_UNKNOWN", "请在列出的岗位中选择", field="posts"))
    if set(lines) - set(LINES):
        faults.append(Refusal("LINES_UNKNOWN", "请在列出的业务条线中选择", field="lines"))
    return faults


@act("parties.add_staff", permission="users.manage")
def add_staff(
    *,
    actor: Actor,
    login: str,
    password: str,
    number: str,
    name: str,
    posts: Sequence[str],
    lines: Sequence[str] = (),
    id_number: str = "",
    window: str = "",
) -> list[str]:
    """Open the account of a member of staff. Returns the conflicts among the posts, in words (allowed, but flagged).

    `id_number` is kept only as an index, so that nobody handles their own case. Raises Refused: LOGIN_*, PASSWORD_*,
    NAME_*, STAFF_NUMBER_*, POSTS_*, LINES_*.
    """
    login, name, number = login.strip(), normalise_name(name), number.strip()
    faults = _account_faults(login, password, name) + _posts_faults(posts, lines)
    if not number or len(number) > 10:
        faults.append(Refusal("STAFF_NUMBER_EMPTY", "请输入工号（最多 10 位）", field="number"))
    elif Staff.objects.filter(number=number).exists():
        faults.append(Refusal("STAFF_NUMBER_TAKEN", f"工号“{number}”已经有人用了，请核对", field="number"))
    if faults:
        raise Refused(faults)
    staff = Staff.objects.create(
        user=_new_user(login, password, name),
        number=number,
        name=name,
        id_index=crypto.index(normalise_number(id_number)),
        posts=sorted(posts),
        lines=sorted(lines),
        window=window.strip(),
    )
    conflicts = rules.post_conflicts(posts)
    current().note(staff=staff.pk, posts=sorted(posts), lines=sorted(lines), conflicts=conflicts)
    return conflicts


@act("parties.set_posts", permission="users.manage")
def set_posts(
    *, actor: Actor, staff_id: int, posts: Sequence[str], lines: Sequence[str], window: str = ""
) -> list[str]:
    """Give a member of staff these posts and business lines from now on. Returns the conflicts, in words.

    Nobody takes the administrator's post from themselves. Raises Refused: POSTS_*, LINES_*, POSTS_OWN_ADMIN.
    """
    faults = _posts_faults(posts, lines)
    staff = Staff.objects.select_for_update().get(pk=staff_id)
    if staff.user_id == actor.user_id and "admin" in staff.posts and "admin" not in posts:
        faults.append(
            Refusal(
                "POSTS_OWN_ADMIN",
                "不能取消自己的系统管理员岗位。",
                "请由另一位系统管理员办理。",
                field="posts",
            )
        )
    if faults:
        raise Refused(faults)
    staff.posts, staff.lines, staff.window = sorted(posts), sorted(lines), window.strip()
    staff.save(update_fields=["posts", "lines", "window"])
    conflicts = rules.post_conflicts(posts)
    current().note(staff=staff_id, posts=sorted(posts), lines=sorted(lines), conflicts=conflicts)
    return conflicts


@act("parties.set_staff_active", permission="users.manage")
def set_staff_active(*, actor: Actor, staff_id: int, active: bool) -> None:
    """Close or reopen an account of staff. Raises Refused: STAFF_CLOSES_SELF."""
    staff = Staff.objects.select_for_update().get(pk=staff_id)
    if staff.user_id == actor.user_id and not active:
        raise Refused(Refusal("STAFF_CLOSES_SELF", "不能停用自己的账号。", "请由另一位系统管理员办理。"))
    staff.active = active
    staff.save(update_fields=["active"])
    current().note(staff=staff_id, active=active)


@act("parties.set_password", permission="users.manage")
def set_password(*, actor: Actor, user_id: int, password: str) -> None:
    """An administrator gives a staff or operator account a new password. Raises Refused: PASSWORD_*."""
    user = User.objects.select_for_update().get(pk=user_id)
    faults = rules.check_password(password, login=user.login)
    if faults:
        raise Refused(faults)
    user.set_password(password)
    user.save(update_fields=["password"])
    current().note(user=user_id)


@act("parties.change_password")
def change_password(*, actor: Actor, old: str, password: str) -> None:
    """Somebody changes their own password. Raises Refused: PASSWORD_OLD_WRONG, PASSWORD_*."""
    if actor.user_id is None:
        raise NotPermitted("parties.change_password")
    user = User.objects.select_for_update().get(pk=actor.user_id)
    faults = rules.check_password(password, login=user.login)
    if not user.check_password(old):
        faults.insert(0, Refusal("PASSWORD_OLD_WRONG", "原密码不正确，请重新输入", field="old"))
    if faults:
        raise Refused(faults)
    user.set_password(password)
    user.save(update_fields=["password"])
