"""Ways to take the same step, eager and compiled: which of them this installation takes fastest."""

import sys

TRIAL_STEPS = 12


def fastest(ways, run):
    """The name of the way whose trial, run(way, steps), takes the fewest seconds: where there is no compiler, that is the eager one."""
    seconds = {}
    for way in ways:
        try:
            run(way, 2)
            seconds[way] = run(way, TRIAL_STEPS)
        except Exception as error:  # a missing C++ compiler shows itself in many ways
            print(f"PyTorch cannot go {way}: {str(error).splitlines()[0]}", file=sys.stderr, flush=True)
    return min(seconds, key=seconds.get)
