"""The table of goals, for the terminal and for Docs/performance.md."""

import datetime
import os
import platform
import subprocess

from .goals import GOALS


def goal_table(results, parts):
    header = ["what", "peer in the same round", "must", "aim", "measured", "rounds from – to", "verdict"]
    rows = []
    for goal in GOALS:
        if goal.part not in parts:
            continue
        quotient = results.quotient(goal.key)
        sign = "≤" if goal.lower else "≥"
        measured = f"{quotient:.2f} ×" if quotient is not None else "–"
        rows.append([goal.what, goal.peer, f"{sign} {goal.must:g} ×", f"{sign} {goal.aim:g} ×", measured, results.spread(goal.key), goal.verdict(quotient)])
    return markdown(header, rows)


def missed(results, parts):
    return [goal for goal in GOALS if goal.part in parts and goal.verdict(results.quotient(goal.key)) in ("**missed**", "not measured")]


def markdown(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def output_of(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def machine(work):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) / (1 << 20)
    file_system = output_of("stat", "--file-system", "--format", "%T", work)
    return (f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB memory, {file_system}, Linux {platform.release()}, "
            f"{output_of('swift', '--version').split(' (')[0]}")


def page(context, command, load_before):
    """The whole of Docs/performance.md."""
    now = datetime.datetime.now(datetime.timezone.utc)
    commit = output_of("git", "rev-parse", "--short", "HEAD") + (" with local changes" if output_of("git", "status", "--porcelain") != "unknown" else "")
    lost = missed(context.results, context.parts)
    verdict = "Every goal is reached." if not lost else "Short of the goal: " + "; ".join(f"{goal.what} against {goal.peer}" for goal in lost) + "."
    tables = "\n\n".join(f"### {title}\n\n{markdown(header, rows)}" for title, header, rows in context.results.tables)
    remarks = "\n".join(f"- {remark}" for remark in context.results.remarks)
    return f"""# Performance

This page is written by `{command}`; do not edit it. Every figure is a quotient between Catalogizer and a peer that was
measured beside it in the same round, because absolute figures of one machine move by a factor of two between runs; the
median of {context.rounds} rounds is shown. `Benchmarks/README.md` says how each is taken.

- Measured: {now:%Y-%m-%d %H:%M} UTC, commit {commit}
- Machine: {machine(context.work)}; load before the run {load_before:.1f}
- Tree: {context.tree.files:,} files in {context.tree.directory_count:,} directories, warm cache
- Peers: {output_of('find', '--version')}; {output_of('plocate', '--version')}; {context.copyparty_version()}; {nginx_version()}

{verdict}

## Goals

{goal_table(context.results, context.parts)}

## Figures behind them

{tables}

{remarks}
"""


def nginx_version():
    try:
        return subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr.strip().split(": ")[-1]
    except (OSError, subprocess.CalledProcessError):
        return "nginx unknown"
