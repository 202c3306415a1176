"""Holds our ONNX files to the ONNX checker and to ONNX Runtime for Python, for tools/bench/src/onnx-check.ts.

onnx_check.py DIRECTORY

Reads DIRECTORY/cases.json; says on stdout, a line each: versions, how far the runtime's results lie from ours at most, as a share of the largest
value of their tensor, and each graph that the checker refuses.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime


def floats(path, shape=(-1,)):
    return numpy.fromfile(path, dtype=numpy.float32).reshape(shape)


def refusal(path):
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
        return None
    except Exception as error:  # the checker and shape inference have exceptions of their own
        return f"{path.name}: {str(error).splitlines()[0]}"


def differences(directory, case):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(directory / f"{case['name']}.onnx", options, providers=["CPUExecutionProvider"])
    feeds = {feed["name"]: floats(directory / feed["file"], feed["shape"]) for feed in case["inputs"]}
    for theirs, file in zip(session.run(None, feeds), case["outputs"], strict=True):
        ours = floats(directory / file)
        scale = max(float(numpy.abs(ours).max()), 1e-6)
        yield float(numpy.abs(theirs.ravel() - ours).max()) / scale


def main():
    directory = pathlib.Path(sys.argv[1])
    cases = json.loads((directory / "cases.json").read_text())
    refused = [found for case in cases if (found := refusal(directory / f"{case['name']}.onnx"))]
    largest = max(difference for case in cases for difference in differences(directory, case))
    print(f"onnx {onnx.__version__} and onnxruntime {onnxruntime.__version__}", largest, *refused, sep="\n")


main()
