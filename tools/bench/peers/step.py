"""The Wide & Deep step in PyTorch, for tools/bench/src/step.ts: the same batches, the same sizes, the same optimisers.

step.py DIRECTORY ROWS SLOTS DIMENSIONS HIDDEN,HIDDEN,... BATCH

Reads DIRECTORY/rows.bin (u32) and DIRECTORY/labels.bin (Float32). Tries itself eager and compiled, and says on stdout which one was faster;
then each line on stdin is a number of steps, answered by the seconds that they took.
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


class WideAndDeep(nn.Module):
    def __init__(self, rows, slots, dimensions, hidden):
        super().__init__()
        self.embedding = nn.Embedding(rows, dimensions, sparse=True)
        self.wide = nn.Embedding(rows, 1, sparse=True)
        nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        nn.init.zeros_(self.wide.weight)
        widths = [slots * dimensions, *hidden]
        layers = []
        for before, after in zip(widths, widths[1:]):
            layers += [nn.Linear(before, after), nn.ReLU()]
        self.deep = nn.Sequential(*layers, nn.Linear(widths[-1], 1))

    def forward(self, embeddings, weights):
        return self.deep(embeddings.flatten(1)).squeeze(1) + weights.sum((1, 2))


class Trainer:
    def __init__(self, model, batches):
        self.model, self.batches, self.at = model, batches, 0
        self.dense = torch.optim.Adam(model.deep.parameters(), lr=0.001, fused=True)
        self.sparse = torch.optim.Adagrad([model.embedding.weight, model.wide.weight], lr=0.05)
        # rows are looked up outside of what is compiled: their gradient is sparse, which the compiler does not take
        self.ways = {"eager": self.loss, "compiled": torch.compile(self.loss)}

    def loss(self, embeddings, weights, labels):
        return nn.functional.binary_cross_entropy_with_logits(self.model(embeddings, weights), labels)

    def run(self, way, steps):
        start = time.perf_counter()
        for _ in range(steps):
            ids, labels = self.batches[self.at % len(self.batches)]
            self.at += 1
            self.dense.zero_grad(set_to_none=True)
            self.sparse.zero_grad(set_to_none=True)
            self.ways[way](self.model.embedding(ids), self.model.wide(ids), labels).backward()
            self.dense.step()
            self.sparse.step()
        return time.perf_counter() - start


def read(directory, name, dtype):
    return torch.frombuffer(bytearray((pathlib.Path(directory) / name).read_bytes()), dtype=dtype)


def main():
    directory, rows, slots, dimensions, hidden, batch = sys.argv[1:]
    torch.manual_seed(1)
    torch.set_num_threads(THREADS)
    ids = read(directory, "rows.bin", torch.int32).view(-1, int(batch), int(slots)).long()
    labels = read(directory, "labels.bin", torch.float32).view(-1, int(batch))
    model = WideAndDeep(int(rows), int(slots), int(dimensions), [int(width) for width in hidden.split(",")])
    trainer = Trainer(model, list(zip(ids, labels)))
    way = fastest(trainer.ways, trainer.run)
    print(f"PyTorch {torch.__version__}, {THREADS} threads, {way}, fused Adam, sparse Adagrad", flush=True)
    for line in sys.stdin:
        print(trainer.run(way, int(line)), flush=True)


main()
