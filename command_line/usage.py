"""Checks of options that the argument parser cannot express."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path


def check_different(options: argparse.Namespace, outputs: Sequence[Path]) -> None:
    """End with the usage of the command if two outputs have the same name."""
    if len({os.path.realpath(output) for output in outputs}) < len(outputs):
        options.refuse_usage("two outputs have the same name")
