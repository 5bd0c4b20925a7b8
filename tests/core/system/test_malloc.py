"""Memory that the C library keeps."""

import platform
import subprocess
import sys

from tests.factories import ROOT


def test_the_c_library_is_told_to_keep_memory_only_where_it_can():
    code = "from core.system.malloc import keep_freed_memory; print(keep_freed_memory())"
    for before, answer in (("", platform.libc_ver()[0] == "glibc"), ("import sys; sys.platform = 'win32'; ", False)):
        done = subprocess.run(
            [sys.executable, "-c", before + code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == str(answer)
