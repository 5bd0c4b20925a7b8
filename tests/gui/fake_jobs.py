"""Jobs in place of real ones: they end at once, or when they are cancelled."""


def ending_with(result):
    """A job that gives this result at once."""

    def job(_cancel):
        return result
        yield

    return job


def lasting(cancel):
    """A job that lasts until it is cancelled."""
    cancel.wait(20)
    yield


def record(monkeypatch, module, name, result=None):
    """Replace the function that builds a job by one whose job ends with `result`; gives the arguments of each call."""
    calls = []

    def build(*arguments, **options):
        calls.append((*arguments, *options.values()))
        return ending_with(result)

    monkeypatch.setattr(module, name, build)
    return calls


def ignore(_event):
    """Show nothing of a job."""
