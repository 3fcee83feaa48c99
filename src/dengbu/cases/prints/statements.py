"""Papers that applicants and others write themselves: consents, waivers, agreements, declarations. Empty or as an
example for the guide pages; an example may also show what somebody else's paper must make readable."""

from __future__ import annotations

from dataclasses import dataclass

from dengbu.core.printing import PrintHead, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`fields` are label and value (empty on an empty form), `text` the paragraphs, `signers` the lines to sign on,
    `seal` the words where a seal goes. `specimen`: somebody else's paper, drawn as a picture with its parts named."""

    head: PrintHead
    title: str
    fields: tuple[tuple[str, str], ...]
    text: tuple[str, ...]
    signers: tuple[str, ...]
    seal: str
    specimen: bool = False


def statement(d: Statement) -> bytes:
    """The paper as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/statement.typ", d)
