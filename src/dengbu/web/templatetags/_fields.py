"""From a Django BoundField or a plain dict to the one description the field component draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt

from dengbu.web.templatetags import _text

_KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.HiddenInput, "hidden"),
    (forms.CheckboxSelectMultiple, "checkboxes"),  # before RadioSelect, its parent
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.SelectDateWidget, "dateparts"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
    (forms.PasswordInput, "password"),
    (forms.DateInput, "date"),
)
_TYPES = {"tel": "tel", "password": "password", "email": "email", "search": "search"}
_INPUTMODES = {"tel": "tel", "money": "decimal", "decimal": "decimal", "int": "numeric", "otp": "numeric"}
_UNITS = {"money": "元"}
_WIDTHS = {
    "tel": "m",
    "money": "m",
    "decimal": "s",
    "int": "xs",
    "otp": "s",
    "date": "m",
    "id": "l",
    "code": "l",
}
_OWN = {"class", "style", "id", "name", "type", "value", "required", "autocomplete", "inputmode", "maxlength"}


def _kind_of(widget: forms.Widget) -> str:
    for cls, kind in _KINDS:
        if isinstance(widget, cls):
            return kind
    return {"tel": "tel", "email": "email", "search": "search", "number": "decimal"}.get(
        getattr(widget, "input_type", "text"), "text"
    )


def _choices(raw: Iterable[Any], chosen: set[str], field_id: str) -> list[dict[str, Any]]:
    flat: list[dict[str, Any]] = []
    for item in raw:
        if isinstance(item, Mapping):
            value, label, hint = item["value"], item["label"], item.get("hint", "")
            off = bool(item.get("disabled"))
        else:
            value, label = item[0], item[1]
            hint, off = (item[2] if len(item) > 2 else ""), False
            if isinstance(label, list | tuple):  # an optgroup is listed flat
                flat.extend(_choices(label, chosen, f"{field_id}_{len(flat)}"))
                continue
        text = "" if value is None else str(value)
        flat.append({"value": text, "label": label, "hint": hint, "checked": text in chosen, "disabled": off})
    for index, choice in enumerate(flat):
        choice["id"] = field_id if index == 0 else f"{field_id}_{index + 1}"
    return flat


def _chosen(value: object) -> set[str]:
    if value is None:
        return {""}
    if isinstance(value, list | tuple | set):
        return {str(v) for v in value}
    return {str(value)}


def _date_parts(
    value: object, name: str, field_id: str, bound: Mapping[str, Any] | None
) -> list[dict[str, str]]:
    year = month = day = ""
    if isinstance(value, dt.date):
        year, month, day = str(value.year), str(value.month), str(value.day)
    elif isinstance(value, Mapping):
        year, month, day = (str(value.get(k) or "") for k in ("year", "month", "day"))
    elif isinstance(value, str) and value.count("-") == 2:
        year, month, day = value.split("-")
    parts = (("year", "年", year, field_id), ("month", "月", month, f"{field_id}_month"))
    out = [{"name": f"{name}_{k}", "word": w, "value": v, "id": i} for k, w, v, i in parts]
    out.append({"name": f"{name}_day", "word": "日", "value": day, "id": f"{field_id}_day"})
    if bound:
        for part in out:
            part["value"] = str(bound.get(part["name"], part["value"]) or "")
    return out


def _from_bound(bound: BoundField) -> dict[str, Any]:
    widget = bound.field.widget
    value = bound.value()
    kind = _kind_of(widget)
    raw: dict[str, Any] = {
        "name": bound.html_name,
        "id": bound.auto_id or f"id_{bound.html_name}",
        "label": bound.label,
        "hint": bound.help_text,
        "errors": [str(e) for e in bound.errors],
        "required": bound.field.required,
        "value": value,
        "kind": kind,
        "choices": list(getattr(widget, "choices", ())),
        "multiple": bool(getattr(widget, "allow_multiple_selected", False)),
        "autocomplete": widget.attrs.get("autocomplete", ""),
        "inputmode": widget.attrs.get("inputmode", ""),
        "maxlength": widget.attrs.get("maxlength", "") if kind == "textarea" else "",
        "attrs": {k: v for k, v in widget.attrs.items() if k not in _OWN},
        "data": bound.form.data if bound.form.is_bound else None,
    }
    if kind == "checkbox":
        raw["checked"] = bool(value)
        raw["value"] = "on"
    elif kind not in {"radios", "checkboxes", "select", "dateparts", "file"}:
        raw["value"] = widget.format_value(value)
    return raw


def describe(source: BoundField | Mapping[str, Any], **override: Any) -> dict[str, Any]:
    """Everything `components/field.html` needs, every key present, so that the template tests nothing undefined."""
    raw = _from_bound(source) if isinstance(source, BoundField) else dict(source)
    raw.update(override)
    kind = raw.get("kind") or "text"
    name = raw.get("name", "")
    field_id = raw.get("id") or f"id_{name}"
    errors = raw.get("errors")
    if errors is None:
        errors = [raw["error"]] if raw.get("error") else []
    value = raw.get("value")
    hint = raw.get("hint") or ""
    readback = ""
    if kind == "money":
        fen = _text.fen_from_text(value)
        readback = _text.capital(fen) if fen is not None and fen > 0 else ""
    described = [
        f"{field_id}-{suffix}"
        for suffix, there in (("hint", hint), ("error", errors), ("source", raw.get("source")))
        if there
    ]
    attrs: dict[str, Any] = dict(raw.get("attrs") or {})
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if errors:
        attrs["aria-invalid"] = "true"
    for key in ("autocomplete", "placeholder", "maxlength", "accept"):
        if raw.get(key):
            attrs[key] = raw[key]
    if inputmode := raw.get("inputmode") or _INPUTMODES.get(kind, ""):
        attrs["inputmode"] = inputmode
    if kind == "otp":
        attrs.setdefault("autocomplete", "one-time-code")
    if kind == "tel":
        attrs.setdefault("autocomplete", "tel")
    attrs.update({flag: True for flag in ("readonly", "disabled", "autofocus", "multiple") if raw.get(flag)})
    group_attrs = {k: v for k, v in attrs.items() if k in {"aria-describedby"}}
    return {
        "kind": kind,
        "name": name,
        "id": field_id,
        "label": raw.get("label", ""),
        "label_hidden": bool(raw.get("label_hidden")),
        "hint": hint,
        "errors": [str(e) for e in errors],
        "optional": bool(raw.get("optional", False)),
        "type": _TYPES.get(kind, "text"),
        "value": "" if value is None or kind in {"file", "password"} else value,
        "checked": bool(raw.get("checked")),
        "choices": _choices(raw.get("choices") or (), _chosen(value), field_id),
        "row": bool(raw.get("row")),
        "parts": _date_parts(value, name, field_id, raw.get("data")) if kind == "dateparts" else [],
        "rows": raw.get("rows") or 4,
        "unit": raw.get("unit") or _UNITS.get(kind, ""),
        "width": raw.get("width") or _WIDTHS.get(kind, ""),
        "readback": readback,
        "source": raw.get("source") or "",
        "wrong_url": raw.get("wrong_url") or "",
        "attrs": flatatt(attrs),
        "group_attrs": flatatt(group_attrs),
    }


def problems(
    forms_: Iterable[forms.BaseForm], refusals: Iterable[Any], errors: Iterable[Any]
) -> list[dict[str, str]]:
    """One line per thing to put right: text, where it is (an element id or empty) and what to do."""
    found: list[dict[str, str]] = []
    for form in forms_:
        for message in form.non_field_errors():
            found.append({"text": str(message), "href": "", "remedy": ""})
        for name in form.fields:
            bound = form[name]
            target = bound.auto_id or f"id_{bound.html_name}"
            found.extend({"text": str(e), "href": f"#{target}", "remedy": ""} for e in bound.errors)
    for refusal in refusals:
        href = f"#id_{refusal.field}" if refusal.field else ""
        found.append({"text": refusal.message, "href": href, "remedy": refusal.remedy})
    for item in errors:
        if isinstance(item, Mapping):
            found.append(
                {
                    "text": str(item["text"]),
                    "href": str(item.get("href", "")),
                    "remedy": str(item.get("remedy", "")),
                }
            )
        else:
            found.append({"text": str(item), "href": "", "remedy": ""})
    return found
