"""docs/registrations.md: every registration type with its rules, written from its class and its newest policy.

`dengbu manage registrations_page > docs/registrations.md` writes it anew; tests/project/test_registrations_page.py
keeps it in step.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections import defaultdict
from collections.abc import Iterator

from dengbu.catalog.policy.policy import policy_for
from dengbu.catalog.policy.schema import ChecklistItem, TypePolicy
from dengbu.catalog.registrations import TYPES, RegistrationType, Role, Rule
from dengbu.catalog.registrations.base import Combined
from dengbu.core.vocabulary import Client
from dengbu.web.filing.journeys import ONLINE

NEWEST = dt.date.max  # the version of a policy that is in force when none follows it

_HEAD = """\
# Registration types

Written by `dengbu manage registrations_page` from the classes in `catalog/registrations` and the newest policy files in
`catalog/policy`: do not edit. What an obstacle in the book means for a type is in its table, as the class declares it;
a case may make a difference (a lapsed notice, land of another owner), which the class says in code. An obstacle that no
table names blocks. A combined case asks each part on the book as the one before leaves it.
"""

_SITE = {
    "none": "",
    "required": "site visit",
    "if_destroyed": "site visit if destroyed",
    "officer_decides": "site visit if the officer wants it",
}


def page() -> str:
    """The whole page, types by code."""
    blocks = [_HEAD, _index()]
    for code in sorted(TYPES):
        blocks.append("\n".join(_one(TYPES[code], policy_for(code, NEWEST))) + "\n")
    return "\n".join(blocks)


def _index() -> str:
    lines = [
        f"{len(TYPES)} types; {len(ONLINE)} are filed on line.",
        "",
        "| type | | client | on line |",
        "|---|---|---|---|",
    ]
    for code in sorted(TYPES):
        kind = TYPES[code]
        online = "yes" if code in ONLINE else ""
        lines.append(f"| [{code}](#{code.lower()}) | {kind.name} | {Client(kind.client).value} | {online} |")
    return "\n".join(lines) + "\n"


def _one(kind: type[RegistrationType], policy: TypePolicy) -> Iterator[str]:
    yield f'## <a id="{kind.code.lower()}"></a>{kind.code} {kind.name}'
    yield ""
    yield inspect.cleandoc(kind.__doc__ or "")
    yield ""
    yield f"- **Who applies**: {'; '.join(_role(r) for r in kind.roles)}"
    if issubclass(kind, Combined):
        yield f"- **Parts, in order**: {', '.join(part.code for part in kind.parts)}"
    yield f"- **Papers**: {'; '.join(_paper(item) for item in policy.checklist)}"
    for rule, codes in _answers(kind).items():
        yield f"- **{rule.value.replace('_', ' ')}**: {', '.join(codes)}"
    yield f"- **Fee**: {', '.join(f'{f.rule} ({f.part})' if f.part else f.rule for f in policy.fees)}"
    yield f"- **Days**: {_days(policy)}"
    yield f"- **What comes out**: {_outputs(policy)}"
    yield f"- **Basis**: {kind.legal_basis}"


def _role(role: Role) -> str:
    return role.word + ("" if role.required else " (if there is one)") + ("" if role.many else " (one)")


def _paper(item: ChecklistItem) -> str:
    when = {"required": "", "optional": " (optional)"}.get(
        item.when, f" (when: {item.condition_label or item.condition})"
    )
    return f"{item.code} {item.name}{when}"


def _answers(kind: type[RegistrationType]) -> dict[Rule, list[str]]:
    """The type's table turned round: how it answers, and what is answered so."""
    found: dict[Rule, list[str]] = defaultdict(list)
    for code in sorted(kind.answers_to):
        found[kind.answers_to[code]].append(code)
    return {rule: found[rule] for rule in Rule if rule in found}


def _days(policy: TypePolicy) -> str:
    said = [f"{policy.promised_days} working days promised, {policy.statutory_days} by law"]
    if policy.public_notice_days:
        said.append(f"public notice of {policy.public_notice_days} working days, not counted")
    if _SITE[policy.site_visit]:
        said.append(_SITE[policy.site_visit])
    if policy.reviews > 1:
        said.append(f"{policy.reviews} reviewers")
    if policy.sign_off:
        said.append(f"the leader signs off ({', '.join(policy.sign_off)})")
    return "; ".join(said)


def _outputs(policy: TypePolicy) -> str:
    return (
        "; ".join(f"{o.kind.value} to {o.holder}" for o in policy.outputs)
        or "nothing; the old paper is taken in"
    )
