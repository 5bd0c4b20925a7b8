"""Import torchvision's networks without its compiled operators and torch's compiler."""

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
    """Import and return the module torchvision.models."""
    prepare_torchvision()
    with _without_compiler():
        from torchvision import models
    return models


def prepare_torchvision() -> None:
    """Declare torchvision's `nms` and `qnms` if its compiled operators cannot load.

    Its wheel is built for CUDA; with a CPU build of torch its import fails because these two
    schemas are missing, although classification never calls them. Must run before torchvision is
    first imported; a second call does nothing.
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
    """Replace torch's compiler by a stub while torchvision is imported.

    When imported, torchvision's RoIAlign asks the compiler one question, whether it is supported.
    The real compiler takes 2 s to import, half of a cold start. The stub answers no, which selects
    RoIAlign's implementation without a compiler; classification uses no RoIAlign. The stub is
    removed afterwards, so a later import gets the real compiler.
    """
    if COMPILER in sys.modules or "torchvision" in sys.modules:
        yield
        return
    package, utils = ModuleType(COMPILER), ModuleType(f"{COMPILER}.utils")
    package.__path__ = []
    package.utils = utils  # type: ignore[attr-defined]
    utils.is_compile_supported = lambda _device: False  # type: ignore[attr-defined]
    stubs = {COMPILER: package, utils.__name__: utils}
    sys.modules.update(stubs)
    try:
        yield
    finally:
        for name, module in stubs.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
