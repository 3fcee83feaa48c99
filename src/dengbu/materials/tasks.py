"""Background work of the evidence: bytes that nothing points at any more."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .queries import unreferenced
from .storage import forget_stored


@app.task(name="materials.forget")
def forget(keys: list[str]) -> None:
    """Delete objects of discarded pages, except those another page points at (the same bytes have the same key)."""
    for key in unreferenced(keys):
        forget_stored(key)
