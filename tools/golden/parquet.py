"""A data set as Hugging Face's `datasets` writes it, its labels numbers whose names stand in the metadata: pip install
pyarrow

    python3 tools/golden/parquet.py crates/xner-cli/tests/golden/data-set.parquet
"""
import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = [(["Ada", "Lovelace", "lived"], [1, 2, 0]), (["Rain", "fell", "on", "Lund"], [0, 0, 0, 3])]
NAMES = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]

features = {
    "tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"},
    "ner_tags": {"feature": {"names": NAMES, "_type": "ClassLabel"}, "_type": "List"},
}
columns = {
    "tokens": pa.array([tokens for tokens, _ in ROWS]),
    "ner_tags": pa.array([tags for _, tags in ROWS], type=pa.list_(pa.int64())),
}
table = pa.table(columns)
table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
pq.write_table(table, sys.argv[1])
