"""Loss and gradients of the sequence model in PyTorch, for tools/bench/src/transformer.ts: the same batch, parameters and equations.

transformer.py DIRECTORY

Reads DIRECTORY/model.json and DIRECTORY/<feed>.bin (Float32). Tries itself eager and compiled, and says on stdout which one was faster, with the
loss; then each line on stdin is a number of steps, answered by the seconds that they took.
"""

import json
import pathlib
import sys
import time
import warnings

warnings.filterwarnings("ignore")  # that NumPy is absent, and the like, before torch looks for it

import torch
import torch.nn.functional as F

TRIALS = 5
EPSILON = 1e-6


class Sequence:
    def __init__(self, directory):
        self.size = json.loads((pathlib.Path(directory) / "model.json").read_text())
        batch, positions, width, candidates = (self.size[name] for name in ("batch", "positions", "width", "candidates"))
        shapes = {
            "sequence": (batch, positions + 1, width),
            "candidates": (candidates, width),
            "weights": (batch, positions, 1),
            "followedKey": (batch, positions, 1),
            "candidateKey": (1, 1, candidates),
            "followedLogQ": (batch, positions, 1),
            "candidateLogQ": (1, 1, candidates),
        }
        self.feeds = {name: read(directory, name).view(shape) for name, shape in shapes.items()}
        dense = read(directory, "dense")
        self.parameters = {}
        for parameter in self.size["parameters"]:
            shape, offset = parameter["shape"], parameter["offset"]
            cells = torch.Size(shape).numel()
            self.parameters[parameter["name"]] = dense[offset : offset + cells].view(shape).clone().requires_grad_()
        self.learned = [self.feeds["sequence"].requires_grad_(), self.feeds["candidates"].requires_grad_(), *self.parameters.values()]
        half = width // self.size["heads"] // 2
        angles = torch.arange(positions, dtype=torch.float64)[:, None] * 10000 ** (-torch.arange(half, dtype=torch.float64) / half)
        self.cosines, self.sines = angles.cos().float().repeat(1, 2), angles.sin().float().repeat(1, 2)

    def turn(self, x):
        first, second = x.chunk(2, -1)
        return x * self.cosines + torch.cat((-second, first), -1) * self.sines

    def heads(self, x):
        return x.unflatten(-1, (self.size["heads"], -1)).transpose(1, 2)

    def block(self, h, layer):
        weight = lambda name: self.parameters[f"{layer}/{name}"]
        width = (self.size["width"],)
        x = F.rms_norm(h, width, eps=EPSILON)
        projected = x @ torch.cat((weight("queries"), weight("keys"), weight("values")), 1)
        queries, keys, values = (self.heads(part) for part in projected.chunk(3, -1))
        heard = F.scaled_dot_product_attention(self.turn(queries), self.turn(keys), values, is_causal=True)
        h = h + heard.transpose(1, 2).flatten(-2) @ weight("output")
        x = F.rms_norm(h, width, eps=EPSILON)
        return h + (F.silu(x @ weight("gate")) * (x @ weight("up"))) @ weight("down")

    def loss(self):
        feeds = self.feeds
        items, followed = feeds["sequence"][:, :-1], feeds["sequence"][:, 1:]
        h = items
        for layer in range(self.size["layers"]):
            h = self.block(h, layer)
        h = F.rms_norm(h, (self.size["width"],), 1 + self.parameters["gain"], EPSILON)
        positive = (h * followed).sum(-1, keepdim=True) - feeds["followedLogQ"]
        others = h @ feeds["candidates"].T - feeds["candidateLogQ"]
        others = others.masked_fill(feeds["followedKey"] == feeds["candidateKey"], -1e9)
        return (feeds["weights"] * F.softplus(torch.logsumexp(others, -1, keepdim=True) - positive)).sum()


def read(directory, name):
    return torch.frombuffer(bytearray((pathlib.Path(directory) / f"{name}.bin").read_bytes()), dtype=torch.float32)


def run(model, loss, steps):
    start = time.perf_counter()
    for _ in range(steps):
        for tensor in model.learned:
            tensor.grad = None
        loss().backward()
    return time.perf_counter() - start


def fastest(model, ways):
    """The fastest way that this installation can go: where there is no compiler, that is the eager one."""
    seconds = {}
    for way, loss in ways.items():
        try:
            run(model, loss, 2)
            seconds[way] = min(run(model, loss, 1) for _ in range(TRIALS))  # whatever else the machine does
        except Exception as error:  # a missing C++ compiler shows itself in many ways
            print(f"PyTorch cannot go {way}: {str(error).splitlines()[0]}", file=sys.stderr, flush=True)
    return min(seconds, key=seconds.get)


def main():
    torch.set_num_threads(1)
    model = Sequence(sys.argv[1])
    ways = {"eager": model.loss, "compiled": torch.compile(model.loss)}
    way = fastest(model, ways)
    print(f"PyTorch {torch.__version__}, 1 thread, {way}, loss {model.loss().item():.6f}", flush=True)
    for line in sys.stdin:
        print(run(model, ways[way], int(line)), flush=True)


main()
