"""The two-tower step over a large table in PyTorch, for tools/bench/src/billion.ts: the same batches, sizes, optimisers and softmax blocks.

billion.py DIRECTORY ROWS DIMENSIONS BATCH BLOCKS KIND,KIND,...

Reads DIRECTORY/KIND.bin (u32): 28 ids an example, the user's 4, two bags of 10, the item's 4. Tries itself eager and compiled on the first kind, and
says on stdout which one was faster; then each line on stdin is a kind and a number of steps, answered by the seconds that they took.
"""

import pathlib
import sys
import time
import warnings

warnings.filterwarnings("ignore")  # that NumPy is absent, and the like, before torch looks for it

import torch
from torch import nn

from ways import fastest

THREADS = 2  # the machine of the figures has two cores
USER, BAG, ITEM = 4, 10, 4
SLOTS = USER + 2 * BAG + ITEM


class TwoTower(nn.Module):
    def __init__(self, rows, dimensions, blocks):
        super().__init__()
        self.blocks = blocks
        self.embedding = nn.Embedding(rows, dimensions, sparse=True, _weight=torch.empty(rows, dimensions).uniform_(-0.05, 0.05))
        self.user = nn.Sequential(nn.Linear((USER + 2) * dimensions, 256), nn.ReLU(), nn.Linear(256, 64))
        self.item = nn.Sequential(nn.Linear(ITEM * dimensions, 128), nn.ReLU(), nn.Linear(128, 64))

    def forward(self, rows):
        bags = rows[:, USER : USER + 2 * BAG].unflatten(1, (2, BAG)).mean(2)
        users = self.user(torch.cat((rows[:, :USER], bags), 1).flatten(1))
        items = self.item(rows[:, -ITEM:].flatten(1))
        return users.unflatten(0, (self.blocks, -1)) @ items.unflatten(0, (self.blocks, -1)).transpose(1, 2)


class Trainer:
    def __init__(self, model, batches):
        self.model, self.batches, self.at = model, batches, 0
        self.dense = torch.optim.Adam([*model.user.parameters(), *model.item.parameters()], lr=0.001, fused=True)
        self.sparse = torch.optim.Adagrad([model.embedding.weight], lr=0.05)
        # rows are looked up outside of what is compiled: their gradient is sparse, which the compiler does not take
        self.ways = {"eager": self.loss, "compiled": torch.compile(self.loss)}

    def loss(self, rows):
        scores = self.model(rows)
        own = torch.arange(scores.shape[1]).expand(scores.shape[0], -1)
        return nn.functional.cross_entropy(scores.flatten(0, 1), own.flatten())

    def run(self, way, kind, steps):
        batches = self.batches[kind]
        start = time.perf_counter()
        for _ in range(steps):
            ids = batches[self.at % len(batches)]
            self.at += 1
            self.dense.zero_grad(set_to_none=True)
            self.sparse.zero_grad(set_to_none=True)
            self.ways[way](self.model.embedding(ids)).backward()
            self.dense.step()
            self.sparse.step()
        return time.perf_counter() - start


def read(directory, kind, batch):
    words = bytearray((pathlib.Path(directory) / f"{kind}.bin").read_bytes())
    return list(torch.frombuffer(words, dtype=torch.int32).view(-1, batch, SLOTS).long())


def main():
    directory, rows, dimensions, batch, blocks, kinds = sys.argv[1:]
    torch.manual_seed(1)
    torch.set_num_threads(THREADS)
    batches = {kind: read(directory, kind, int(batch)) for kind in kinds.split(",")}
    trainer = Trainer(TwoTower(int(rows), int(dimensions), int(blocks)), batches)
    way = fastest(trainer.ways, lambda way, steps: trainer.run(way, kinds.split(",")[0], steps))
    print(f"PyTorch {torch.__version__}, {THREADS} threads, {way}, fused Adam, sparse Adagrad", flush=True)
    for line in sys.stdin:
        kind, steps = line.split()
        print(trainer.run(way, kind, int(steps)), flush=True)


main()
