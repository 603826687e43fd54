"""What a process may take of memory and processor, set by itself before it begins. Never raises a limit."""

import contextlib
import math
import resource
import time
from pathlib import Path

_ROUNDED_SECONDS = 1  # a second more: the time of a processor is counted in whole ones


def limit_memory(octets: int) -> None:
    """So many bytes more than now may this process take; what is beyond is a MemoryError."""
    _, highest = resource.getrlimit(resource.RLIMIT_AS)
    wanted = octets + _measure_memory()
    if highest != resource.RLIM_INFINITY:
        wanted = min(wanted, highest)
    with contextlib.suppress(ValueError, OSError):  # not every system can
        resource.setrlimit(resource.RLIMIT_AS, (wanted, highest))


def limit_processor(seconds: float) -> None:
    """After so many further seconds of the processor the system ends this process."""
    _, highest = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(time.process_time() + seconds) + _ROUNDED_SECONDS
    if highest != resource.RLIM_INFINITY:
        wanted = min(wanted, highest)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (wanted, highest))


def _measure_memory() -> int:
    """The address space of this process in bytes (proc(5)), 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()
