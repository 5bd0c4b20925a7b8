"""Scripts of packaging/, which is no package: its folder has the name of a module of PyPI."""

import sys

import pytest

from tests.factories import ROOT


@pytest.fixture
def packaging_modules(monkeypatch):
    """Make the modules of packaging/ importable, and forget them afterwards."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(ROOT / "packaging")):
            del sys.modules[name]
