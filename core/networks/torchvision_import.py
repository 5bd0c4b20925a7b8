"""torchvision's networks, imported where its compiled operators cannot load, and without torch's compiler."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import torch

COMPILER = "torch._dynamo"
_library: torch.library.Library | None = None


def import_models() -> Any:
    """The module torchvision.models."""
    prepare_torchvision()
    with _without_compiler():
        from torchvision import models
    return models


def prepare_torchvision() -> None:
    """Declare torchvision's `nms` and `qnms` where its compiled operators cannot load.

    Its wheel is built for CUDA; beside a CPU torch its import fails for want of these two schemas, which
    classification never calls. Must run before the first import of torchvision; a second call does nothing.
    """
    global _library
    if _library is not None or find_spec("torchvision") is None:
        return
    if torch.version.cuda is not None:
        return  # a CUDA torch loads the compiled operators itself
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _library = library


@contextmanager
def _without_compiler() -> Iterator[None]:
    """Let torchvision's RoIAlign find a stand-in for the one question that it asks torch's compiler at its import.

    The compiler takes 2 s to import, half of a cold start, and classification has no RoIAlign, which with this answer
    would take its way without a compiler. Whoever needs the compiler later imports the real one.
    """
    if COMPILER in sys.modules or "torchvision" in sys.modules:
        yield
        return
    package, utils = ModuleType(COMPILER), ModuleType(f"{COMPILER}.utils")
    package.__path__ = []
    package.utils = utils  # type: ignore[attr-defined]
    utils.is_compile_supported = lambda _device: False  # type: ignore[attr-defined]
    stand_ins = {COMPILER: package, utils.__name__: utils}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
