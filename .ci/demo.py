"""The demonstration's scores are those of a model that learned: `python3 .ci/demo.py demo.json`"""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    demo = json.load(file)
f1 = {name: scores["overall"]["f1"] for name, scores in demo["scores"].items()}
print(f1, f"{demo['seconds']:.0f} s")
source, mapped, unmapped = f1["source_test"], f1["target_test_words"], f1["target_test_unmapped"]
if not (source > 0.9 and mapped > 0.7 and mapped > unmapped + 0.3):
    sys.exit("the demonstration scores too low: expected over 0.9 on the source language, and over 0.7 on the "
             "target language through mapped vectors, well above unmapped ones")
