"""Whether the `rust-version` of the manifest is true, as far as that can be told without that Rust at hand.

    python3 .ci/rust_version.py

No crate that we build may ask for a newer Rust than we say. That our own code keeps to it is Clippy's
`incompatible_msrv`, which CI's lints include.
"""

import json
import subprocess
import sys


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def main() -> None:
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"]
    packages = json.loads(subprocess.check_output(command))["packages"]
    ours = {package["rust_version"] for package in packages if package["source"] is None}
    if len(ours) != 1:
        sys.exit(f"our crates name different versions of Rust: {', '.join(map(str, ours))}")
    (own,) = ours
    newer = [
        f"{package['name']} {package['version']} asks for Rust {package['rust_version']}"
        for package in packages
        if package["rust_version"] and version(package["rust_version"])[:2] > version(own)[:2]
    ]
    if newer:
        sys.exit(f"rust-version is {own}, but:\n" + "\n".join(newer))
    print(f"{len(packages)} packages build on Rust {own}, by what they say")


main()
