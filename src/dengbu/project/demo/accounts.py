"""The demo accounts somebody trying the office is told of. Pure."""

from __future__ import annotations

from django.conf import settings

from dengbu.parties.permissions import LINES, POSTS

from .candidates import Candidate, planned
from .people import NEWCOMERS, ORGANISATIONS, PASSWORD, STAFF, DemoPerson, operators

BY_CODE = "短信验证码"


def demo_accounts() -> list[dict[str, str]]:
    """Name, role, login, password and note of each named account, staff first."""
    outbox = (
        f"http://127.0.0.1:{settings.SIM_PORT}/sms/outbox"
        if settings.SIM_PORT
        else "/sms/outbox of the simulator"
    )
    code = f"手机号加短信验证码登录；验证码见短信模拟器 {outbox}"
    return (
        _staff()
        + _operators()
        + [_person(role, name, phone, note, code) for role, name, phone, note in _people()]
        + [_newcomer(p, code) for p in NEWCOMERS]
    )


def _staff() -> list[dict[str, str]]:
    return [
        {
            "name": m.name,
            "role": "、".join(POSTS[p].name for p in m.posts),
            "login": m.login,
            "password": PASSWORD,
            "note": f"工号{m.number}；业务条线：{'、'.join(LINES[line] for line in m.lines) or '无'}",
        }
        for m in STAFF
    ]


def _operators() -> list[dict[str, str]]:
    names = {o.key: o for o in ORGANISATIONS}
    words = {"in_force": "服务协议有效", "expired": "服务协议已到期", "suspended": "服务协议已暂停"}
    return [
        {
            "name": o.name,
            "role": "开发企业经办人" if names[o.organisation].kind == "developer" else "银行经办人",
            "login": o.login,
            "password": PASSWORD,
            "note": f"{names[o.organisation].name}；{words[names[o.organisation].agreement]}",
        }
        for o in operators()
    ]


def _people() -> list[tuple[str, str, str, str]]:
    found = []
    for c in planned("P01")[:3]:
        assert c.buyer is not None
        found.append(("卖方", *_who(c), f"出卖{c.location}，买方{c.buyer.name}"))
        found.append(("买方", c.buyer.name, c.buyer.phone, f"购买{c.location}，卖方{c.owner.name}"))
    for c in planned("B01")[:2]:
        found.append(("抵押人", *_who(c), f"{c.location}，没有限制，可以抵押"))
    for c in planned("B06")[:2]:
        assert c.organisation is not None
        found.append(("抵押人", *_who(c), f"{c.location}，抵押权人{c.organisation.name}"))
    for c in planned("D09")[:2]:
        assert c.buyer is not None
        found.append(("新房买受人", c.buyer.name, c.buyer.phone, f"{c.location}，等待转移登记"))
    return found


def _who(c: Candidate) -> tuple[str, str]:
    return c.owner.name, getattr(c.owner, "phone", "")


def _person(role: str, name: str, phone: str, note: str, code: str) -> dict[str, str]:
    return {"name": name, "role": role, "login": phone, "password": BY_CODE, "note": f"{note}；{code}"}


def _newcomer(p: DemoPerson, code: str) -> dict[str, str]:
    note = f"身份证号码 {p.number}，可以用任意手机号实名注册；{code}"
    return {"name": p.name, "role": "还没有注册的人", "login": "", "password": BY_CODE, "note": note}
