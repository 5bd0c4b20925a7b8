"""Write texts into the metadata of an ONNX graph."""

from collections.abc import Mapping

import onnx

from core.system.product import PROGRAM, VERSION


def add_metadata(graph: bytes, entries: Mapping[str, str]) -> bytes:
    """Return a graph that carries `entries`, and names this program as its producer."""
    model = onnx.load_from_string(graph)
    model.producer_name, model.producer_version = PROGRAM, VERSION
    onnx.helper.set_model_props(model, dict(entries))
    return bytes(model.SerializeToString())
