"""Precision and device, measured once for a computer."""

from unittest.mock import Mock

import pytest

from core.networks import device
from core.networks.architectures import ARCHITECTURES, build_network
from core.networks.device import choose_compute, has_depthwise
from core.system import measurement_cache


@pytest.mark.parametrize(("times_as_fast", "half"), [(3.0, True), (1.1, False)])
def test_precision_is_measured_once_for_a_computer(times_as_fast, half, tmp_path, monkeypatch):
    monkeypatch.setattr(device.torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(device.torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(measurement_cache, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(device, "_measure_bfloat16_speedup", Mock(side_effect=[times_as_fast, times_as_fast]))
    choose = choose_compute.__wrapped__  # as in another start
    assert [choose().half, choose().half] == [half, half]
    assert device._measure_bfloat16_speedup.call_count == 1
    (kept,) = (tmp_path / "training").iterdir()
    kept.write_text("{damaged")
    assert choose().half == half
    assert device._measure_bfloat16_speedup.call_count == 2


def test_networks_that_filter_each_channel_alone_have_a_measurement_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(device.torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(device.torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(measurement_cache, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(device, "_measure_bfloat16_speedup", lambda depthwise: 0.5 if depthwise else 3.0)
    choose = choose_compute.__wrapped__
    for _ in range(2):
        assert choose().half
        assert not choose(depthwise=True).half
    assert {name for name in ARCHITECTURES if has_depthwise(build_network(name, 2))} == {
        "efficientnet_b0", "efficientnet_lite0",
    }  # fmt: skip
