"""Jobs that are faked."""

import pytest

from core.jobs.events import Noted


@pytest.fixture
def fake(monkeypatch):
    """Replace a job by one that notes a sentence and returns `result`; give the arguments it was called with."""

    def replace_job(name, result):
        calls = []

        def job(*arguments):
            calls.append(arguments)
            yield Noted("The job runs.")
            return result

        monkeypatch.setattr(name, job)
        return calls

    return replace_job
