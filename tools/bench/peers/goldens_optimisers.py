"""Golden numbers for libs/tensor/src/optimisers.spec.ts, printed as the TypeScript of libs/tensor/src/optimisers-goldens.fixture.ts.

    python goldens_optimisers.py > libs/tensor/src/optimisers-goldens.fixture.ts

SGD, Adagrad, Adam, AdamW, clipping and the schedules are PyTorch's own; LAMB is the paper's algorithm 2 in PyTorch operations (You et al. 2020), FTRL
is the paper's algorithm 1 in doubles (McMahan et al. 2013), as PyTorch has neither. All in Float64, six steps, two parameters of 4 and 3 numbers.
"""

import json
import math
import warnings

warnings.filterwarnings("ignore")  # that NumPy is absent

import torch

STEPS = 6
RATE = 0.05
START = [[0.5, -1.25, 0.0, 2.0], [0.75, -0.1, 1.5]]
SHOWN = [0, 3, 5]  # the steps whose parameters are printed
DIGITS = 12
GRADIENTS = [
    [
        [round(math.sin(1 + 7 * t + i) * (10 if t == 3 else 1), 6) for i in range(4)],
        [round(math.cos(2 + 5 * t + i) * (0 if t == 1 else 0.3), 6) for i in range(3)],
    ]
    for t in range(STEPS)
]


def trained(make, clip_norm=None):
    parameters = [torch.tensor(values, dtype=torch.float64, requires_grad=True) for values in START]
    optimiser = make(parameters)
    states = []
    for gradients in GRADIENTS:
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        if clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(parameters, clip_norm)
        optimiser.step()
        states.append([value for parameter in parameters for value in parameter.tolist()])
    return states


class Lamb(torch.optim.Optimizer):
    def __init__(self, parameters, lr, betas, eps, weight_decay):
        super().__init__(parameters, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for parameter in group["params"]:
                state = self.state[parameter]
                step = state["step"] = state.get("step", 0) + 1
                mean = state.setdefault("mean", torch.zeros_like(parameter))
                square = state.setdefault("square", torch.zeros_like(parameter))
                mean.mul_(first).add_(parameter.grad, alpha=1 - first)
                square.mul_(second).addcmul_(parameter.grad, parameter.grad, value=1 - second)
                ratio = (mean / (1 - first**step)) / ((square / (1 - second**step)).sqrt() + group["eps"])
                direction = ratio + group["weight_decay"] * parameter
                held, moved = parameter.norm(), direction.norm()
                trust = held / moved if held > 0 and moved > 0 else 1.0
                parameter.sub_(group["lr"] * trust * direction)


def ftrl(alpha, beta, l1, l2):
    weights = [value for values in START for value in values]
    z = [0.0] * len(weights)
    n = [0.0] * len(weights)
    states = []
    for gradients in GRADIENTS:
        for i, g in enumerate(value for values in gradients for value in values):
            sigma = (math.sqrt(n[i] + g * g) - math.sqrt(n[i])) / alpha
            z[i] += g - sigma * weights[i]
            n[i] += g * g
            sign = math.copysign(1.0, z[i])
            weights[i] = 0.0 if abs(z[i]) <= l1 else -(z[i] - sign * l1) / ((beta + math.sqrt(n[i])) / alpha + l2)
        states.append(list(weights))
    return states


def rates(make, steps=10):
    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimiser = torch.optim.SGD([parameter], lr=0.1)
    schedule = make(optimiser)
    values = []
    for _ in range(steps):
        values.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return values



optim, schedulers = torch.optim, torch.optim.lr_scheduler
UPDATES = [
    ("plain descent", {"kind": "sgd"}, None, lambda p: optim.SGD(p, lr=RATE)),
    ("momentum", {"kind": "sgd", "momentum": 0.9}, None, lambda p: optim.SGD(p, lr=RATE, momentum=0.9)),
    ("Adagrad", {"kind": "adagrad"}, None, lambda p: optim.Adagrad(p, lr=RATE)),
    (
        "Adagrad with a start",
        {"kind": "adagrad", "initialAccumulator": 0.1, "epsilon": 1e-8},
        None,
        lambda p: optim.Adagrad(p, lr=RATE, initial_accumulator_value=0.1, eps=1e-8),
    ),
    ("Adam", {"kind": "adam"}, None, lambda p: optim.Adam(p, lr=RATE)),
    ("Adam with other constants", {"kind": "adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}, None, lambda p: optim.Adam(p, lr=RATE, betas=(0.8, 0.95), eps=1e-3)),
    ("AdamW", {"kind": "adamw"}, None, lambda p: optim.AdamW(p, lr=RATE)),
    ("AdamW with much decay", {"kind": "adamw", "weightDecay": 0.5}, None, lambda p: optim.AdamW(p, lr=RATE, weight_decay=0.5)),
    ("a clipped gradient", {"kind": "sgd"}, 1.5, lambda p: optim.SGD(p, lr=RATE)),
    ("a clipped gradient under Adam", {"kind": "adam"}, 1.5, lambda p: optim.Adam(p, lr=RATE)),
    ("LAMB", {"kind": "lamb"}, None, lambda p: Lamb(p, lr=RATE, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01)),
]
SCHEDULES = [
    ({"kind": "warm-up", "rate": 0.1, "warmUpSteps": 4}, lambda o: schedulers.LinearLR(o, start_factor=1 / 4, total_iters=3)),
    ({"kind": "cosine", "rate": 0.1, "floor": 0.01, "steps": 9}, lambda o: schedulers.CosineAnnealingLR(o, T_max=9, eta_min=0.01)),
    ({"kind": "step", "rate": 0.1, "every": 3, "factor": 0.5}, lambda o: schedulers.StepLR(o, step_size=3, gamma=0.5)),
]



def shown(states):
    return [{"after": step + 1, "parameters": [float(f"{value:.{DIGITS}g}") for value in states[step]]} for step in SHOWN]


updates = [{"name": name, "optimiser": optimiser, "clipNorm": clip, "states": shown(trained(make, clip))} for name, optimiser, clip, make in UPDATES]
for l1, l2 in [(0, 0), (0.4, 0.2)]:
    optimiser = {"kind": "ftrl", "l1": l1, "l2": l2}
    updates.append({"name": f"FTRL with l1 {l1} and l2 {l2}", "optimiser": optimiser, "clipNorm": None, "states": shown(ftrl(RATE, 1.0, l1, l2))})
schedules = [{"schedule": schedule, "rates": rates(make)} for schedule, make in SCHEDULES]

print(f"// Printed by tools/bench/peers/goldens_optimisers.py with PyTorch {torch.__version__.split('+')[0]}; do not edit.")
print("import type { DenseOptimiser } from './optimisers'")
print("import type { LearningRateSchedule } from './schedules'\n")
print(f"export const START: readonly number[] = {json.dumps([value for values in START for value in values])}\n")
print(f"export const GRADIENTS: readonly (readonly number[])[] = {json.dumps([[v for values in g for v in values] for g in GRADIENTS])}\n")
print("interface GoldenUpdate {")
print("  readonly name: string\n  readonly optimiser: DenseOptimiser\n  readonly clipNorm: number | null")
print("  readonly states: readonly { readonly after: number; readonly parameters: readonly number[] }[]\n}\n")
print("/** Parameters after some of the steps, by optimiser; the learning rate is 0.05. */")
print(f"export const UPDATES: readonly GoldenUpdate[] = {json.dumps(updates)}\n")
print("/** Learning rates of the first ten steps. */")
print(f"export const SCHEDULES: readonly {{ readonly schedule: LearningRateSchedule; readonly rates: readonly number[] }}[] = {json.dumps(schedules)}")
