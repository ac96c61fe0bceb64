"""`ner()` in a query over Parquet beside the same tagger called in a loop over batches.

    cargo build --release --manifest-path crates/xner-datafusion/Cargo.toml --features program --examples --bins \\
        --target-dir target
    python3 tools/bench/sql.py TEXT MODEL [ROWS] [ROUNDS]

TEXT has a text a line; its lines are repeated up to ROWS (1,000,000), each with its number in front, so that no two
are the same. The loop, the query on one thread and the query on two take turns for ROUNDS (3). Prints for each the
least wall time, CPU time and peak memory, and the speed of the query as a ratio to the loop's. Standard library alone.
"""
import hashlib
import itertools
import json
import os
import pathlib
import subprocess
import sys
import time

PROGRAMS = os.environ.get("PROGRAMS", "target/release")
WORK = os.environ.get("WORK", "target/bench-sql")


def corpus(text, rows):
    """The Parquet file of these lines; made if it is not there."""
    own = hashlib.sha256(pathlib.Path(text).read_bytes()).hexdigest()[:8]
    out = f"{WORK}/corpus-{own}-{rows}.parquet"
    if os.path.exists(out):
        return out
    os.makedirs(WORK, exist_ok=True)
    with open(text, encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip()]
    with open(f"{WORK}/rows.json", "w", encoding="utf-8") as file:
        for number, line in zip(range(rows), itertools.cycle(lines)):
            file.write(json.dumps({"id": number, "body": f"{number}: {line}"}, ensure_ascii=False) + "\n")
    query = f"copy (select * from '{WORK}/rows.json') to '{out}' stored as parquet options " \
            "('format.max_row_group_size' 50000)"
    subprocess.run([f"{PROGRAMS}/xner-sql", "--threads", "1", query], check=True, stdout=subprocess.DEVNULL)
    os.remove(f"{WORK}/rows.json")
    return out


def run(command):
    """Wall seconds, CPU seconds, peak MiB, and the last line with rows and entities."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    out = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command} ended with {child.returncode}")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.split()[-1]


def main(text, model, rows=1_000_000, rounds=3):
    path = corpus(text, int(rows))
    query = f"select count(*), sum(cardinality(ner(body))) from '{path}'"
    ways = {
        "loop": [f"{PROGRAMS}/examples/loop", path, "body", model],
        "query, 1 thread": [f"{PROGRAMS}/xner-sql", "--model", model, "--to", "csv", "--threads", "1", query],
        "query, 2 threads": [f"{PROGRAMS}/xner-sql", "--model", model, "--to", "csv", "--threads", "2", query],
    }
    best = {}
    for _ in range(int(rounds)):
        for name, command in ways.items():
            wall, cpu, memory, found = run(command)
            print(f"{name}: {wall:.1f} s, {cpu:.1f} CPU s, {memory:.0f} MiB, rows and entities {found}", flush=True)
            before = best.get(name, (wall, cpu, 0, found))
            if before[3] != found:
                sys.exit("the rows differ")
            best[name] = (min(wall, before[0]), min(cpu, before[1]), max(memory, before[2]), found)
    if len({found for *_, found in best.values()}) != 1:
        sys.exit("the entities differ")
    for name, (wall, cpu, memory, _) in best.items():
        print(f"{name}: {wall:.1f} s, speed {best['loop'][0] / wall:.2f}, {cpu:.1f} CPU s, {memory:.0f} MiB")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
