"""A token classifier of `transformers` behind FastAPI: the peer of `xner serve`.

    python3 tools/bench/serve_peer.py MODEL [--batches] PORT

Each request is answered on a thread of FastAPI's pool. With --batches one task takes all requests that wait, 64 at
most, and asks the pipeline once for all.
"""
import asyncio
import contextlib
import sys

import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from transformers import pipeline

torch.set_num_threads(2)
tagger = pipeline("token-classification", sys.argv[1], aggregation_strategy="simple")
waiting = asyncio.Queue()


class Question(BaseModel):
    text: str


def shown(found):
    return {"entities": [{**one, "score": float(one["score"])} for one in found]}


async def answers():
    while True:
        asked = [await waiting.get()]
        while not waiting.empty() and len(asked) < 64:
            asked.append(waiting.get_nowait())
        texts = [text for text, _ in asked]
        found = await asyncio.to_thread(lambda: tagger(texts, batch_size=len(texts)))
        for (_, answer), one in zip(asked, found):
            answer.set_result(one)


@contextlib.asynccontextmanager
async def life(_):
    task = asyncio.create_task(answers())
    yield
    task.cancel()


app = FastAPI(lifespan=life)


@app.get("/healthz")
def health():
    return "ok"


if "--batches" in sys.argv:
    @app.post("/v1/entities")
    async def entities(question: Question):
        answer = asyncio.get_running_loop().create_future()
        await waiting.put((question.text, answer))
        return shown(await answer)
else:
    @app.post("/v1/entities")
    def entities(question: Question):
        return shown(tagger(question.text))


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[-1]), log_level="warning")
