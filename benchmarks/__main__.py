"""`make bench`: what the office can bear, beside a floor measured in the same run. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from .load import Run
from .office import office

NAMES = {
    1: ("submit", "(1) submit an application"),
    2: ("accept", "(2) accept + enter"),
    3: ("restrictions", "(3) restriction query by unit code"),
    4: ("queue", "(4) the reviewer's queue page"),
}
GOALS = {2: 0.5, 3: 0.8}


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the database is stopped then, too
    folder = Path(options.data) if options.data else Path(tempfile.mkdtemp(prefix="dengbu-bench-"))
    chosen = sorted({int(n) for n in options.only.split(",")})
    try:
        with office(folder) as place:
            import django

            django.setup()
            from .measuring import Bench

            bench = Bench(place, options.homes, options.seconds, options.connections, say)
            bench.prepare(chosen)
            results = [bench.measure(n, NAMES[n][0]) for n in chosen]
            shares = {n: bench.where_time_goes(NAMES[n][0]) for n in chosen} if options.profile else {}
    finally:
        if not options.data:
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        print(
            json.dumps(
                [r | {"profile": shares.get(r["n"])} for r in map(_plain, results)],
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        _print(results, options.homes, options.connections)
        for n, lines in shares.items():
            print(f"\nWhere the time of {NAMES[n][1]} goes (one request, in this process, under cProfile):")
            print("\n".join(lines))
    missed = [r for r in results if r["n"] in GOALS and r["ratio"] < GOALS[r["n"]]]
    for r in missed:
        say(f"{NAMES[r['n']][1]}: {r['ratio']:.2f} of its floor; the goal is {GOALS[r['n']]}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--homes", type=int, default=100_000, help="units of the district, and cases of the office"
    )
    parser.add_argument(
        "--seconds", type=float, default=8, help="length of each of the two runs of a measurement"
    )
    parser.add_argument("--connections", type=int, default=8, help="how many are asking at once")
    parser.add_argument("--only", default="1,2,3,4", help="which measurements, for example 2,3")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    parser.add_argument(
        "--no-profile", dest="profile", action="store_false", help="leave out where the time goes"
    )
    parser.add_argument("--data", default="", help="keep (and use again) the district in this folder")
    return parser.parse_args()


def say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


def _figures(run: Run, sql: int) -> dict[str, float]:
    return {
        "requests": run.count,
        "per_second": round(run.per_second, 1),
        "p50_ms": round(run.percentile(0.5), 1),
        "p95_ms": round(run.percentile(0.95), 1),
        "p99_ms": round(run.percentile(0.99), 1),
        "sql": sql,
        "web_cpu_ms": round(1000 * run.web_cpu / max(run.count, 1), 2),
        "database_cpu_ms": round(1000 * run.database_cpu / max(run.count, 1), 2),
    }


def _plain(result: dict[str, object]) -> dict[str, object]:
    return result | {
        side: _figures(result[side], result[f"{side}_sql"])  # type: ignore[arg-type]
        for side in ("product", "floor")
    }


def _print(results: list[dict[str, object]], homes: int, connections: int) -> None:
    print(
        f"\n{homes} units, {homes} cases, {connections} connections; times in ms, CPU in ms per operation\n"
    )
    print(f"{'':38}{'per s':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'SQL':>6}{'CPU web':>9}{'CPU db':>8}")
    for result in map(_plain, results):
        for side in ("product", "floor"):
            f = result[side]
            title = NAMES[result["n"]][1] if side == "product" else "    its floor"  # type: ignore[index]
            print(
                f"{title:38}{f['per_second']:8.1f}{f['p50_ms']:8.1f}{f['p95_ms']:8.1f}{f['p99_ms']:8.1f}"  # type: ignore[index]
                f"{f['sql']:6}{f['web_cpu_ms']:9.2f}{f['database_cpu_ms']:8.2f}"  # type: ignore[index]
            )
        goal = GOALS.get(result["n"])  # type: ignore[call-overload]
        print(f"    of its floor: {result['ratio']:.2f}{f'  (goal {goal})' if goal else ''}")


if __name__ == "__main__":
    sys.exit(main())
