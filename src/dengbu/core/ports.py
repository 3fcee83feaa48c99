"""Ports: what the house needs from other departments, and which adapter gives it.

A room that needs a partner declares a `Protocol` in its own `ports.py`, in its own words. The adapter lives in
`dengbu.exchange.<partner>`; `settings.EXCHANGE[<port>]["adapter"]` names it, by registered name or dotted path,
so nothing below `exchange` imports `exchange`.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from dengbu.core.refusals import Refusal, Refused

Config = Mapping[str, Any]
Factory = Callable[[Config], Any]


class PartnerError(Refused):
    """A partner could not help. The refusal says in plain words what a person can do now."""

    status = 502


class PartnerUnavailable(PartnerError):
    """The partner did not answer, or said it cannot at present. Asking again later may help."""

    status = 503


class PartnerRejected(PartnerError):
    """The partner answered and refused what we asked. `partner_code` is its own code, for the log and the operator."""

    def __init__(self, *refusals: Refusal, partner_code: str = ""):
        super().__init__(*refusals)
        self.partner_code = partner_code


class SignatureRejected(PartnerError):
    """A message claims to come from a partner and its signature, age or encryption does not hold. Nothing in it
    may be believed; a call-back is answered with 401."""

    status = 401


class PortMisconfigured(RuntimeError):
    """The settings name no adapter, an unknown one, or leave out what it needs. For the operator, at start."""


class SimulatorRefused(PortMisconfigured):
    """A simulator was configured where DENGBU_ENV=production."""


@dataclass(frozen=True, slots=True)
class _Registered:
    factory: Factory
    simulated: bool


_registered: dict[tuple[str, str], _Registered] = {}
_built: dict[str, tuple[str, dict[str, Any], Any]] = {}
_lock = threading.Lock()


def register(port: str, name: str, factory: Factory, *, simulated: bool = False) -> None:
    """Make `factory(config)` known as the adapter `name` of `port`.

    `simulated`: the adapter only pretends (it is refused in production whatever its settings say).
    """
    _registered[port, name] = _Registered(factory, simulated)


def build(port: str, config: Config, *, environment: str) -> Any:
    """A new adapter of `port` from `config`, whose `adapter` is a registered name or a dotted path to a class
    with `from_config`, or to any callable that takes the config.

    Raises PortMisconfigured, and SimulatorRefused where `environment` is production and either the adapter is
    registered as simulated or the config says `simulated`.
    """
    name = str(config.get("adapter", ""))
    if not name:
        raise PortMisconfigured(f"EXCHANGE[{port!r}] names no adapter")
    found = _registered.get((port, name)) or _by_path(port, name)
    if environment == "production" and (found.simulated or config.get("simulated")):
        raise SimulatorRefused(f"EXCHANGE[{port!r}] is a simulator, and DENGBU_ENV is production")
    return found.factory(config)


def get(port: str) -> Any:
    """The adapter that the settings choose for `port`; built once per process and reused (its connections too),
    built anew when the settings change."""
    chosen = getattr(settings, "EXCHANGE", {})
    if port not in chosen:
        raise PortMisconfigured(f"settings.EXCHANGE has no {port!r}")
    config, where = dict(chosen[port]), environment()
    with _lock:
        known = _built.get(port)
        if known is not None and known[:2] == (where, config):
            return known[2]
        adapter = build(port, config, environment=where)
        _built[port] = (where, config, adapter)
        if known is not None and hasattr(known[2], "close_connections"):
            known[2].close_connections()
        return adapter


def environment() -> str:
    """`production` where either the settings or the process environment says so: the stricter one holds."""
    said = (str(getattr(settings, "ENV", "")), os.environ.get("DENGBU_ENV", ""))
    return "production" if "production" in said else said[0] or said[1] or "demo"


def _by_path(port: str, path: str) -> _Registered:
    module, _, attribute = path.rpartition(".")
    if not module:
        known = sorted(name for p, name in _registered if p == port)
        raise PortMisconfigured(
            f"EXCHANGE[{port!r}]: no adapter is called {path!r}; known: {', '.join(known) or '-'}"
        )
    try:
        target = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise PortMisconfigured(f"EXCHANGE[{port!r}]: {path} cannot be imported: {error}") from error
    return _Registered(getattr(target, "from_config", target), bool(getattr(target, "simulated", False)))
