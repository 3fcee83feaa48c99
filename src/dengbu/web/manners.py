"""The questions about how somebody signs (hand or finger, witness, read aloud, interpreter), at the place and at the
window alike, and what a form said to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dengbu.cases import home_visits
from dengbu.cases.home_visits import Manner
from dengbu.cases.models import Signer
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import DocumentKind

DOCUMENTS = tuple((k, DocumentKind(k).label) for k in home_visits.DOCUMENTS)


def manner_of(post: Mapping[str, str], suffix: str) -> Manner:
    """What was chosen and typed for one person."""

    def said(name: str) -> str:
        return post.get(f"{name}-{suffix}", "")[:200]

    return Manner(
        how=said("how"),
        fingerprint_reason=said("fingerprint_reason"),
        witness=said("witness"),
        read_aloud=said("read_aloud") == "yes",
        interpreter_name=said("interpreter_name"),
        interpreter_kind=said("interpreter_kind") if said("interpreter_name") or said("language") else "",
        interpreter_number=said("interpreter_number"),
        language=said("language"),
    )


def about(refusals: Iterable[Refusal], suffix: str) -> list[Refusal]:
    """Refusals whose field is that of this person's form."""
    return [replace(r, field=f"{r.field}-{suffix}") if r.field else r for r in refusals]


def manner_fields(
    suffix: str, post: Mapping[str, str], signer: Signer | None, wrong: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """The fields in three groups: the way of signing, what a fingerprint asks, what an interpreter asks."""
    groups: dict[str, list[dict[str, Any]]] = {
        "how": [
            {
                "name": "how",
                "label": "签署方式",
                "kind": "radios",
                "row": True,
                "choices": tuple(home_visits.HOWS.items()),
            }
        ],
        "finger": [
            {
                "name": "fingerprint_reason",
                "label": "不能签名的原因",
                "kind": "select",
                "choices": (("", "请选择"), *home_visits.CANNOT_WRITE.items()),
            },
            {"name": "witness", "label": "见证人姓名", "maxlength": 50},
        ],
        "interpreter": [
            {"name": "interpreter_name", "label": "翻译姓名", "maxlength": 50},
            {"name": "interpreter_kind", "label": "翻译的证件", "kind": "select", "choices": DOCUMENTS},
            {"name": "interpreter_number", "label": "翻译的证件号码", "maxlength": 30},
            {
                "name": "language",
                "label": "翻译的语言",
                "hint": "例如手语、维吾尔语、英语",
                "maxlength": 20,
            },
        ],
        "read": [
            {
                "name": "read_aloud",
                "label": "文书已向本人宣读（有翻译的，已由翻译转述）",
                "kind": "checkbox",
                "value": "yes",
            }
        ],
    }
    for fields in groups.values():
        for f in fields:
            name = f["name"]
            f["name"] = f"{name}-{suffix}"
            f["error"] = wrong.get(f["name"], "")
            stored = getattr(signer, name, "") if signer is not None else ""
            given = post.get(f["name"], "") if post else stored
            if name == "read_aloud":
                f["checked"] = given in ("yes", True)
            elif name == "how":
                f["value"] = given or home_visits.SIGNATURE
            else:
                f["value"] = given
    return groups
