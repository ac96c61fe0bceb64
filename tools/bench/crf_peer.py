"""Times pytorch-crf: loss with gradient, and decode; process CPU time and wall clock per call.

    pip install torch pytorch-crf
    python3 tools/bench/crf_peer.py THREADS SECONDS

prints JSON lines in the form of the `crf_bench` example of xner-crf, for the same shapes.
"""

import json
import sys
import time

import torch
from torchcrf import CRF

BATCH, TAGS = 16, 17


def report(work, steps, threads, seconds, call):
    for _ in range(5):
        call()
    wall, cpu, calls = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - wall < seconds:
        call()
        calls += 1
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    figures = {"work": work, "steps": steps, "threads": threads}
    print(json.dumps(figures | {"cpu_us": cpu * 1e6 / calls, "wall_us": wall * 1e6 / calls}), flush=True)


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    for steps in (25, 50):
        crf = CRF(TAGS, batch_first=True)
        emissions = (torch.rand(BATCH, steps, TAGS) * 4 - 2).requires_grad_()
        gold = torch.randint(TAGS, (BATCH, steps))

        def loss_gradient():
            crf.zero_grad()
            emissions.grad = None
            (-crf(emissions, gold, reduction="mean")).backward()

        def decode():
            with torch.no_grad():
                crf.decode(emissions)

        report("loss_gradient", steps, threads, seconds, loss_gradient)
        report("viterbi", steps, threads, seconds, decode)


main()
