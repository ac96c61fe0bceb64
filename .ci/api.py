#!/usr/bin/env python3
"""What the crates promise: every public item with its signature, one a line, kept in docs/api.

    python3 .ci/api.py            compares, and says what is new and what is gone
    python3 .ci/api.py --write    keeps what there is now

A change of a public interface is thereby seen where the change is looked at. The compiler's JSON is unstable, so it is
asked for as the compiler's own build does.
"""

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "docs/api"
# What only the program, or no program, uses.
PASSED_OVER = {"xner-cli", "xner-figures", "xner-sample"}


def kind(item):
    return next(iter(item["inner"]))


def rendered(found):
    """A type, about as it is written."""
    if found is None:
        return "_"
    if isinstance(found, str):
        return found
    (name, inner), = found.items()
    if name == "resolved_path":
        return inner["path"].rsplit("::", 1)[-1] + arguments(inner.get("args"))
    if name == "generic" or name == "primitive":
        return inner
    if name == "borrowed_ref":
        life = f"{inner['lifetime']} " if inner.get("lifetime") else ""
        return f"&{life}{'mut ' if inner['is_mutable'] else ''}{rendered(inner['type'])}"
    if name == "tuple":
        return f"({', '.join(map(rendered, inner))})"
    if name == "slice":
        return f"[{rendered(inner)}]"
    if name == "array":
        return f"[{rendered(inner['type'])}; {inner['len']}]"
    if name == "impl_trait":
        return "impl " + bounds(inner)
    if name == "dyn_trait":
        return "dyn " + " + ".join(trait(one["trait"]) for one in inner["traits"])
    if name == "qualified_path":
        return f"{rendered(inner['self_type'])}::{inner['name']}"
    if name == "function_pointer":
        return "fn" + signature(inner["sig"])
    if name == "raw_pointer":
        return f"*{'mut' if inner['is_mutable'] else 'const'} {rendered(inner['type'])}"
    return name


def trait(found):
    return found["path"].rsplit("::", 1)[-1] + arguments(found.get("args"))


def bounds(found):
    return " + ".join(trait(one["trait_bound"]["trait"]) if "trait_bound" in one else "'_" for one in found)


def arguments(found):
    if not found:
        return ""
    if "parenthesized" in found:
        inner = found["parenthesized"]
        out = f" -> {rendered(inner['output'])}" if inner.get("output") else ""
        return f"({', '.join(map(rendered, inner['inputs']))}){out}"
    inner = found.get("angle_bracketed") or {"args": [], "constraints": []}
    parts = []
    for one in inner["args"]:
        (name, value), = one.items() if isinstance(one, dict) else [(one, one)]
        parts.append(rendered(value) if name == "type" else value["expr"] if name == "const" else str(value))
    for one in inner["constraints"]:
        value = one["binding"].get("equality")
        parts.append(f"{one['name']} = {rendered(value['type']) if value and 'type' in value else '_'}")
    return f"<{', '.join(parts)}>" if parts else ""


def signature(found):
    inputs = ", ".join(
        "self" if (name, of) == ("self", {"generic": "Self"})
        else f"{rendered(of).replace('Self', 'self')}" if name == "self" else f"{name}: {rendered(of)}"
        for name, of in found["inputs"]
    )
    out = f" -> {rendered(found['output'])}" if found.get("output") else ""
    return f"({inputs}){out}"


class Crate:
    """The public items of a crate."""

    def __init__(self, name, text):
        self.file = json.loads(text)
        self.index, self.lines = self.file["index"], set()
        self.seen = set()
        self.module(self.item(self.file["root"]), name)

    def item(self, at):
        return self.index.get(str(at))

    def module(self, module, path):
        if module is None or (module["id"], path) in self.seen:
            return
        self.seen.add((module["id"], path))
        for at in module["inner"]["module"]["items"]:
            found = self.item(at)
            if found and found["visibility"] == "public":
                self.add(found, path, found["name"])

    def add(self, found, path, name):
        what, inner = kind(found), found["inner"][kind(found)]
        here = f"{path}::{name}"
        if what == "use":
            target = self.item(inner["id"]) if inner["id"] is not None else None
            if target is None:
                self.lines.add(f"use {path}::{inner['name']} = {inner['source']}{'::*' if inner['is_glob'] else ''}")
            elif inner["is_glob"]:
                self.module(target, path) if kind(target) == "module" else None
            else:
                self.add(target, path, inner["name"])
        elif what == "module":
            self.lines.add(f"mod {here}")
            self.module(found, here)
        elif what == "function":
            self.lines.add(f"fn {here}{signature(inner['sig'])}")
        elif what in ("struct", "enum", "union"):
            self.type(what, found, inner, here)
        elif what == "trait":
            self.lines.add(f"trait {here}")
            self.members(inner["items"], here, all_public=True)
        elif what in ("constant", "static"):
            self.lines.add(f"{what} {here}: {rendered(inner['type'])}")
        elif what == "type_alias":
            self.lines.add(f"type {here} = {rendered(inner['type'])}")
        else:
            self.lines.add(f"{what} {here}")

    def type(self, what, found, inner, here):
        grows = "#[non_exhaustive] " if "non_exhaustive" in json.dumps(found["attrs"]) else ""
        self.lines.add(f"{grows}{what} {here}")
        form = inner.get("kind")
        if isinstance(form, dict):
            fields = form["plain"]["fields"] if "plain" in form else form["tuple"]
            self.members([at for at in fields if at is not None], here)
        self.members(inner.get("variants", []), here, all_public=True)
        for at in inner["impls"]:
            one = self.item(at)
            if one is None:
                continue
            impl = one["inner"]["impl"]
            if impl["trait"] is None:
                self.members(impl["items"], here)
            elif not impl["is_synthetic"] and not impl["blanket_impl"]:
                self.lines.add(f"impl {trait(impl['trait'])} for {here}")

    def members(self, items, here, all_public=False):
        for at in items:
            found = self.item(at)
            if found is None or not (all_public or found["visibility"] == "public"):
                continue
            what, inner = kind(found), found["inner"][kind(found)]
            name = f"{here}::{found['name']}"
            if what == "function":
                self.lines.add(f"fn {name}{signature(inner['sig'])}")
            elif what == "struct_field":
                self.lines.add(f"field {name}: {rendered(inner)}")
            elif what == "variant":
                self.lines.add(f"variant {name}")
            else:
                self.lines.add(f"{what} {name}")


def crates():
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps"]
    metadata = json.loads(subprocess.check_output(command, cwd=ROOT))
    target = Path(metadata["target_directory"])
    # For rustdoc alone: in cargo's own environment it would build every dependency anew.
    rustdoc = target / "rustdoc-json.sh"
    target.mkdir(exist_ok=True)
    rustdoc.write_text('#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc "$@"\n', encoding="utf8")
    rustdoc.chmod(0o755)
    flags = "-Z unstable-options --output-format json --cap-lints allow"
    env = {**os.environ, "RUSTDOC": str(rustdoc), "RUSTDOCFLAGS": flags}
    names = [package["name"] for package in metadata["packages"] if package["name"] not in PASSED_OVER]
    # All of the workspace, with the features that its lints were checked with.
    command = ["cargo", "doc", "--release", "--workspace", "--no-deps", "--lib", "--quiet"]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    for name in sorted(names):
        path = target / "doc" / f"{name.replace('-', '_')}.json"
        yield name, sorted(Crate(name.replace("-", "_"), path.read_text(encoding="utf8")).lines)


def main():
    other = False
    KEPT.mkdir(exist_ok=True)
    for name, lines in crates():
        path = KEPT / f"{name}.txt"
        if "--write" in sys.argv[1:]:
            path.write_text("\n".join(lines) + "\n", encoding="utf8")
            continue
        kept = path.read_text(encoding="utf8").splitlines() if path.exists() else []
        for line in difflib.unified_diff(kept, lines, str(path.relative_to(ROOT)), "now", lineterm="", n=0):
            other = True
            print(line)
    if other:
        sys.exit("the public interface is another: if that is meant, run `python3 .ci/api.py --write`")


if __name__ == "__main__":
    main()
