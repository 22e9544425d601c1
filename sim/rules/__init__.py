"""Rules: one behaviour a file. A rule is a scalar function with its equation and source."""

from sim.compiled import compiler

# A rule is written once: kernels loop over it, views and tests call it (or `.py_func`) for one agent.
rule = compiler(nogil=True)
# A kernel fills arrays that it is given and allocates none, so it needs no counts of references: without them a loop
# that hands columns to a helper is several times faster. A kernel that must allocate is an `allocating` one.
kernel = compiler(nogil=True, _nrt=False)
allocating = compiler(nogil=True)
