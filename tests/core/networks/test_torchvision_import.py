"""torchvision without torch's compiler, which is left as it was. In a fresh interpreter: test_architecture.py."""

import sys

from core.networks.torchvision_import import import_models, prepare_torchvision


def test_the_networks_are_torchvisions_own():
    models = import_models()
    assert models is sys.modules["torchvision.models"]
    assert models.resnet18().fc.out_features == 1000


def test_it_may_be_prepared_twice():
    prepare_torchvision()  # a second definition of an operator would raise
    prepare_torchvision()


def test_no_stub_of_the_compiler_is_left():
    import_models()
    compiler = sys.modules.get("torch._dynamo")
    assert compiler is None or compiler.__file__
