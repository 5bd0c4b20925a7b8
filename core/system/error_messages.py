"""User-facing messages for unexpected errors: out of memory, file access."""

from core.system.app_folders import DISK_FULL_ERRNOS
from core.system.errors import PneumoScreenError
from core.system.files import escape_undecodable
from core.system.language import tr


def is_out_of_memory(error: BaseException) -> bool:
    """Return True for the errors by which Python and torch report that memory ran out.

    torch's CPU allocator raises a plain RuntimeError, so its message is searched for the phrases of
    c10/core/impl/alloc_cpu.cpp and of torch's OutOfMemoryError.
    """
    if isinstance(error, MemoryError):
        return True
    phrases = ("DefaultCPUAllocator", "out of memory")
    return isinstance(error, RuntimeError) and any(phrase in str(error) for phrase in phrases)


def format_cause(error: Exception) -> str:
    """Return why something failed, without the number that Python adds to errors of the system."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def format_error(error: BaseException) -> str | None:
    """Return what happened and what to do; None for an error that means nothing to users."""
    if isinstance(error, PneumoScreenError):
        return error.sentence
    if is_out_of_memory(error):
        return tr(
            "The computer ran out of memory. Close other programs and try again; training needs less "
            "memory with smaller batches or smaller images."
        )
    if isinstance(error, OSError) and error.strerror:
        path = escape_undecodable(str(error.filename)) if isinstance(error.filename, str) else tr("A file")
        if error.errno in DISK_FULL_ERRNOS:
            return tr("The disk is full: {path} could not be written. Free some space and try again.", path=path)
        return tr(
            "{path} cannot be used ({why}). Check that it exists and that you have permission to use it.",
            path=path,
            why=error.strerror,
        )
    return None
