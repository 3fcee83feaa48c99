"""`manage run_simulators`: the partners' simulators, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dengbu.core.ports import SimulatorRefused
from dengbu.exchange.simulators import Simulators


class Command(BaseCommand):
    help = "Run the simulators of SMS, police identity and payment on one local port (never in production)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=None, help="default: DENGBU_SIM_PORT")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--data", default=None, help="folder for keys and state (default: DATA)")
        parser.add_argument("--no-persist", action="store_true", help="forget everything at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"] if options["port"] is not None else _port_from_environment()
        data = options["data"] or getattr(settings, "DATA", None) or "var"
        try:
            simulators = Simulators(Path(data), port, host=options["host"], persist=not options["no_persist"])
        except SimulatorRefused as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"port {port} cannot be opened: {error.strerror or error}") from error
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        simulators.start()
        self.stdout.write(f"simulators: http://{options['host']}:{simulators.port}/ (sms, identity, pay)")
        self.stdout.flush()
        ended.wait()
        simulators.stop()


def _port_from_environment() -> int:
    said = os.environ.get("DENGBU_SIM_PORT", "")
    if not said.isdigit():
        raise CommandError("give --port or set DENGBU_SIM_PORT")
    return int(said)
