"""User-facing messages for unexpected errors: out of memory, file access."""

from core.system.app_folders import DISK_FULL_ERRNOS
from core.system.errors import PneumoScreenError
from core.system.files import escape_undecodable
from core.system.language import tr


def is_out_of_memory(error: BaseException) -> bool:
    """Return True for the errors by which Python, torch and ONNX Runtime report that memory ran out.

    torch's CPU allocator raises a plain RuntimeError, and ONNX Runtime an error of its own, so their
    messages are searched for the phrases of c10/core/impl/alloc_cpu.cpp, of torch's OutOfMemoryError
    and of ONNX Runtime's bfc_arena.cc; its allocator of single blocks passes on std::bad_alloc.
    """
    if isinstance(error, MemoryError):
        return True
    is_of_library = isinstance(error, RuntimeError) or type(error).__module__.startswith("onnxruntime")
    phrases = ("DefaultCPUAllocator", "out of memory", "Failed to allocate memory", "bad_alloc", "bad allocation")
    return is_of_library and any(phrase in str(error) for phrase in phrases)


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
