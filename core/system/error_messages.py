"""What a person is told of errors that no job expected: memory, files. Mends nothing."""

from core.system.errors import PneumoScreenError
from core.system.files import FULL, escape_undecodable
from core.system.language import tr


def is_out_of_memory(error: BaseException) -> bool:
    """True for the errors by which Python and torch say that memory ran out; torch's allocator has no class of its own.

    The words are those of torch's c10/core/impl/alloc_cpu.cpp and of its class OutOfMemoryError.
    """
    if isinstance(error, MemoryError):
        return True
    words = ("DefaultCPUAllocator", "out of memory")
    return isinstance(error, RuntimeError) and any(word in str(error) for word in words)


def format_error(error: BaseException) -> str | None:
    """What happened and what to do about it, None for an error that only a programmer can understand."""
    if isinstance(error, PneumoScreenError):
        return error.sentence
    if is_out_of_memory(error):
        return tr(
            "The computer's memory ran out. Close other programs and try again; a training needs less with smaller "
            "batches or a smaller image."
        )
    if isinstance(error, OSError) and error.strerror:
        path = escape_undecodable(str(error.filename)) if isinstance(error.filename, str) else tr("A file")
        if error.errno in FULL:
            return tr("The disk is full: {path} could not be written. Free some space and try again.", path=path)
        return tr(
            "{path} cannot be used ({why}). Check that it is there and that you may use it.",
            path=path,
            why=error.strerror,
        )
    return None
