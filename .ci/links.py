"""Every relative link of the README and the book leads to a file, and no placeholder is left."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
faults = []
for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/src/**/*.md"), *ROOT.glob("crates/*/README.md")]:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)|\{\{#include ([^}]+)\}\}", text):
        target = (target[0] or target[1]).strip()
        if "://" not in target and not (page.parent / target).exists():
            faults.append(f"{page.relative_to(ROOT)}: no such file: {target}")
    for word in re.findall(r"^[A-Z]+_(?:TABLE|ROW)$", text, re.M):
        faults.append(f"{page.relative_to(ROOT)}: placeholder {word}")
print("\n".join(faults) or "all links lead somewhere")
sys.exit(1 if faults else 0)
