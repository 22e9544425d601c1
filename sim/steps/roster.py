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
    kept = buffer(model, "kept", h, np.uint32)
    order = buffer(model, "order", n, np.uint32)
    if _count_members(alive, household_of, count) >= 0:
        raise ValueError("roster: a living person is in no household")
    dissolved = model.flow["households_dissolved"]
    rows, full = _number_households(count, households.home, households.size, end, renumber, kept, dissolved)
    _place_members(alive, household_of, end, order)
    order, kept = order[:rows], kept[:full]

    if full < h:
        _permute(model, households, "households", kept, written=("first", "size"))
    first, size, tie = households.first, households.size, households.tie
    for_chunks(full, model.threads, lambda lo, hi, _: _describe(lo, hi, kept, count, end, renumber, first, size, tie))
    row_household = _spare(model, people, "people")["household"]
    columns = (people.role, people.birth_year, people.key)
    _sort_members(model, order, household_of, renumber, columns, first, size, row_household)
    _permute(model, people, "people", order, written=("household",))


def _sort_members(model, order, household_of, renumber, columns, first, size, row_household) -> None:
    """Writes each row's new household and puts `order` right in those households that need it."""
    messy = buffer(model, "messy", len(first), np.bool_)
    messy[:] = False
    for_chunks(
        len(order),
        model.threads,
        lambda lo, hi, _: _find_messy(lo, hi, order, household_of, renumber, *columns, row_household, messy),
    )
    for_chunks(len(first), model.threads, lambda lo, hi, _: _tidy(lo, hi, messy, first, size, order, *columns))


@kernel
def members(lo, hi, first, size):
    """Rows of People, from and to, of the households lo..hi-1: a loop over them all is faster than one in each."""
    if lo == hi:
        return 0, 0
    return first[lo], first[hi - 1] + size[hi - 1]


def put_in_order(people, households) -> None:
    """One order of rows, whatever order a start population comes in: households by key, members by role and key."""
    if _in_order(households.key, households.first, households.size, people.role, people.key):
        return
    order = np.argsort(households.key)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ties = households.tie
    households.tie = np.where(ties >= 0, rank[np.maximum(ties, 0)], -1)
    households.take(order)
    people.household = rank[people.household]
    households.size = np.bincount(people.household, minlength=len(households))
    households.first = np.cumsum(households.size) - households.size
    rows = np.empty(len(people), np.uint32)
    _place_members(np.ones(len(people), np.bool_), people.household, households.first.copy(), rows)
    _sort_by_role(households.first, households.size, rows, people.role, people.key)
    people.take(rows)


@kernel
def _in_order(household_key, first, size, role, key):
    """Whether the rows are as `put_in_order` leaves them."""
    rows = 0
    for h in range(len(household_key)):
        if first[h] != rows or (h > 0 and household_key[h] <= household_key[h - 1]):
            return False
        rows += size[h]
        for i in range(first[h] + 1, rows):
            if role[i] < role[i - 1] or (role[i] == role[i - 1] and key[i] < key[i - 1]):
                return False
    return rows == len(role)


@kernel
def _sort_by_role(first, size, order, role, key):
    """Members of each household by role, then key."""
    for h in range(len(first)):
        for k in range(first[h] + 1, first[h] + size[h]):
            i = order[k]
            j = k
            while j > first[h] and (role[order[j - 1]], key[order[j - 1]]) > (role[i], key[i]):
                order[j] = order[j - 1]
                j -= 1
            order[j] = i


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
def _number_households(count, home, size, start, renumber, kept, dissolved):
    """First row of each household, its new number, the list of those kept; adds to dissolved[P] who lost everybody."""
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
        elif size[h] > 0:
            dissolved[home[h]] += 1
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
def _describe(lo, hi, kept, count, end, renumber, first, size, tie):
    """First row, size and tie of the new households lo..hi-1."""
    for new in range(lo, hi):
        members = count[kept[new]]
        first[new] = end[kept[new]] - members
        size[new] = members
        if tie[new] >= 0:
            tie[new] = renumber[tie[new]]


@kernel
def _find_messy(lo, hi, order, household_of, renumber, role, birth_year, key, row_household, messy):
    """New household of the rows lo..hi-1; marks households that are not yet as they must be.

    In order: one head first, at most one spouse, who comes next, the others by (role, birth year, key). Each row is
    compared with the one before it.
    """
    if lo == hi:
        return
    house_before, rank_before, key_before = -1, 0, key[order[lo]]
    if lo > 0:
        i = order[lo - 1]
        house_before, rank_before, key_before = renumber[household_of[i]], _rank(role[i], birth_year[i]), key[i]
    for k in range(lo, hi):
        i = order[k]
        house, rank = renumber[household_of[i]], _rank(role[i], birth_year[i])
        row_household[k] = house
        joins = house == house_before  # no branch on what varies from row to row: a wrong guess costs more than this
        late = rank < rank_before
        if rank == rank_before:
            late = key[i] < key_before
        second = (role[i] == SPOUSE) & (rank_before >= _rank(SPOUSE, 0))
        if (joins == (role[i] == HEAD)) | (joins & (late | second)):
            messy[house] = True
        house_before, rank_before, key_before = house, rank, key[i]


@kernel
def _rank(role, birth_year):
    """One number to compare two members by: role first, then the elder."""
    return role * 65536 + birth_year


@kernel
def _tidy(lo, hi, messy, first, size, order, role, birth_year, key):
    """Roles and order within the households lo..hi-1 that are messy."""
    for h in range(lo, hi):
        if not messy[h]:
            continue
        begin, last = first[h], first[h] + size[h]
        _appoint(order, begin, last, role, birth_year, key)
        for k in range(begin + 1, last):  # insertion sort: a handful, mostly in order
            i = order[k]
            j = k
            while j > begin and _before(i, order[j - 1], role, birth_year, key):
                order[j] = order[j - 1]
                j -= 1
            order[j] = i


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


def _spare(model, table, name: str) -> dict[str, np.ndarray]:
    """The second set of columns of a table, with as much room as the first."""
    spares = model.__dict__.setdefault("_spares", {})
    spare = spares.get(name)
    if spare is None or len(spare["key"]) < table.capacity:
        spares[name] = spare = {f: np.zeros(len(column), dtype=column.dtype) for f, column in table._store.items()}
    return spare


def _permute(model, table, name: str, rows: np.ndarray, written: tuple[str, ...] = ()) -> None:
    """Keep `rows` of a table in that order: gathers into the spare set of columns, then swaps the two sets.

    Columns named in `written` are in the spare set already.
    """
    store, spare = table._store, _spare(model, table, name)
    pairs = [(store[f], spare[f]) for f in store if f not in written]

    def work(lo: int, hi: int, _: int) -> None:
        for source, out in pairs:
            _gather(lo, hi, rows, source, out)

    for_chunks(len(rows), model.threads, work)
    model._spares[name] = store
    table.hold(spare, len(rows))
