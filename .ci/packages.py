"""Packages every crate as crates.io would take it, and compiles what the packages hold.

    python3 .ci/packages.py

A package that leaves a file out compiles in the repository and fails for those who fetch it. So the packages are
unpacked side by side and checked as one workspace, with the repository's lock file. Also checked: a package is at most
10 MB, holds both licences, and its manifest says what crates.io asks for.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

LIMIT = 10 * 1000 * 1000
ASKED = ("description", "license", "readme", "documentation", "keywords", "categories", "rust_version")


def main() -> None:
    metadata = json.loads(
        subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"])
    )
    target = Path(metadata["target_directory"])
    crates = [package for package in metadata["packages"] if package["publish"] != []]
    for crate in crates:
        missing = [key for key in ASKED if not crate[key]]
        if missing:
            sys.exit(f"{crate['name']}: its manifest has no {', '.join(missing)}")
    shutil.rmtree(target / "package", ignore_errors=True)
    dirty = [] if os.environ.get("CI") else ["--allow-dirty"]
    # The compile of `cargo publish` builds every dependency once more; the check below uses those that are there.
    subprocess.run(["cargo", "publish", "--dry-run", "--workspace", "--no-verify", "--quiet", *dirty], check=True)
    unpacked = target / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir()
    patches = []
    for crate in crates:
        name = f"{crate['name']}-{crate['version']}"
        # Where it lies differs from one version of cargo to the next.
        archive = next((target / "package").rglob(f"{name}.crate"))
        size = archive.stat().st_size
        if size > LIMIT:
            sys.exit(f"{archive}: {size} bytes, but crates.io takes {LIMIT}")
        with tarfile.open(archive) as tar:
            names = tar.getnames()
            for licence in ("LICENSE-MIT", "LICENSE-APACHE"):
                if f"{name}/{licence}" not in names:
                    sys.exit(f"{archive}: it holds no {licence}")
            tar.extractall(unpacked, filter="data")
        # Each brings a lock file of its own; the workspace has one.
        (unpacked / name / "Cargo.lock").unlink(missing_ok=True)
        patches.append(f'{crate["name"]} = {{ path = "{name}" }}\n')
    workspace = '[workspace]\nmembers = ["*"]\nresolver = "3"\n\n[patch.crates-io]\n' + "".join(patches)
    (unpacked / "Cargo.toml").write_text(workspace)
    shutil.copy("Cargo.lock", unpacked / "Cargo.lock")
    command = ["cargo", "check", "--release", "--workspace", "--quiet", "--manifest-path", str(unpacked / "Cargo.toml")]
    subprocess.run(command, check=True, env={**os.environ, "CARGO_TARGET_DIR": str(target)})
    print(f"{len(crates)} packages compile as they would be fetched")


main()
