"""Faults that the schema finds, in the words of the office: which field, what is wrong with it, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel

from dengbu.core.refusals import Refusal

_MENDED = "请核对接口说明后重新推送。"


def refusals_of(model: type[BaseModel], errors: list[dict[str, Any]]) -> list[Refusal]:
    """All faults. A list whose members are at fault is not also called too short."""
    places = [error["loc"] for error in errors]
    return [
        refusal_of(model, error)
        for error in errors
        if error["type"] != "too_short"
        or not any(len(p) > len(error["loc"]) and p[: len(error["loc"])] == error["loc"] for p in places)
    ]


def refusal_of(model: type[BaseModel], error: Mapping[str, Any]) -> Refusal:
    """One pydantic error (without its input) as a refusal; `field` is the JSON path."""
    kind, context = error["type"], error.get("ctx", {})
    place: tuple[int | str, ...] = error["loc"]
    if context.get("at"):
        place = (*place, context["at"])
    field, label = json_path(place), title_at(model, place)
    if kind == "refusal":
        message = context["message"]
        # Sentences of the form rules name their subject; those of the wire begin with what it should be.
        message = f"{label}{message}" if message.startswith("应") else message
        return Refusal(context["code"], message, context["remedy"] or _MENDED, field=field)
    if kind == "missing":
        return Refusal("FIELD_MISSING", f"缺少“{label}”", f"请补上 {field}。", field=field)
    if kind == "extra_forbidden":
        return Refusal(
            "FIELD_UNKNOWN",
            f"接口没有约定字段“{str(place[-1])[:40]}”",
            "请核对字段名，去掉多余的字段。",
            field=field,
        )
    return Refusal("FIELD_FORM", f"“{label}”{_form(kind, context)}", _MENDED, field=field)


def _form(kind: str, context: Mapping[str, Any]) -> str:
    if kind in {"literal_error", "enum"}:
        known = str(context.get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
        return f"应为 {known} 之一" if "、" in known else f"应为 {known}"
    if kind == "string_too_short":
        return "不能为空" if context["min_length"] == 1 else f"至少 {context['min_length']} 个字"
    if kind == "string_too_long":
        return f"最多 {context['max_length']} 个字"
    if kind == "too_short":
        return f"至少要有 {context['min_length']} 位"
    if kind == "too_long":
        return f"最多 {context['max_length']} 位"
    if kind == "greater_than_equal":
        return f"应不小于 {context['ge']}"
    if kind == "less_than_equal":
        return f"应不大于 {context['le']}"
    return _PLAIN.get(kind, "的写法与接口说明不符")


_PLAIN = {
    "string_type": "应为文本（加引号）",
    "string_pattern_mismatch": "只能用字母、数字和“-”“_”，长度见接口说明",
    "int_type": "应为整数（不加引号）",
    "int_parsing": "应为整数（不加引号）",
    "tuple_type": "应为列表",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "date_from_datetime_parsing": "应为日期，例如 2026-11-22",
    "date_parsing": "应为日期，例如 2026-11-22",
    "date_type": "应为日期，例如 2026-11-22",
}


def json_path(place: tuple[int | str, ...]) -> str:
    """('filing', 'buyers', 0, 'number') as $.filing.buyers[0].number; a sender's own field names are cut
    short.
    """
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part[:40]}" for part in place)


def title_at(model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    """The Chinese name of the field at a place; of the nearest one above it that has a name."""
    title, current = "消息", model
    for part in place:
        if isinstance(part, int) or part not in current.model_fields:
            continue
        info = current.model_fields[part]
        title = info.title or title
        inner = _model_in(info.annotation)
        if inner is None:
            break
        current = inner
    return title


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)
