"""What a person decides about a dataset: kept beside the program, never beside the films."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.label_list import Columns
from core.datasets.preparation import (
    AS_IT_IS,
    Action,
    Correction,
    Preparation,
    SplitChoice,
    Step,
    format_corrections,
    format_preparation,
    from_json_object,
    load_kept_preparation,
    load_preparation,
    preparation_path,
    save_preparation,
)
from core.system.errors import JobFailed

names = st.text(st.characters(codec="utf-8"), max_size=20)
corrections = st.builds(Correction, names, st.sampled_from(Action), names)
steps = st.builds(Step, names, st.lists(corrections, max_size=3).map(tuple), st.none() | st.sampled_from(SplitChoice))


@given(st.lists(steps, max_size=4).map(tuple), st.booleans(), st.none() | names)
def test_preparation_survives_json(made, accepts, pattern):
    preparation = Preparation(Columns("a", "b"), None, pattern, made, accepts)
    assert from_json_object(json.loads(format_preparation(preparation))) == preparation


def test_sidecar_is_kept_in_the_app_and_checked(tmp_path):
    source = tmp_path / "films"
    assert load_kept_preparation(source) == AS_IT_IS
    wanted = AS_IT_IS.with_step(Step("=danger", (Correction("=a.png", Action.EXCLUDE),)))
    save_preparation(wanted, preparation_path(source))
    assert load_kept_preparation(source) == wanted
    assert not source.exists()
    assert format_corrections(wanted).splitlines() == ["file,action,value,step", "'=a.png,exclude,,'=danger"]
    for broken in ("{", "[]", '{"format": 1}', '{"format": 2}'):
        (tmp_path / "p.json").write_text(broken)
        with pytest.raises(JobFailed):
            load_preparation(tmp_path / "p.json")
