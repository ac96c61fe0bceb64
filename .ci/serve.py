"""Starts `xner serve` with the model in the box, asks it for a page and for entities, and stops it.

    python3 .ci/serve.py target/link/xner
"""

import json
import re
import signal
import subprocess
import sys
import urllib.request


def main(xner: str) -> None:
    server = subprocess.Popen([xner, "serve", "--port", "0", "--deadline", "300"], stderr=subprocess.PIPE, text=True)
    try:
        told = server.stderr.readline()
        address = re.search(r"http://\S+", told)
        if not address:
            sys.exit(f"no address is told: {told!r}")
        address = address.group()
        with urllib.request.urlopen(f"{address}/") as page:
            if b"</html>" not in page.read():
                sys.exit("the page is not whole")
        question = json.dumps({"text": "Angela Merkel lives in Berlin.", "offsets": "utf16"}).encode()
        head = {"content-type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(f"{address}/v1/entities", question, head)) as answer:
            found = json.load(answer)["entities"]
        if ("LOC", 23, 29) not in [(one["kind"], one["start"], one["end"]) for one in found]:
            sys.exit(f"Berlin is not found: {found}")
        server.send_signal(signal.SIGINT)
        code = server.wait(60)
        if code != 0:
            sys.exit(f"it ends with {code}")
    finally:
        server.kill()
    print("xner serve answers, and stops when it is told to")


main(*sys.argv[1:])
