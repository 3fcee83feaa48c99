"""The one exception an operator sees: a sentence that says what is wrong and what to do, never a trace."""

import errno


class LauncherProblem(Exception):
    """Something the operator has to settle before we can go on. Its text is shown as it is, on one line."""


def explain_os_error(error: OSError) -> str:
    """Say in one line what an operating-system error means for the person who started us."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}. Free some space, or put DATA on another disk, and start again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"No permission to write here{where}. Choose a folder of your own with DATA=/path."
    return f"{error.strerror or error}{where}."
