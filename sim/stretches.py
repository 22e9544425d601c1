"""Neighbouring rows: copied a few at once, in any column, and handled in blocks that stay at hand between two loops."""

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

STRETCH = 8  # rows
BLOCK = np.uint32(512)  # rows


@intrinsic
def copy_stretch(typingctx, source, i, out, k):
    """out[k : k + STRETCH] = source[i : i + STRETCH], for two contiguous columns of one type; not checked."""

    def codegen(context, builder, signature, args):
        pointers = []
        for array, index in ((0, 1), (2, 3)):
            column = context.make_array(signature.args[array])(context, builder, args[array])
            row = builder.zext(args[index], cgutils.intp_t) if args[index].type.width < 64 else args[index]
            pointers.append(builder.gep(column.data, [row]))
        size = context.get_abi_sizeof(context.get_data_type(source.dtype))
        count = context.get_constant(types.intp, STRETCH)
        cgutils.raw_memcpy(builder, pointers[1], pointers[0], count, size)
        return context.get_dummy_value()

    return types.void(source, i, out, k), codegen
