"""`xner serve` under load, beside a `transformers` pipeline under FastAPI with the same weights: pip install torch
transformers fastapi uvicorn

    python3 tools/bench/serve.py MODEL [SECONDS] [CONNECTIONS]

The peer answers each request by itself, and, as a server of its own, those that wait together by one call.

MODEL is a token classifier in Hugging Face's layout. Each server is asked in turn over CONNECTIONS (64) that stay open,
for SECONDS (60), by the same client, for the entities of one sentence a request. While `xner serve` is asked, other
clients do what clients do: go away in the middle, cut a body, send what is not UTF-8, send 10 MB, stall. Prints
requests a second, the median and the 99th percentile of their times, faults, and the server's memory after a third
and at the end.
"""
import asyncio
import json
import os
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
XNER = os.environ.get("XNER", "target/release/xner")
SENTENCES = [
    "Ada Lovelace met Charles Babbage in London on a cold evening of June.",
    "The players of Washington won against a club from Berlin.",
    "A train from Paris was late, said Mary Smith.",
    "Nobody knew why the river rose so fast.",
    "Peter Miller works for a bank in Madrid and lives in Vienna.",
    "It rained.",
    "The council of Lisbon thanked Anna Weber, who had found the letters.",
]


def request(text):
    body = json.dumps({"text": text}).encode()
    return (f"POST /v1/entities HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n").encode() + body


async def answer(reader):
    """The status of an answer, read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    lines = head.lower().split(b"\r\n")
    length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)
    await reader.readexactly(length)
    return status


async def client(port, number, until, times, faults):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(request(SENTENCES[number % len(SENTENCES)]))
        try:
            status = await answer(reader)
        except (asyncio.IncompleteReadError, ConnectionError) as fault:
            faults.append(str(fault))
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        times.append(time.perf_counter() - begun)
        if status != 200:
            faults.append(status)
        number += 1
    writer.close()


async def bad_clients(port, until, met):
    """Faults of others, one behind the other; `met` counts how each was answered."""
    whole = request("Ada Lovelace lived in London.")
    long = request("Ada Lovelace lived in London. " * 333_334)
    wrong = whole.replace(b"Lovelace", b"Lov\xff\xfeace")
    stalled = []
    while time.perf_counter() < until:
        for name, what, stays in [("gone", whole, False), ("cut", whole[:-9], False), ("wrong", wrong, True),
                                  ("long", long, True), ("stall", whole[:20], None)]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(what)
            told = "left"
            try:
                await writer.drain()
                if stays:
                    told = await asyncio.wait_for(answer(reader), 30)
            except (asyncio.IncompleteReadError, ConnectionError, TimeoutError) as fault:
                told = type(fault).__name__
            met[(name, told)] = met.get((name, told), 0) + 1
            stalled.append(writer) if stays is None else writer.close()
        await asyncio.sleep(0.5)
    for writer in stalled:
        writer.close()


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))


async def load(pid, port, seconds, connections, with_faults):
    times, faults, met = [], [], {}
    until = time.perf_counter() + seconds
    tasks = [client(port, number, until, times, faults) for number in range(connections)]
    if with_faults:
        tasks.append(bad_clients(port, until, met))

    async def middle():
        await asyncio.sleep(seconds / 3)
        return memory(pid)

    *_, early = await asyncio.gather(*tasks, middle())
    times.sort()
    at = lambda share: 1000 * times[int((len(times) - 1) * share)]
    print(f"  {len(times) / seconds:.0f} requests/s, p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, {len(faults)} "
          f"faults, {early:.0f} MiB after a third, {memory(pid):.0f} MiB at the end", flush=True)
    if met:
        told = sorted(met.items(), key=str)
        print("  others: " + ", ".join(f"{name} {how}: {count}" for (name, how), count in told))
    if faults:
        print(f"  first faults: {faults[:5]}")
    return len(times) / seconds


def wait_for(port, server):
    for _ in range(600):
        if server.poll() is not None:
            sys.exit(f"the server ended with {server.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    sys.exit("the server does not answer")


def main(model, seconds="60", connections="64"):
    rates = {}
    servers = {
        "xner serve": [XNER, "serve", "--model", model, "--port", "8471"],
        "xner serve, others misbehave": [XNER, "serve", "--model", model, "--port", "8471"],
        "transformers, FastAPI": [sys.executable, f"{HERE}/serve_peer.py", model, "8472"],
        "transformers, FastAPI, batches": [sys.executable, f"{HERE}/serve_peer.py", model, "--batches", "8473"],
    }
    for name, command in servers.items():
        port = int(command[-1])
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            wait_for(port, server)
            asyncio.run(load(server.pid, port, 3, 8, False))
            print(name)
            rates[name] = asyncio.run(load(server.pid, port, int(seconds), int(connections), "others" in name))
        finally:
            server.terminate()
            server.wait()
    for name, rate in rates.items():
        print(f"{name}: {rates['xner serve'] / rate:.1f}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
