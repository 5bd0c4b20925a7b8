"""The engine: films in, figures and worklists out. Knows nothing of Qt; re-exports nothing, so that torch stays out."""

import os

# ONNX Runtime's wheels send events about their use to their maker, and make an identifier of the computer, as soon as
# they are loaded; this is read before (its Privacy.md)
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
