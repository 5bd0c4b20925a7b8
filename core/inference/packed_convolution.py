"""Convolutions in bfloat16 as oneDNN takes them quickest: weights laid out once, what follows in the same pass.

Conv2d lays its weights out anew in every call, and adds a shortcut and cuts off below zero in passes of their own; in
ResNet-18 that is a third of the time. The operations are those that torch's own compiler uses for this.
"""

import operator
from typing import Final

import torch
from torch import Tensor, fx, nn

ADDITIONS: Final = (operator.iadd, operator.add, torch.add)


class PackedConvolution(nn.Module):
    """What `convolution`, in bfloat16, gives, with a ReLU after it if so said. Raises RuntimeError without oneDNN.

    forward: (n, channels, height, width), and what is to be added before the ReLU if anything, to (n, outputs, height,
    width), channels last.
    """

    def __init__(self, convolution: nn.Conv2d, *, relu: bool) -> None:
        super().__init__()
        if not torch.backends.mkldnn.is_available() or isinstance(convolution.padding, str):
            raise RuntimeError("no packed convolution here")
        self._how = (convolution.padding, convolution.stride, convolution.dilation, convolution.groups)
        self._weight = torch.ops.mkldnn._reorder_convolution_weight(convolution.weight, *self._how)
        self._bias, self._relu = convolution.bias, "relu" if relu else "none"

    def forward(self, films: Tensor, added: Tensor | None = None) -> Tensor:
        run = torch.ops.mkldnn._convolution_pointwise
        if added is None:
            return run(films, self._weight, self._bias, *self._how, self._relu, [], None)  # type: ignore[no-any-return]
        how, relu = (*self._how, "add", 1.0), self._relu if self._relu != "none" else None
        return run.binary(films, added, self._weight, self._bias, *how, relu, [], None)  # type: ignore[no-any-return]


def pack_convolutions(backbone: fx.GraphModule) -> None:
    """Put packed ones in place of all convolutions, and into them the additions and ReLUs that alone follow them."""
    modules = dict(backbone.named_modules())
    for node in list(backbone.graph.nodes):
        convolution = modules.get(str(node.target)) if node.op == "call_module" else None
        if not isinstance(convolution, nn.Conv2d):
            continue
        chain, shortcut = [node], _added(node)
        if shortcut is not None:
            chain += node.users
        relu = [user for user in chain[-1].users if isinstance(modules.get(str(user.target)), nn.ReLU)]
        has_relu = len(relu) == len(chain[-1].users) == 1
        chain += relu if has_relu else []
        backbone.set_submodule(str(node.target), PackedConvolution(convolution, relu=has_relu))
        if len(chain) == 1:
            continue
        with backbone.graph.inserting_before(chain[-1]):  # by then the shortcut is there as well
            packed = backbone.graph.call_module(str(node.target), (node.args[0], shortcut))
        chain[-1].replace_all_uses_with(packed)
        for done in reversed(chain):
            backbone.graph.erase_node(done)
    backbone.graph.lint()
    backbone.recompile()


def _added(node: fx.Node) -> fx.Node | None:
    """The other one where nothing is done with `node` but to add it to another outcome of the network."""
    user = next(iter(node.users)) if len(node.users) == 1 else None
    if user is None or user.op != "call_function" or user.target not in ADDITIONS or len(user.args) != 2 or user.kwargs:
        return None
    others = [argument for argument in user.args if argument is not node]
    return others[0] if len(others) == 1 and isinstance(others[0], fx.Node) else None
