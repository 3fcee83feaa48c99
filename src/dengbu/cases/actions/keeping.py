"""Documents the office made, kept with a docket: bytes first, then the row that points at them."""

from __future__ import annotations

import io
import uuid

from pypdf import PdfReader

from dengbu.core import clock, documents
from dengbu.core.acts import Actor

from ..models import CaseDocument


def keep_document(docket_id: uuid.UUID, kind: str, content: bytes, actor: Actor) -> int:
    """Keep one print of a paper. Gives its number: 1 first, then 补打 1, 2 …"""
    before = CaseDocument.objects.filter(docket_id=docket_id, kind=kind).count()
    key, digest = documents.store(content)
    CaseDocument.objects.create(
        docket_id=docket_id,
        kind=kind,
        print_no=before + 1,
        storage_key=key,
        digest=digest,
        pages=len(PdfReader(io.BytesIO(content)).pages),
        made_by=actor.name[:80],
        made_at=clock.now(),
    )
    return before + 1
