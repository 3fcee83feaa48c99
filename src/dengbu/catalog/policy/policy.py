"""Reading the policy files of a folder into one checked, read-only book.

Files named after a type (`P01.toml`, a later version `P01-2027.toml`) hold one version of that type; the others
(`materials`, `fees`, `rollout`, `time_limits`, `holidays`, `undertakings`, `licences`) hold what the types share. A book is read once per folder
and process; `forget()` after the files changed.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from dengbu.catalog.policy.guides import GuideBook
from dengbu.catalog.policy.schema import (
    ChecklistItem,
    Dated,
    FeeStandard,
    HolidayYear,
    ItemSetting,
    Licence,
    Material,
    Opening,
    PolicyError,
    PolicyMissing,
    TimeLimit,
    TypeFile,
    TypePolicy,
    UndertakingRule,
)
from dengbu.core.vocabulary import Client
from dengbu.core.workdays import Calendar

POLICY_DIR: Final = Path(__file__).parent
_TYPE_FILE: Final = re.compile(r"[A-Z]+\d+(-[\w.]+)?\.toml")
# What a type's file may leave to the limits of the day it begins.
_LIMITED: Final = {
    "statutory_days": "statutory",
    "pass_valid_days": "pass_valid",
    "correction_days": "correction",
}
_SETTABLE: Final = ("name", "why", "where", "sample", "originals", "copies", "min_pages", "max_pages")

M = TypeVar("M", bound=BaseModel)
D = TypeVar("D", bound=Dated)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise PolicyError(path.name, "", "没有这个文件", "请从备份或上一版本中恢复") from None
    except UnicodeDecodeError:
        raise PolicyError(path.name, "", "文件不是 UTF-8 编码", "请另存为 UTF-8 编码") from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(
            path.name, "", f"TOML 写法有误（{error}）", "请按行号检查引号、括号和等号"
        ) from None


def _explain(error: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong and what to do, in words an administrator understands."""
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind == "missing":
        return "缺少这一项", "请补上"
    if kind == "extra_forbidden":
        return "不认识这一项", "请核对拼写，或删除"
    if kind in ("enum", "literal_error"):
        return f"“{error['input']}”不在可选范围内", f"可选：{context.get('expected', '')}"
    if kind.startswith("date"):
        return f"“{error['input']}”不是日期", "请写成 2026-03-05"
    if kind == "less_than_equal":
        return f"“{error['input']}”太大", f"最大 {context['le']}"
    if kind == "greater_than_equal":
        return f"“{error['input']}”太小", f"最小 {context['ge']}"
    if kind == "value_error":
        return str(context.get("error", error["msg"])), "请改正后再次检查"
    if kind == "string_too_short":
        return "内容为空", "请填写"
    return f"“{error['input']}”不合要求（{error['msg']}）", "请改正后再次检查"


def _shape(model: type[M], data: Mapping[str, Any], file: str, prefix: str = "") -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (*filter(None, [prefix]), *first["loc"]))
        raise PolicyError(file, key, *_explain(first)) from None


def _shape_each(model: type[M], data: Mapping[str, Any], key: str, file: str) -> tuple[M, ...]:
    unknown = set(data) - {key}
    if unknown:
        raise PolicyError(file, min(unknown), "不认识这一项", "请核对拼写，或删除")
    return tuple(_shape(model, row, file, f"{key}[{i}]") for i, row in enumerate(data.get(key, ()), 1))


def _no_overlap(versions: Sequence[D], file: str, what: str) -> None:
    ordered = sorted(versions, key=lambda version: version.valid_from)
    for earlier, later in pairwise(ordered):
        if earlier.covers(later.valid_from):
            raise PolicyError(
                file,
                "valid_until",
                f"{what} 在 {later.valid_from} 有两个版本",
                "请给前一版本填写 valid_until",
            )


def _in_force(versions: Iterable[D], day: dt.date) -> D | None:
    return next((version for version in versions if version.covers(day)), None)


class PolicyBook:
    """All policy of a folder, checked as a whole when it is read.

    Raises PolicyError from the constructor; faults of type files are gathered in `faults` instead when given.
    """

    def __init__(self, folder: Path = POLICY_DIR, faults: list[PolicyError] | None = None):
        self.folder = folder
        self._faults = faults
        if not folder.is_dir():
            raise PolicyError(str(folder), "", "没有这个文件夹", "请检查政策文件夹的设置")
        self.fees = self._dated(FeeStandard, "fees.toml", "standard", "收费标准")
        self._openings = _shape_each(Opening, _read(folder / "rollout.toml"), "opening", "rollout.toml")
        self._limits = self._time_limits()
        self.calendar = self._calendar()
        self._materials, self._conditions = self._read_materials()
        self._types = self._read_types()
        self._undertakings = self._read_undertakings()
        self.licences = self._read_licences()
        self.guide = GuideBook(
            _read(folder / "guide.toml"), _read(folder / "papers.toml"), _shape, _shape_each
        )
        if not faults:
            self.guide.check(self._types, self._materials)

    # --- reading

    def _dated(self, model: type[D], name: str, key: str, what: str) -> tuple[D, ...]:
        rows = _shape_each(model, _read(self.folder / name), key, name)
        if not rows:
            raise PolicyError(name, key, "一条也没有", "请至少写一条")
        _no_overlap(rows, name, what)
        return rows

    def _time_limits(self) -> dict[str, tuple[TimeLimit, ...]]:
        name = "time_limits.toml"
        found: dict[str, list[TimeLimit]] = {}
        for limit in _shape_each(TimeLimit, _read(self.folder / name), "limit", name):
            found.setdefault(limit.key, []).append(limit)
        for key, versions in found.items():
            _no_overlap(versions, name, key)
        return {key: tuple(versions) for key, versions in found.items()}

    def _read_licences(self) -> tuple[Licence, ...]:
        name = "licences.toml"
        rows = _shape_each(Licence, _read(self.folder / name), "licence", name)
        for key in {row.key for row in rows}:
            _no_overlap([row for row in rows if row.key == key], name, key)
        for row in rows:
            if unknown := set(row.types) - set(self._types) if not self._faults else set():
                raise PolicyError(name, row.key, f"没有登记类型 {min(unknown)}", "请核对 types")
        return rows

    def _calendar(self) -> Calendar:
        name = "holidays.toml"
        years = _shape_each(HolidayYear, _read(self.folder / name), "year", name)
        numbers = [year.year for year in years]
        if len(numbers) != len(set(numbers)):
            raise PolicyError(name, "year", "同一年份写了两次", "请合并成一条")
        try:
            return Calendar(
                days_off=frozenset(day for year in years for day in year.days_off),
                working=frozenset(day for year in years for day in year.working),
                years=frozenset(year.year for year in years if year.complete),
                provisional=frozenset(year.year for year in years if year.provisional),
            )
        except ValueError as error:
            raise PolicyError(name, "year", str(error), "同一天只能是放假或上班之一") from None

    def _read_materials(self) -> tuple[dict[str, Material], dict[str, str]]:
        name = "materials.toml"
        data = _read(self.folder / name)
        unknown = set(data) - {"materials", "conditions"}
        if unknown:
            raise PolicyError(name, min(unknown), "不认识这一项", "请核对拼写，或删除")
        materials = {
            code: _shape(Material, row, name, f"materials.{code}")
            for code, row in data.get("materials", {}).items()
        }
        return materials, {str(key): str(label) for key, label in data.get("conditions", {}).items()}

    def _read_undertakings(self) -> dict[str, tuple[UndertakingRule, ...]]:
        """By type. Each names a material that stands on the type's checklist; of one material one rule holds a day."""
        name = "undertakings.toml"
        found: dict[tuple[str, str], list[UndertakingRule]] = {}
        for rule in _shape_each(UndertakingRule, _read(self.folder / name), "undertaking", name):
            for code in rule.types:
                versions = self._types.get(code, ())
                if not self._faults and not any(v.item(rule.material) for v in versions):
                    raise PolicyError(
                        name, "types", f"{code} 的材料清单里没有 {rule.material}", "请核对类型和材料代码"
                    )
                found.setdefault((code, rule.material), []).append(rule)
        for (code, material), rules in found.items():
            _no_overlap(rules, name, f"{code} 的 {material}")
        by_type: dict[str, list[UndertakingRule]] = {}
        for (code, _), rules in found.items():
            by_type.setdefault(code, []).extend(rules)
        return {code: tuple(rules) for code, rules in by_type.items()}

    def _read_types(self) -> dict[str, tuple[TypePolicy, ...]]:
        found: dict[str, list[TypePolicy]] = {}
        for path in sorted(self.folder.glob("*.toml")):
            if not _TYPE_FILE.fullmatch(path.name):
                continue
            try:
                policy = self._read_type(path)
            except PolicyError as fault:
                if self._faults is None:
                    raise
                self._faults.append(fault)
            else:
                found.setdefault(policy.code, []).append(policy)
        for code, versions in found.items():
            _no_overlap(versions, f"{code}*.toml", code)
            names = [version.version for version in versions]
            if len(names) != len(set(names)):
                raise PolicyError(f"{code}*.toml", "version", "两个版本同名", "请给每个版本不同的 version")
        return {code: tuple(versions) for code, versions in found.items()}

    def _read_type(self, path: Path) -> TypePolicy:
        written = _shape(TypeFile, _read(path), path.name)
        if path.stem.split("-")[0] != written.code:
            raise PolicyError(path.name, "code", f"“{written.code}”与文件名不符", "请改文件名或 code")
        return self._complete(written, path.name)

    def _complete(self, written: TypeFile, file: str) -> TypePolicy:
        for fee in written.fees:
            for standard in self.fees:
                if fee.rule not in standard.rules:
                    raise PolicyError(
                        file,
                        "fees.rule",
                        f"收费标准 {standard.version} 中没有 {fee.rule}",
                        "请在 fees.toml 中补上",
                    )
        for question in written.questions:
            self._condition(question.condition, file, f"questions.{question.key}.condition")
        for circumstance in written.sign_off:
            self._condition(None if circumstance == "always" else circumstance, file, "sign_off")
        openings = tuple(
            opening
            for opening in self._openings
            if written.code in opening.types or (not opening.types and written.client in opening.clients)
        )
        data = written.model_dump(exclude={"checklist", "questions", "name"})
        data |= {
            field: self.time_limit(key, written.valid_from).amount
            for field, key in _LIMITED.items()
            if data[field] is None
        }
        self._within_limits(written, data["statutory_days"], file)
        return TypePolicy(
            **data,
            name_cn=written.name,
            checklist=tuple(self._item(item, file) for item in written.checklist),
            questions=written.questions,
            openings=openings,
        )

    def _within_limits(self, written: TypeFile, statutory_days: int, file: str) -> None:
        """What a type promises and publishes against the limits of the day it begins. Time of a public notice does not
        count (细则 17), and what the office does by itself has no applicant to be promised anything."""
        on, promised, notice = written.valid_from, written.promised_days, written.public_notice_days
        if promised > statutory_days:
            raise PolicyError(
                file,
                "promised_days",
                f"超过法定期限{statutory_days}个工作日",
                "请改小，或核对 statutory_days",
            )
        key = "national_mortgage" if written.code.startswith("B") else "national_general"
        most = self.time_limit(key, on)
        if promised > most.amount and not notice and written.client != Client.STAFF:
            raise PolicyError(
                file,
                "promised_days",
                f"超过{most.basis}的{most.amount}个工作日",
                "请改小，或核对 time_limits.toml",
            )
        least = self.time_limit("public_notice", on)
        if 0 < notice < least.amount:
            raise PolicyError(
                file,
                "public_notice_days",
                f"少于{least.basis}的{least.amount}个工作日",
                "请改大，或核对 time_limits.toml",
            )

    def _condition(self, key: str | None, file: str, where: str) -> str:
        if key is None:
            return ""
        if key not in self._conditions:
            raise PolicyError(
                file, where, f"不认识条件“{key}”", "请在 materials.toml 的 [conditions] 中补上说明"
            )
        return self._conditions[key]

    def _item(self, setting: ItemSetting, file: str) -> ChecklistItem:
        where = f"checklist.{setting.code}"
        material = self._materials.get(setting.code)
        if material is None:
            raise PolicyError(file, where, "materials.toml 中没有这种材料", "请先在 materials.toml 中补上")
        own = {key: getattr(setting, key) for key in _SETTABLE if getattr(setting, key) is not None}
        data = {key: getattr(material, key) for key in _SETTABLE} | own
        if not data["why"]:
            raise PolicyError(
                file, f"{where}.why", "没有给申请人看的说明", "请在这里或 materials.toml 中补上"
            )
        data |= {
            "code": setting.code,
            "when": setting.when,
            "condition": setting.condition,
            "condition_label": self._condition(setting.condition, file, f"{where}.condition"),
            "provided_by": setting.provided_by,
            "source": material.source,
            "shared_from": material.shared_from,
        }
        return _shape(ChecklistItem, data, file, where)

    # --- asking

    @property
    def codes(self) -> tuple[str, ...]:
        """The type codes this book has, in order."""
        return tuple(sorted(self._types))

    def policy_for(self, type_code: str, on: dt.date) -> TypePolicy:
        """The version of a type in force on a day. Raises PolicyMissing."""
        found = _in_force(self._types.get(type_code, ()), on)
        if found is None:
            raise PolicyMissing(f"{type_code}.toml", "", f"{on} 没有适用的版本", "请补充适用这一天的版本")
        return found

    def version(self, type_code: str, version: str) -> TypePolicy:
        """The named version of a type: what a case was filed under. Raises PolicyMissing."""
        for policy in self._types.get(type_code, ()):
            if policy.version == version:
                return policy
        raise PolicyMissing(f"{type_code}.toml", "version", f"没有版本 {version}", "请恢复这个版本的文件")

    def undertakings(self, type_code: str, on: dt.date) -> dict[str, UndertakingRule]:
        """What may be accepted on an undertaking in a case of this type on a day, by material."""
        return {r.material: r for r in self._undertakings.get(type_code, ()) if r.covers(on)}

    def types_open(self, channel: str, on: dt.date) -> tuple[TypePolicy, ...]:
        """The types that may be filed through a channel on a day."""
        policies = (_in_force(versions, on) for _, versions in sorted(self._types.items()))
        return tuple(policy for policy in policies if policy and policy.is_open(channel, on))

    def time_limit(self, key: str, on: dt.date) -> TimeLimit:
        """A legal period by its key on a day. Raises PolicyMissing."""
        found = _in_force(self._limits.get(key, ()), on)
        if found is None:
            raise PolicyMissing("time_limits.toml", key, f"{on} 没有适用的期限", "请补充适用这一天的期限")
        return found

    def fee_standard(self, on: dt.date) -> FeeStandard:
        """The fee standard in force on a day. Raises PolicyMissing."""
        found = _in_force(self.fees, on)
        if found is None:
            raise PolicyMissing("fees.toml", "standard", f"{on} 没有适用的收费标准", "请补充适用这一天的标准")
        return found


@cache
def _book(folder: Path) -> PolicyBook:
    return PolicyBook(folder)


def forget() -> None:
    """Read the files again at the next question (after an administrator changed them)."""
    _book.cache_clear()


def policy_for(type_code: str, on: dt.date, folder: Path = POLICY_DIR) -> TypePolicy:
    """The version of a type in force on a day. Raises PolicyMissing, PolicyError."""
    return _book(folder).policy_for(type_code, on)


def policy_version(type_code: str, version: str, folder: Path = POLICY_DIR) -> TypePolicy:
    """The version a case was filed under. Raises PolicyMissing, PolicyError."""
    return _book(folder).version(type_code, version)


def types_open(channel: str, on: dt.date, folder: Path = POLICY_DIR) -> tuple[TypePolicy, ...]:
    """The types that may be filed through a channel (web, mobile, kiosk, desk, api) on a day."""
    return _book(folder).types_open(channel, on)


def undertakings_for(type_code: str, on: dt.date, folder: Path = POLICY_DIR) -> dict[str, UndertakingRule]:
    """容缺受理, 告知承诺: what a case of this type may be accepted without on a day, by material."""
    return _book(folder).undertakings(type_code, on)


def fee_standards(folder: Path = POLICY_DIR) -> tuple[FeeStandard, ...]:
    """All fee standards, for `catalog.fees.assess`."""
    return _book(folder).fees


def office_calendar(folder: Path = POLICY_DIR) -> Calendar:
    """The office's own calendar, to pass to `core.workdays`."""
    return _book(folder).calendar


def time_limit(key: str, on: dt.date, folder: Path = POLICY_DIR) -> TimeLimit:
    """A legal period by its key on a day (statutory, objection_lapse, notice_lapse, seizure_court …)."""
    return _book(folder).time_limit(key, on)


def licences_on(on: dt.date, folder: Path = POLICY_DIR) -> tuple[Licence, ...]:
    """The kinds of licence that organisations file with on a day."""
    return tuple(row for row in _book(folder).licences if row.covers(on))


def guide_book(folder: Path = POLICY_DIR) -> GuideBook:
    """What the guide pages say besides the types' own policy."""
    return _book(folder).guide


def check_all(folder: Path = POLICY_DIR) -> list[PolicyError]:
    """Check every file of a folder as it stands now; what is wrong (first fault of each type file), empty when well.

    A fault in a shared file hides those of the type files, which cannot be judged without it.
    """
    faults: list[PolicyError] = []
    try:
        PolicyBook(folder, faults)
    except PolicyError as fault:
        faults.append(fault)
    return faults
