"""The roster: puts people into households and households in order, in one pass over the rows.

`rebuild` is called whenever people died, came, left or changed household. It sorts by counting (O(n)) and
copies the columns between two sets of buffers that stay on the model, so a year allocates nothing.
"""

import numpy as np

from sim.codes import HEAD, OTHER, SPOUSE
from sim.engine import for_chunks
from sim.rules import kernel

ADULT_AGE = 18  # age of majority


def buffer(model, name: str, n: int, dtype) -> np.ndarray:
    """A scratch array of `n` elements that stays on the model from year to year; contents are left over."""
    buffers = model.__dict__.setdefault("_buffers", {})
    held = buffers.get(name)
    if held is None or len(held) < n or held.dtype != dtype:
        held = buffers[name] = np.zeros(n + n // 5 + 64, dtype=dtype)
    return held[:n]


def append_people(model, count: int, **columns) -> slice:
    """Append `count` persons; `columns` gives values by name, the rest is zero. Returns their rows."""
    return _append(model.people, count, columns)


def append_households(model, count: int, **columns) -> slice:
    """Append `count` households; give `tie=-1` and `homestead=-1` where there is none. Returns their rows."""
    return _append(model.households, count, columns)


def _append(table, count: int, columns: dict) -> slice:
    rows = table.grow(count)
    for name, value in columns.items():
        getattr(table, name)[rows] = value
    return rows


def rebuild(model, alive: np.ndarray, household_of: np.ndarray) -> None:
    """Drop people who are not `alive` (bool[n]) and put the others into the households `household_of` (int32[n]).

    Afterwards people are sorted by household and within it by (role, birth year, key), each household has one
    head and at most one spouse, `first` and `size` are right, households without people are gone (those that had
    people before are counted in `model.flow["households_dissolved"]` by place), `tie` is the new row, or -1.
    Who is in a household, and as what, does not depend on the order of rows.
    """
    people, households = model.people, model.households
    n, h = people.n, households.n
    if len(alive) != n or len(household_of) != n:
        raise ValueError(f"roster: {n} people, but alive has {len(alive)} and household_of {len(household_of)} rows")
    count = buffer(model, "count", h, np.int32)
    end = buffer(model, "end", h, np.int32)
    renumber = buffer(model, "renumber", h, np.int32)
    kept = buffer(model, "kept", h, np.int32)
    order = buffer(model, "order", n, np.int32)
    if _count_members(alive, household_of, count) >= 0:
        raise ValueError("roster: a living person is in no household")
    rows, full = _number_households(count, end, renumber, kept)
    _place_members(alive, household_of, end, order)
    order = order[:rows]

    model.flow["households_dissolved"] += np.bincount(
        households.home[(count == 0) & (households.size > 0)], minlength=model.P
    )
    _permute(model, households, "households", kept[:full], full < h, model.threads)
    first, size, tie = households.first, households.size, households.tie
    columns = (people.role, people.birth_year, people.key)
    row_household = buffer(model, "row_household", rows, np.int32)
    for_chunks(
        full,
        model.threads,
        lambda lo, hi, _: _order_members(
            lo, hi, kept, count, end, order, *columns, renumber, first, size, tie, row_household
        ),
    )
    _permute(model, people, "people", order, True, model.threads)
    people.household = row_household


@kernel
def _count_members(alive, household_of, count):
    """Living members of each household; returns the row of somebody without a household, else -1."""
    count[:] = 0
    for i in range(len(alive)):
        if alive[i]:
            if household_of[i] < 0 or household_of[i] >= len(count):
                return i
            count[household_of[i]] += 1
    return -1


@kernel
def _number_households(count, start, renumber, kept):
    """First row of each household, its new number, and the list of those that are kept."""
    rows = 0
    full = 0
    for h in range(len(count)):
        start[h] = rows
        rows += count[h]
        renumber[h] = -1
        if count[h] > 0:
            renumber[h] = full
            kept[full] = h
            full += 1
    return rows, full


@kernel
def _place_members(alive, household_of, cursor, order):
    """Rows by household; the cursor starts at each household's first place and ends behind its last."""
    for i in range(len(alive)):
        if alive[i]:
            h = household_of[i]
            order[cursor[h]] = i
            cursor[h] += 1


@kernel
def _order_members(lo, hi, kept, count, end, order, role, birth_year, key, renumber, first, size, tie, row_household):
    """Roles and order within the new households lo..hi-1; fills their first, size and tie."""
    for new in range(lo, hi):
        members = count[kept[new]]
        last = end[kept[new]]
        begin = last - members
        first[new] = begin
        size[new] = members
        if tie[new] >= 0:
            tie[new] = renumber[tie[new]]
        for k in range(begin, last):
            row_household[k] = new
        if members == 1:
            role[order[begin]] = HEAD
        elif not _in_order(order, begin, last, role, birth_year, key):
            _appoint(order, begin, last, role, birth_year, key)
            for k in range(begin + 1, last):  # insertion sort: a handful, mostly in order
                i = order[k]
                j = k
                while j > begin and _before(i, order[j - 1], role, birth_year, key):
                    order[j] = order[j - 1]
                    j -= 1
                order[j] = i


@kernel
def _in_order(order, begin, last, role, birth_year, key):
    """Whether a household is as it must be already: one head first, at most one spouse, the rest in order."""
    if role[order[begin]] != HEAD:
        return False
    for k in range(begin + 1, last):
        i, before = order[k], order[k - 1]
        r, r_before = role[i], role[before]
        if r == HEAD or (r == SPOUSE and k > begin + 1) or r < r_before:
            return False
        if r == r_before and not _elder(before, i, birth_year, key):
            return False
    return True


@kernel
def _before(i, j, role, birth_year, key):
    """Whether row i stands before row j in a household: by role, then the elder, then key."""
    if role[i] != role[j]:
        return role[i] < role[j]
    return _elder(i, j, birth_year, key)


@kernel
def _appoint(order, begin, last, role, birth_year, key):
    """One head: the present one, else the spouse, else the eldest (so an adult, if there is one); at most one spouse.

    Several heads or spouses (two households joined): the eldest stays, the others become OTHER.
    """
    head, head_rank, spouse = -1, 9, -1
    for k in range(begin, last):
        i = order[k]
        rank = 0 if role[i] == HEAD else 1 if role[i] == SPOUSE else 2
        if rank < head_rank or (rank == head_rank and _elder(i, head, birth_year, key)):
            head, head_rank = i, rank
        if rank == 1 and (spouse < 0 or _elder(i, spouse, birth_year, key)):
            spouse = i
    for k in range(begin, last):
        i = order[k]
        if i == head:
            role[i] = HEAD
        elif role[i] == HEAD or (role[i] == SPOUSE and i != spouse):  # a spouse who becomes head leaves none
            role[i] = OTHER


@kernel
def _elder(i, j, birth_year, key):
    """Whether row i is the elder of two; among those of one year the lower key."""
    return birth_year[i] < birth_year[j] or (birth_year[i] == birth_year[j] and key[i] < key[j])


@kernel
def _gather(lo, hi, rows, source, out):
    for i in range(lo, hi):
        out[i] = source[rows[i]]


def _permute(model, table, name: str, rows: np.ndarray, changed: bool, threads: int) -> None:
    """Keep `rows` of a table in that order: gathers into the spare set of columns, then swaps the two."""
    if not changed:
        return
    spares = model.__dict__.setdefault("_spares", {})
    store, n = table._store, len(rows)
    spare = spares.get(name)
    if spare is None or len(spare["key"]) < len(store["key"]):
        spare = {f: np.zeros(len(column), dtype=column.dtype) for f, column in store.items()}
    pairs = [(store[f], spare[f]) for f in store]

    def work(lo: int, hi: int, _: int) -> None:
        for source, out in pairs:
            _gather(lo, hi, rows, source, out)

    for_chunks(n, threads, work)
    table._store, spares[name] = spare, store
    table.n = n
