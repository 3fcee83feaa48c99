"""The load: one process of its own, a few keep-alive connections, requests as bytes made before. Costs little, so that
two cores measure the server and not the client."""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

HEAD_END = b"\r\n\r\n"
TICKS_PER_SECOND = 100


@dataclass
class Run:
    """What one run gave: seconds, milliseconds of each answer, answers by status, CPU seconds of web and database."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    odd: str = ""  # the first answer that was not the expected one
    web_cpu: float = 0.0
    database_cpu: float = 0.0

    def add(self, other: Run) -> None:
        self.seconds += other.seconds
        self.milliseconds += other.milliseconds
        for status, n in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + n
        self.odd = self.odd or other.odd
        self.web_cpu += other.web_cpu
        self.database_cpu += other.database_cpu

    @property
    def count(self) -> int:
        return len(self.milliseconds)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def get(path: str, headers: dict[str, str] | None = None) -> bytes:
    """A GET as bytes."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    return "\r\n".join([*lines, "", ""]).encode()


def post(path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> bytes:
    """A posted form as bytes."""
    body = urlencode(form).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        *(f"{k}: {v}" for k, v in (headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def drive(
    port: int,
    requests: Sequence[bytes],
    *,
    expect: str,
    connections: int,
    seconds: float,
    again: bool = False,
) -> Run:
    """Send the requests over some connections, each once (`again`: in turn for ever), until they or the time are
    used up. `expect`: the status every answer has to have."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, port, requests, expect, connections, seconds, again))
    child.start()
    theirs.close()
    run: Run = ours.recv()
    child.join()
    return run


def _child(
    pipe: object,
    port: int,
    requests: Sequence[bytes],
    expect: str,
    connections: int,
    seconds: float,
    again: bool,
) -> None:
    run = Run()
    try:
        _loop(run, port, requests, expect, connections, seconds, again)
    except Exception as error:
        run.odd = run.odd or repr(error)
    pipe.send(run)  # type: ignore[attr-defined]


def _loop(
    run: Run, port: int, requests: Sequence[bytes], expect: str, connections: int, seconds: float, again: bool
) -> None:
    selector = selectors.DefaultSelector()
    position, open_now = 0, 0
    sent: dict[socket.socket, float] = {}
    got: dict[socket.socket, bytearray] = {}
    clock = time.perf_counter
    began = clock()
    ends = began + seconds

    def next_one(wire: socket.socket) -> bool:
        nonlocal position
        if clock() >= ends or (position >= len(requests) and not again):
            selector.unregister(wire)
            wire.close()
            return False
        got[wire] = bytearray()
        sent[wire] = clock()
        wire.sendall(requests[position % len(requests)])
        position += 1
        return True

    for _ in range(connections):
        wire = socket.create_connection(("127.0.0.1", port))
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(wire, selectors.EVENT_READ)
        open_now += next_one(wire)
    while open_now:
        for key, _ in selector.select():
            wire = key.fileobj  # type: ignore[assignment]
            chunk = wire.recv(262144)
            if not chunk:
                raise ConnectionError("the server closed the connection")
            answer = got[wire]
            answer += chunk
            end = answer.find(HEAD_END)
            if end < 0 or len(answer) < end + 4 + _length(answer, end):
                continue
            run.milliseconds.append((clock() - sent[wire]) * 1000)
            status = answer[9:12].decode()
            run.statuses[status] = run.statuses.get(status, 0) + 1
            if status != expect and not run.odd:
                run.odd = bytes(answer).decode("utf-8", "replace")
            open_now -= not next_one(wire)
    run.seconds = clock() - began


def _length(answer: bytearray, end: int) -> int:
    head = bytes(answer[:end]).lower()
    at = head.find(b"content-length:")
    return (
        int(head[at + 15 : (head.find(b"\r\n", at) if head.find(b"\r\n", at) > 0 else end)]) if at >= 0 else 0
    )


def cpu_of(root: int) -> float:
    """CPU seconds of a process and all below it, those that ended too."""
    found: dict[int, tuple[int, float, float]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text("utf-8").rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            own = (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
            ended = (int(fields[13]) + int(fields[14])) / TICKS_PER_SECOND
            found[int(entry.name)] = (int(fields[1]), own, ended)
    below, total = [root], 0.0
    while below:
        pid = below.pop()
        if pid in found:
            total += found[pid][1] + found[pid][2]
            below += [child for child, (parent, _, _) in found.items() if parent == pid]
    return total
