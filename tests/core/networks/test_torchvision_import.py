"""torchvision without torch's compiler, which is left as it was. In a fresh interpreter: test_architecture.py."""

import sys
from types import ModuleType

import pytest

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


COMPILER, UTILS = "torch._dynamo", "torch._dynamo.utils"


def is_concerned(name):
    return name.split(".")[0] == "torchvision" or name == COMPILER or name.startswith(f"{COMPILER}.")


@pytest.fixture
def fake_torchvision(tmp_path, monkeypatch):
    """A package in place of torchvision whose `models` asks the compiler what RoIAlign asks.

    Neither it nor the compiler is imported yet; afterwards all is as it was.
    """
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if is_concerned(name)}
    package = tmp_path / "packages" / "torchvision"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "models.py").write_text(
        "from torch._dynamo.utils import is_compile_supported\nsupported = is_compile_supported('cpu')\n"
    )
    monkeypatch.syspath_prepend(str(package.parent))
    yield package
    for name in [name for name in sys.modules if is_concerned(name)]:
        del sys.modules[name]
    sys.modules.update(kept)


def test_the_stub_says_that_nothing_can_be_compiled_and_is_gone_afterwards(fake_torchvision):
    models = import_models()
    assert models.__file__ == str(fake_torchvision / "models.py")
    assert models.supported is False
    assert COMPILER not in sys.modules
    assert UTILS not in sys.modules


def test_it_is_gone_after_an_import_that_fails(fake_torchvision):
    (fake_torchvision / "models.py").write_text("import torch._dynamo.utils\nraise ImportError('no such operator')\n")
    with pytest.raises(ImportError, match="no such operator"):
        import_models()
    assert COMPILER not in sys.modules
    assert UTILS not in sys.modules


@pytest.mark.usefixtures("fake_torchvision")
def test_a_compiler_that_is_there_is_used():
    compiler, utils = ModuleType(COMPILER), ModuleType(UTILS)
    utils.is_compile_supported = lambda device: device == "cpu"
    sys.modules.update({COMPILER: compiler, UTILS: utils})
    assert import_models().supported is True
    assert sys.modules[COMPILER] is compiler
    assert sys.modules[UTILS] is utils


def test_a_compiler_that_arrives_meanwhile_is_kept(fake_torchvision):
    (fake_torchvision / "models.py").write_text(
        f"import sys, types\nsys.modules['{COMPILER}'] = real = types.ModuleType('{COMPILER}')\n"
    )
    models = import_models()
    assert sys.modules[COMPILER] is models.real
    assert UTILS not in sys.modules
