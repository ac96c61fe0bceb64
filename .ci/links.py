"""Every relative link of the README and the book leads to a file, and to a heading where it names one; none leads out of the
book, whose pages alone mdbook copies; no placeholder is left."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BOOK = ROOT / "docs" / "src"
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?[^)]*\)|\{\{#include ([^}]+)\}\}")
PLACEHOLDER = re.compile(r"^[A-Z]+_(?:TABLE|ROW)$|\b(?:to be filled in|todo|fixme|tbd)\b", re.M | re.I)


def anchors(page):
    """The headings' names, as GitHub and mdbook make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


faults = []
for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/src/**/*.md"), *ROOT.glob("crates/*/README.md")]:
    text = page.read_text(encoding="utf-8")
    for link, anchor, include in LINK.findall(text):
        target = (link or include).strip()
        if "://" in target:
            continue
        file = page.parent / target if target else page
        # What is included is copied into its page, wherever it comes from.
        out = link and page.is_relative_to(BOOK) and not file.resolve().is_relative_to(BOOK)
        if not file.exists():
            faults.append(f"{page.relative_to(ROOT)}: no such file: {target}")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            faults.append(f"{page.relative_to(ROOT)}: no such heading: {target}#{anchor}")
        elif out:
            faults.append(f"{page.relative_to(ROOT)}: leads out of the book: {target}; name it as a path, `like/this`")
    for word in PLACEHOLDER.findall(text):
        faults.append(f"{page.relative_to(ROOT)}: placeholder {word}")
print("\n".join(faults) or "all links lead somewhere")
sys.exit(1 if faults else 0)
