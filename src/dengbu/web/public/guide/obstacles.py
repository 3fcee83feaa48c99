"""What in the register stops a business, and what has to be done first: the type's own table in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from dengbu.catalog.policy import TypePolicy, guide_book
from dengbu.catalog.registrations import RegistrationType, Rule
from dengbu.catalog.registrations.tables import REMEDIES

# The book decides these by itself, or tells of them: nothing to ask or to bring.
SILENT = (Rule.INFO, Rule.WARN, Rule.CONVERT, Rule.HANDLED, Rule.IF_DEBTOR)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one obstacle means for a type. `stops`: it must be gone first; `condition` puts the paper on the list that
    answers it."""

    words: str
    stops: bool
    remedy: str
    basis: str
    condition: str


@dataclass(frozen=True, slots=True)
class Group:
    """Obstacles that people know by one name, and what each means. `certain`: it stops whichever of them it is."""

    key: str
    words: str
    outcomes: tuple[Outcome, ...]
    certain: bool

    @property
    def remedies(self) -> str:
        return "".join(dict.fromkeys(o.remedy for o in self.outcomes))

    @property
    def basis(self) -> str:
        return "；".join(dict.fromkeys(o.basis for o in self.outcomes))


def _outcome(kind: type[RegistrationType], policy: TypePolicy, code: str, words: str) -> Outcome | None:
    """None where the obstacle makes no difference."""
    rule = kind.answers_to.get(code, Rule.BLOCK)
    if rule in SILENT:
        return None
    paper = kind.papers.get(Rule.CONSENT if rule is Rule.ALLOW_IF_HOLDER else rule)
    asked = paper is not None and any(
        i.code == paper[0] and i.condition == paper[1] for i in policy.checklist
    )
    remedy, basis = REMEDIES[code]
    if rule is Rule.CONSENT_COURT:
        remedy = "须查封或限制机关书面同意，或先办理解除。"
    elif rule is Rule.EXCLUDE:
        remedy = "请不要把这一单元列入清单。"
    elif rule is Rule.MANUAL:
        remedy = "由审核人员核实后决定，请先致电登记中心问清楚。"
    return Outcome(words, not rule.may_pass, remedy, basis, paper[1] if paper and asked else "")


def groups(kind: type[RegistrationType], policy: TypePolicy) -> list[Group]:
    """What makes a difference for a type, in the order of the guide files."""
    found = []
    for named in guide_book().obstacles:
        each = [_outcome(kind, policy, code, words) for code, words in named.codes.items()]
        outcomes = tuple(o for o in each if o is not None)
        if outcomes:
            found.append(
                Group(named.key, named.words, outcomes, all(o is not None and o.stops for o in each))
            )
    return found
