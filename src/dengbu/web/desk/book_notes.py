"""附记 of a page of the book, as an officer reads it: one heading and its lines for each kind of note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dengbu.catalog.registrations import TYPES
from dengbu.exchange.standard.tables import CODES
from dengbu.register.history import Noted

# What an older register said of an entry, by the names of TD/T 1066.
IMPORTED = {
    "YWH": "业务号",
    "DJLX": "登记类型",
    "DJYY": "登记原因",
    "DJSJ": "登记时间",
    "DBR": "登簿人",
    "DJJG": "登记机构",
    "BDCQZH": "不动产权证号",
    "BDCDJZMH": "不动产登记证明号",
    "FJ": "附记",
    "ZXDYYWH": "注销业务号",
    "ZXYGYWH": "注销业务号",
    "ZXDYYY": "注销原因",
    "ZXYGYY": "注销原因",
    "ZXSJ": "注销时间",
}
REASONS = {"lost": "遗失", "old_form": "旧版证书更换", "damaged": "破损或填写页已满"}
LAND_TELLS = ("common_parts", "holder_gone")  # what is written on a project's land is read on its homes too

Said = Mapping[str, Any]


def _imported(said: Said) -> list[str]:
    words = {**said, "DJLX": CODES["DJLX"].get(str(said.get("DJLX", "")), said.get("DJLX"))}
    return [f"{label}：{words[key]}" for key, label in IMPORTED.items() if words.get(key)]


def _corrected(said: Said) -> list[str]:
    return [
        f"{said['what']}由“{said['was']}”更正为“{said['now']}”",
        f"依据：{said['proof']}",
        f"更正的登簿：{said['entry']}",
    ]


def _renamed(said: Said) -> list[str]:
    return [f"{said['what']}由“{said['was']}”变更为“{said['now']}”"]


def _new_paper(said: Said) -> list[str]:
    lines = [f"原证书（证明）号：{said['certificate']}"] if said.get("certificate") else []
    return [*lines, f"原因：{REASONS.get(said['reason'], said['reason'])}"]


def _common_parts(said: Said) -> list[str]:
    parts = [f"{p['name']}，{p['place'] or '位置没有记载'}，{p['area_m2']}㎡" for p in said["parts"]]
    project = [f"项目：{said['project_name']}"] if said.get("project_name") else []
    return [*project, *(parts or ["没有业主共有部分"])]


def _holder_gone(said: Said) -> list[str]:
    return [
        f"{said['holder']}已注销或下落不明",
        f"由{said['stands_as']}{said['applied_by']}代为申请，依据：{said['basis']}",
    ]


def _organ(said: Said) -> str:
    return "，".join(filter(None, (said["authority"], said["document_no"])))


def _term_capped(said: Said) -> list[str]:
    return [_organ(said), f"文书要求{said['asked']}，按法定最长期限登记{said['entered']}"]


def _renewals_over(said: Said) -> list[str]:
    return [
        _organ(said),
        f"第{said['times']}次续封，规定可以续封{said['allowed']}次，登记{said['entered']}",
    ]


KINDS: dict[str, tuple[str, Callable[[Said], list[str]]]] = {
    "imported": ("原登记系统的记载", _imported),
    "corrected": ("更正", _corrected),
    "renamed": ("名称变更", _renamed),
    "renewed": ("换发证书", _new_paper),
    "reissued": ("补发证书或证明", _new_paper),
    "common_parts": ("建筑区划内业主共有部分", _common_parts),
    "holder_gone": ("权利主体灭失情况", _holder_gone),
    "term_capped": ("查封期限按法定最长期限登记", _term_capped),
    "renewals_over": ("续封次数超过规定", _renewals_over),
}


def shown(note: Noted, *, land: bool) -> dict[str, Any]:
    """A note in words; `land`: it stands on the page of the project's land."""
    label, lines = KINDS[note.kind]
    return {
        "kind": f"{label}（所在宗地）" if land else label,
        "lines": lines(note.said),
        "entry": note.entry,
        "on": note.entered_on,
        "as": TYPES[note.entered_as].name if note.entered_as in TYPES else "历史数据",
    }
