"""What a production office lacks to reach its partners: said at start, a line each, not at first use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

PORTS: Final = {
    "sms": "nobody can register or log in by short message, and nobody is told anything by it",
    "identity": "nobody can be real-name checked",
    "payment": "no fee can be paid online",
}
CLIENTS: Final = {"housing_clients": "the housing department cannot push contract filings"}


def lacking(configured: str | None) -> list[str]:
    """What is missing in the file that `DENGBU_EXCHANGE` names, a line each with what follows. No Django needed."""
    if not configured:
        return [
            "DENGBU_EXCHANGE is not set: it names a JSON file with sms, identity, payment, housing_clients"
        ]
    try:
        said = json.loads(Path(configured).read_text())
    except OSError as error:
        return [f"DENGBU_EXCHANGE={configured} cannot be read: {error.strerror}"]
    except ValueError as error:
        return [f"DENGBU_EXCHANGE={configured} is not JSON: {error}"]
    if not isinstance(said, dict):
        return [f"DENGBU_EXCHANGE={configured} is not a JSON object"]
    return lacking_in(said)


def lacking_in(said: Mapping[str, Any]) -> list[str]:
    """What is missing among the ports and clients of a configuration that was read."""
    missing = []
    for port, without in PORTS.items():
        entry = said.get(port)
        if not isinstance(entry, dict) or not entry.get("adapter"):
            missing.append(f"DENGBU_EXCHANGE has no adapter for {port!r}: {without}")
        elif entry.get("simulated"):
            missing.append(f"DENGBU_EXCHANGE[{port!r}] is a simulator, which production refuses: {without}")
    for client, without in CLIENTS.items():
        if not said.get(client):
            missing.append(f"DENGBU_EXCHANGE has no {client!r}: {without}")
    return missing
