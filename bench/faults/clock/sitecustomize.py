"""Shifts the clock of a Python process by the seconds that a file holds, from moment to moment.

Python imports this at its start where this folder is on PYTHONPATH. The monotonic clock, by which
time-outs go, is left alone, as it is when somebody sets a machine's clock. (libfaketime does the
same for every program, but then makes ``time.sleep`` fail: version 0.9.10, Python 3.11, EINVAL.)
"""

import os
import time

_file = os.open(os.environ["FAULTS_CLOCK"], os.O_RDONLY)
_time, _time_ns = time.time, time.time_ns


def _shift_s() -> int:
    return int(os.pread(_file, 32, 0) or 0)


time.time = lambda: _time() + _shift_s()
time.time_ns = lambda: _time_ns() + _shift_s() * 10**9
