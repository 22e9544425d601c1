"""Rules: one behaviour a file. A rule is a scalar function with its equation and source."""

import numba

# A rule is written once: kernels loop over it, views and tests call it (or `.py_func`) for one agent.
rule = numba.njit(cache=True, nogil=True)
kernel = numba.njit(cache=True, nogil=True)
