"""A token classifier behind FastAPI, as its documentation and that of `transformers` show it: the peer of `xner serve`.

    python3 tools/bench/serve_peer.py MODEL PORT
"""
import sys

import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from transformers import pipeline

torch.set_num_threads(2)
tagger = pipeline("token-classification", sys.argv[1], aggregation_strategy="simple")
app = FastAPI()


class Question(BaseModel):
    text: str


@app.get("/healthz")
def health():
    return "ok"


@app.post("/v1/entities")
def entities(question: Question):
    found = tagger(question.text)
    return {"entities": [{**one, "score": float(one["score"])} for one in found]}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
