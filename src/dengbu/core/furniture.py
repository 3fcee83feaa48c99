"""Base classes of tables. What a table may suffer is declared here and held by PostgreSQL (`core.guards`)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AppendOnly(models.Model):
    """Rows of the book, the log and the audit: the application inserts and reads, nothing else.

    `app_may_update` names the only columns the application's role may ever change (column-level grant).
    """

    append_only: ClassVar[bool] = True
    app_may_update: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True


class Mutable(models.Model):
    """Domain rows that change: every change is kept with its actor in `core_history` by trigger."""

    keep_history: ClassVar[bool] = True

    class Meta:
        abstract = True
