"""What the guide pages say besides the types' own policy, read from `guide.toml` and `papers.toml` and checked.

Life events group the types, obstacles have plain words, questions are those that are really asked, and every paper of
a checklist has its example and, where somebody writes it himself, its empty form. A wrong key or a name that policy
does not know is told by `PolicyError`, as in all policy files.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, Literal, Self

from pydantic import model_validator

from .schema import Code, Key, Model, PolicyError, Text

_BLANK: Final = "＿＿＿＿＿＿"
_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
# What a question's answer may name; `answer_with` is given the values.
FILLED: Final = frozenset(
    ("promised_words", "statutory", "correction_days", "pass_valid_days", "notice_days", "objection_lapse",
     "notice_lapse", "lock", "appeal", "certificate_fee")
)  # fmt: skip


class LifeEvent(Model):
    """What somebody wants to do (买房), the types it leads to, and the words people search for."""

    key: Key
    name: Text
    words: tuple[Text, ...] = ()
    types: tuple[Code, ...]


class Front(Model):
    """What the front page names of the 57: what organisations come for most, and whose promised days stand there."""

    developer: tuple[Code, ...]
    bank: tuple[Code, ...]
    limits: tuple[Code, ...]


class ObstacleGroup(Model):
    """What may stand in the register, as somebody knows it who is no lawyer, and each obstacle it covers."""

    key: Key
    words: Text
    codes: dict[Code, Text]


class Faq(Model):
    """A question that is really asked. Without `types` it stands on every page for applicants."""

    types: tuple[Code, ...] = ()
    question: Text
    answer: Text

    def answer_with(self, values: Mapping[str, str]) -> str:
        return _PLACE.sub(lambda found: values[found[1]], self.answer)


class Paper(Model):
    """How a paper looks. `form`: written by somebody who applies or agrees, so there is an empty one; `specimen`: given
    out by others; the rest are our own prints."""

    title: Text
    kind: Literal["application", "inquiry", "certificate", "proof", "form", "specimen"]
    fields: tuple[tuple[Text, Text], ...] = ()
    text: tuple[Text, ...] = ()
    signers: tuple[Text, ...] = ()
    seal: str = ""

    @model_validator(mode="after")
    def _drawn(self) -> Self:
        if self.kind in ("form", "specimen") and not self.fields:
            raise ValueError("form、specimen 要写 fields")
        if self.kind == "form" and not (self.text and (self.signers or self.seal)):
            raise ValueError("form 要写 text，并写 signers 或 seal")
        return self

    @property
    def has_blank(self) -> bool:
        return self.kind in ("application", "inquiry", "form")

    def filled(self, examples: Mapping[str, str]) -> Paper:
        """The paper as an example."""

        def fill(text: str) -> str:
            return _PLACE.sub(lambda found: examples[found[1]], text)

        return self.model_copy(
            update={
                "fields": tuple((label, fill(value)) for label, value in self.fields),
                "text": tuple(fill(line) for line in self.text),
            }
        )

    def emptied(self) -> Paper:
        """The paper as it is given out to be filled in."""
        return self.model_copy(
            update={
                "fields": tuple((label, "") for label, _ in self.fields),
                "text": tuple(_PLACE.sub(_BLANK, line) for line in self.text),
            }
        )


def _only(data: Mapping[str, Any], known: set[str], file: str) -> None:
    unknown = set(data) - known
    if unknown:
        raise PolicyError(file, min(unknown), "不认识这一项", "请核对拼写，或删除")


class GuideBook:
    """Everything the guide files say. Raises PolicyError where they name what is not there."""

    def __init__(self, guide: Mapping[str, Any], papers: Mapping[str, Any], shape: Any, shape_each: Any):
        _only(guide, {"front", "event", "obstacle", "faq"}, "guide.toml")
        _only(papers, {"papers", "examples"}, "papers.toml")

        def rows(model: Any, key: str) -> Any:
            return shape_each(model, {key: guide.get(key, ())}, key, "guide.toml")

        self.front: Front = shape(Front, guide.get("front", {}), "guide.toml", "front")
        self.events: tuple[LifeEvent, ...] = rows(LifeEvent, "event")
        self.obstacles: tuple[ObstacleGroup, ...] = rows(ObstacleGroup, "obstacle")
        self.faqs: tuple[Faq, ...] = rows(Faq, "faq")
        self.examples: dict[str, str] = {k: str(v) for k, v in papers.get("examples", {}).items()}
        self.papers: dict[str, Paper] = {
            code: shape(Paper, row, "papers.toml", f"papers.{code}")
            for code, row in papers.get("papers", {}).items()
        }

    def check(self, types: Collection[str], materials: Collection[str]) -> None:
        """Raises PolicyError for a type, a paper or a word in braces that there is not."""
        named = (*self.front.developer, *self.front.bank, *self.front.limits)
        for code in {
            *named,
            *(c for e in self.events for c in e.types),
            *(c for f in self.faqs for c in f.types),
        }:
            if code not in types:
                raise PolicyError("guide.toml", code, "没有这个登记类型", "请核对代码")
        for odd in sorted(set(materials) ^ set(self.papers)):
            raise PolicyError(
                "papers.toml",
                f"papers.{odd}",
                "与 materials.toml 的材料不一致",
                "每种材料写一段样例，多余的删除",
            )
        for faq in self.faqs:
            self._named(faq.answer, FILLED, "guide.toml", faq.question)
        for code, paper in self.papers.items():
            for line in (*paper.text, *(value for _, value in paper.fields)):
                self._named(line, self.examples, "papers.toml", f"papers.{code}")

    @staticmethod
    def _named(text: str, known: Collection[str], file: str, key: str) -> None:
        unknown = set(_PLACE.findall(text)) - set(known)
        if unknown:
            raise PolicyError(file, key, f"不认识 {{{min(unknown)}}}", "请改用已有的名称")

    def faqs_for(self, code: str, *, everybody: bool = True) -> tuple[Faq, ...]:
        """The questions of a type, its own first; `everybody` adds those for all applicants."""
        own = tuple(f for f in self.faqs if code in f.types)
        return own + tuple(f for f in self.faqs if not f.types and everybody)

    def events_for(self, code: str) -> tuple[LifeEvent, ...]:
        return tuple(e for e in self.events if code in e.types)
