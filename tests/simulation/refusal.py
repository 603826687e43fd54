"""What is said of files that cannot be read."""

from docsync.model import Problem


def denied(path: str) -> Problem:
    """What is said of a file that may not be read."""
    return Problem(
        path, "unreadable", "cannot be read: permission denied", hint="let the user that runs docsync read it"
    )


def too_large(path: str, size: int, most: int) -> Problem:
    """What is said of a file that is larger than allowed."""
    message = f"the file has {size} bytes, more than the {most} allowed"
    return Problem(path, "too-large", message, hint="shorten it, or raise limits.max_file_bytes")
