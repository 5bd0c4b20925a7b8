"""Compute a network's convolutions in 8-bit integers: ONNX Runtime's static quantisation, with ranges of our own.

Weights become 8 bits for each output channel, activations 8 bits for each tensor; the first
convolution with its pooling, and the head, stay in single precision. With the ranges that ONNX
Runtime can find, least and greatest value or percentiles, probabilities were up to twice as far
from those in full precision as with ranges of the least error (benchmarks/RESULTS.md).
"""

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.calibrate import TensorData, TensorsData, save_tensors_data

from core.films.images import Grey
from core.inference.engine import FILMS, LOGITS
from core.inference.graph_engine import open_session
from core.system.app_folders import cache_folder
from core.system.files import OWN_TEMPORARY, explain_write_errors

Values = npt.NDArray[np.float32]
Ranges = Mapping[str, tuple[float, float]]

# GlobalAveragePool and what lies between convolutions; the head is Gemm
OPERATORS: Final = ("Conv", "Add", "Relu", "Clip", "MaxPool", "AveragePool", "Concat", "GlobalAveragePool")
FOLLOW_STEM: Final = frozenset({"Relu", "Clip", "Sigmoid", "Mul", "MaxPool"})  # what is computed like the first layer
FEATURE_MAP_AXES: Final = 4  # film, channel, row, column
VALUES_PER_FILM: Final = 500  # of each tensor, spread evenly; 2,000 gave the same
MOST_VALUES: Final = 20_000  # of a tensor, whose error is computed
LEVELS: Final = 255  # steps of 8 bits
CANDIDATES: Final = np.linspace(0.3, 1, 29)  # fractions of the values' range that are tried


def sample_values(graph: bytes, films: Iterable[Grey]) -> dict[str, Values]:
    """Return for each tensor that becomes 8 bits some of its values on `films`, (n,).

    graph: in single precision, as `export_film_network` returns it. films: each (size, size) uint8.
    """
    model = onnx.load_from_string(graph)
    own = {output.name for output in model.graph.output}
    computed = {name for node in model.graph.node for name in node.output}
    used = {name for node in model.graph.node if node.op_type in OPERATORS for name in (*node.input, *node.output)}
    names = sorted(used & computed - own)
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    # one film after another: all tensors of a film may take 400 MB
    session = open_session(model.SerializeToString(), threads=os.cpu_count() or 1)
    samples: dict[str, list[Values]] = {}
    for film in films:
        for name, tensor in zip(names, session.run(names, {FILMS: film[None]}), strict=True):
            if tensor.ndim == FEATURE_MAP_AXES:
                values = tensor.ravel()
                samples.setdefault(name, []).append(values[:: max(1, values.size // VALUES_PER_FILM)].copy())
    return {name: np.concatenate(parts) for name, parts in samples.items()}


def find_ranges(values: Mapping[str, Values], norm: float) -> dict[str, tuple[float, float]]:
    """Return for each tensor the range in which 8 bits have the least error on `values`, as sampled.

    Values outside are clipped, those inside are rounded; the range balances both (Nagel et al. 2021,
    "A White Paper on Neural Network Quantization", section 3.1). norm: power of an error; 2 is the
    squared error, and greater ones clip less.
    """
    return {name: _find_range(of_tensor, norm) for name, of_tensor in values.items()}


def _find_range(values: Values, norm: float) -> tuple[float, float]:
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    if low == high:
        return low, high
    values = values[:: max(1, len(values) // MOST_VALUES)]
    parts = [(low * part, high * part) for part in CANDIDATES]
    errors = [np.mean(np.abs(_round_values(values, *part) - values) ** norm) for part in parts]
    low, high = parts[int(np.argmin(errors))]
    return float(f"{low:.6g}"), float(f"{high:.6g}")


def _round_values(values: Values, low: float, high: float) -> Values:
    """Return values as 8 bits give them: multiples of a step, clipped to low..high."""
    step = (high - low) / LEVELS
    zero = round(-low / step)
    return np.asarray((np.clip(np.round(values / step) + zero, 0, LEVELS) - zero) * step, np.float32)


def quantise(graph: bytes, ranges: Ranges) -> bytes:
    """Return a graph with its convolutions in 8 bits. ranges: as `find_ranges` returns them.

    Raises JobFailed where temporary files cannot be written.
    """
    own = cache_folder()
    with explain_write_errors(own), tempfile.TemporaryDirectory(prefix=OWN_TEMPORARY, dir=own) as folder:
        source, target, cache = (Path(folder) / name for name in ("float.onnx", "int8.onnx", "ranges.json"))
        source.write_bytes(graph)
        tensors = {
            name: TensorData(lowest=np.array([low], np.float32), highest=np.array([high], np.float32))
            for name, (low, high) in ranges.items()
        }
        save_tensors_data(TensorsData(CalibrationMethod.MinMax, tensors), cache)
        with _unused_logger():
            quantize_static(
                source,
                target,
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=list(OPERATORS),
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                nodes_to_exclude=_find_stem(onnx.load_from_string(graph)),
                calibration_cache_path=cache,
            )
        return target.read_bytes()


@contextmanager
def _unused_logger() -> Iterator[None]:
    """Keep what ONNX Runtime writes to the root logger from the screen.

    It asks for steps that this graph needs not, and where there is no handler its first line would
    install one that prints.
    """
    handler = logging.NullHandler()
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def _find_stem(model: onnx.ModelProto) -> list[str]:
    """Return the names of the first convolution and of what follows it up to the next one."""
    nodes = model.graph.node
    computed = {name for node in nodes for name in node.output}
    first = next(node for node in nodes if node.op_type == "Conv")
    names, tensors = [first.name], set(first.output)
    for node in nodes:
        inputs = computed.intersection(node.input)
        if node.op_type in FOLLOW_STEM and inputs and inputs <= tensors:
            names.append(node.name)
            tensors.update(node.output)
    return names


def shift_logits(graph: bytes, shift: Sequence[float]) -> bytes:
    """Return a graph whose logits are greater by `shift`, (outputs,)."""
    model = onnx.load_from_string(graph)
    head = next(node for node in model.graph.node if LOGITS in node.output)
    bias = next(tensor for tensor in model.graph.initializer if tensor.name == head.input[2])
    values = onnx.numpy_helper.to_array(bias) + np.array(shift, np.float32)
    bias.CopyFrom(onnx.numpy_helper.from_array(values, bias.name))
    return bytes(model.SerializeToString())
