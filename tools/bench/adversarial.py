#!/usr/bin/env python3
"""Adversarial mapping, samples per second: MUSE's own trainer and ours, in turn, two threads each by wall clock.

    git clone https://github.com/facebookresearch/MUSE
    pip install torch numpy scipy
    python3 tools/bench/adversarial.py --muse MUSE [--rounds 5] [--seconds 10] [--dim 300] [--hidden 2048]

A sample is a word that a mapping step sees, as MUSE's log counts them: twice the batch for each mapping step with
its five discriminator steps. Both sides train on random vectors, 75,000 words of each language, with MUSE's
published settings; nothing is evaluated. MUSE's trainer runs as it is, from the checkout; what torch and Python
have dropped since is put back at run time. Wants a quiet machine. Prints the medians and the ratio ours / MUSE, with
the smallest and the largest of a pair.
"""
import argparse
import inspect
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import types
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORDS = 75_000


def arguments():
    a = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    a.add_argument("--muse", required=True, help="a checkout of MUSE")
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--seconds", type=int, default=10, help="of each side in a round")
    a.add_argument("--dim", type=int, default=300)
    a.add_argument("--hidden", type=int, default=2048)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    return a.parse_args()


def peer(args):
    """Runs MUSE's trainer for a while, and prints its samples per second as JSON."""
    import torch

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    warnings.filterwarnings("ignore")
    # The trainer imports its evaluation, which wants packages that nothing here uses.
    folder = pathlib.Path(args.muse).resolve()
    sys.path.insert(0, str(folder))
    evaluation = types.ModuleType("src.evaluation.word_translation")
    evaluation.DIC_EVAL_PATH = ""
    evaluation.load_identical_char_dico = evaluation.load_dictionary = None
    package = types.ModuleType("src.evaluation")
    package.__path__ = []
    sys.modules |= {"src.evaluation": package, "src.evaluation.word_translation": evaluation}

    # Gone from Python, and `volatile` was how one said no_grad.
    inspect.getargspec = inspect.getfullargspec

    def variable(data, volatile=False):
        return data.detach() if volatile else data

    torch.autograd.Variable = variable
    from src import trainer as module
    from src.models import Discriminator

    module.Variable = variable

    params = argparse.Namespace(
        emb_dim=args.dim, dis_layers=2, dis_hid_dim=args.hidden, dis_dropout=0.0, dis_input_dropout=0.1, dis_steps=5,
        dis_lambda=1, dis_most_frequent=WORDS, dis_smooth=0.1, dis_clip_weights=0, batch_size=32, map_beta=0.001,
        map_optimizer="sgd,lr=0.1", dis_optimizer="sgd,lr=0.1", cuda=False, src_dico=range(WORDS),
        tgt_dico=range(WORDS),
    )
    embeddings = [torch.nn.Embedding(WORDS, args.dim, sparse=True) for _ in range(2)]
    for embedding in embeddings:
        embedding.weight.data.uniform_(-0.5, 0.5)
    mapping = torch.nn.Linear(args.dim, args.dim, bias=False)
    mapping.weight.data.copy_(torch.eye(args.dim))
    trainer = module.Trainer(*embeddings, mapping, Discriminator(params), params)

    def steps(count):
        stats, words = {"DIS_COSTS": []}, 0
        for _ in range(count):
            for _ in range(params.dis_steps):
                trainer.dis_step(stats)
            words += trainer.mapping_step(stats)
        return words

    steps(5)
    begun, words = time.perf_counter(), 0
    while time.perf_counter() - begun < args.seconds:
        words += steps(5)
    print(json.dumps({"samples_per_second": words / (time.perf_counter() - begun)}))


def run(command, threads):
    env = {**os.environ, "RAYON_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def main():
    args = arguments()
    if args.peer:
        return peer(args)
    # The whole workspace's features, so that nothing built for `cargo run` and `cargo test` is built anew.
    subprocess.run(
        ["cargo", "build", "--release", "--quiet", "--workspace", "--example", "adversarial_speed"], cwd=ROOT, check=True
    )
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    ours = [str(target / "release/examples/adversarial_speed"), *map(str, (args.seconds, args.dim, args.hidden))]
    theirs = [sys.executable, __file__, "--peer", *sys.argv[1:]]
    pairs = []
    for number in range(args.rounds):
        muse, mine = run(theirs, args.threads), run(ours, args.threads)
        pairs.append((muse["samples_per_second"], mine["samples_per_second"]))
        print(f"round {number + 1}: MUSE {pairs[-1][0]:.0f}, ours {pairs[-1][1]:.0f} samples/s "
              f"({mine['gflops']:.0f} GFLOP/s)", file=sys.stderr)
    muse, mine = (statistics.median(side) for side in zip(*pairs))
    ratios = sorted(ours / theirs for theirs, ours in pairs)
    print(f"{args.dim} dimensions, 2 x {args.hidden}, {args.threads} threads: MUSE {muse:.0f} samples/s, "
          f"xner {mine:.0f} samples/s, ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


main()
