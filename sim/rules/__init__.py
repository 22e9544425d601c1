"""Rules: one behaviour a file. A rule is a scalar function with its equation and source."""

import numba

# A rule is written once: kernels loop over it, views and tests call it (or `.py_func`) for one agent.
rule = numba.njit(cache=True, nogil=True)
# A kernel fills arrays that it is given and allocates none, so it needs no counts of references: without them a loop
# that hands columns to a helper is several times faster. A kernel that must allocate is an `allocating` one.
kernel = numba.njit(cache=True, nogil=True, _nrt=False)
allocating = numba.njit(cache=True, nogil=True)
