"""The roster: puts people into households and households in order, in one pass over the rows.

`rebuild` is called whenever people died, came, left or changed household. It sorts by counting (O(n)) and
copies the columns between two sets of buffers that stay on the model, so a year allocates nothing.
"""

import numpy as np

from sim.codes import HEAD, OTHER, SPOUSE
from sim.engine import collect, for_chunks
from sim.rules import kernel
from sim.stretches import STRETCH, copy_stretch

ADULT_AGE = 18  # age of majority


def buffer(model, name: str, n: int, dtype) -> np.ndarray:
    """A scratch array of `n` elements that stays on the model from year to year; contents are left over."""
    buffers = model.__dict__.setdefault("_buffers", {})
    held = buffers.get(name)
    if held is None or len(held) < n or held.dtype != dtype:
        held = buffers[name] = np.zeros(n + n // 5 + 64, dtype=dtype)
    return held[:n]


def present_households(model, room: int) -> np.ndarray:
    """Scratch int32[room] that begins with the household of each person, for steps that send people elsewhere."""
    out, household = buffer(model, "household_of", room, np.int32), model.people.household
    for_chunks(len(household), model.threads, lambda lo, hi, _: np.copyto(out[lo:hi], household[lo:hi]))
    return out


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


def rebuild(model, alive: np.ndarray, household_of: np.ndarray, recast: np.ndarray | None = None) -> None:
    """Drop people who are not `alive` (bool[n]) and put the others into the households `household_of` (int32[n]).

    Afterwards people are sorted by household and within it by (role, birth year, key), each household has one
    head and at most one spouse, `first` and `size` are right, households without people are gone (those that had
    people before are counted in `model.flow["households_dissolved"]` by place), `tie` is the new row, or -1.
    Who is in a household, and as what, does not depend on the order of rows.

    `recast`: rows of people whose role changed since the last roster, in the word of the caller that the rows are as
    that roster left them, new ones behind; then only households whose members or roles changed are looked at.
    """
    people, households = model.people, model.households
    n, h = people.n, households.n
    if len(alive) != n or len(household_of) != n:
        raise ValueError(f"roster: {n} people, but alive has {len(alive)} and household_of {len(household_of)} rows")
    known, known_houses = (0, 0) if recast is None else model.__dict__.get("_in_order", (0, 0))
    count, start, end = (buffer(model, name, h, np.int32) for name in ("count", "start", "end"))
    renumber, kept = buffer(model, "renumber", h, np.int32), buffer(model, "kept", h, np.uint32)
    touched, order = buffer(model, "touched", h, np.bool_), buffer(model, "order", n, np.uint32)
    before, first, size = people.household, households.first, households.size

    count[:known_houses], count[known_houses:] = size[:known_houses], 0
    touched[:known_houses], touched[known_houses:] = False, True
    if known:
        touched[household_of[recast]] = True
    changes = collect(known, model.threads, lambda lo, hi, to: _find_changes(lo, hi, alive, household_of, before, to))
    _leave(changes, before, count, touched)
    if _join(changes, known, alive, household_of, count, touched) < 0:
        raise ValueError("roster: a living person is in no household")
    dissolved = model.flow["households_dissolved"]
    rows, full = _number_households(count, households.home, size, start, end, renumber, kept, dissolved)
    _place_joiners(changes, known, alive, household_of, end, order)
    order, kept = order[:rows], kept[:full]

    if full < h:
        _permute(model, households, "households", kept, written=("first", "size"))
    old = (known_houses, first, size, alive, household_of, before, people.role, people.birth_year, people.key)
    new = (order, _spare(model, people, "people")["household"], households.first, households.size, households.tie)
    for_chunks(
        full,
        model.threads,
        lambda lo, hi, _: _line_up(lo, hi, kept, count, start, renumber, touched, *old, *new),
    )
    _permute(model, people, "people", order, written=("household",))
    model._in_order = rows, full


@kernel
def members(lo, hi, first, size):
    """Rows of People, from and to, of the households lo..hi-1: a loop over them all is faster than one in each."""
    if lo == hi:
        return np.uint32(0), np.uint32(0)
    return np.uint32(first[lo]), np.uint32(first[hi - 1] + size[hi - 1])


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
def _find_changes(lo, hi, alive, household_of, household, found):
    """Writes the rows of those who die or change household to `found`; how many."""
    count = 0
    for i in range(lo, hi):  # no branch: a wrong guess costs more than a write
        found[count] = i
        count += (not alive[i]) | (household_of[i] != household[i])
    return count


@kernel
def _leave(changes, household, count, touched):
    """Takes those who change out of their households."""
    for i in changes:
        count[household[i]] -= 1
        touched[household[i]] = True


@kernel
def _join(changes, known, alive, household_of, count, touched):
    """Counts those who change, and the rows from `known` on, in their new households; -1 if somebody has none."""
    for k in range(len(changes) + len(alive) - known):
        i = changes[k] if k < len(changes) else known + k - len(changes)
        if alive[i]:
            if household_of[i] < 0 or household_of[i] >= len(count):
                return -1
            count[household_of[i]] += 1
            touched[household_of[i]] = True
    return 0


@kernel
def _number_households(count, home, size, start, end, renumber, kept, dissolved):
    """Rows of each household, its new number, the list of those kept; adds to dissolved[P] who lost everybody."""
    rows = 0
    full = 0
    for h in range(len(count)):
        start[h] = rows
        rows += count[h]
        end[h] = rows
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
def _place_joiners(changes, known, alive, household_of, end, order):
    """Writes those who join into the last places of their household; `end` becomes the end of those who stay."""
    for k in range(len(changes) + len(alive) - known):
        i = changes[k] if k < len(changes) else known + k - len(changes)
        if alive[i]:
            h = household_of[i]
            end[h] -= 1
            order[end[h]] = i


@kernel
def _line_up(
    lo, hi, kept, count, start, renumber, touched, known_houses, old_first, old_size, alive, household_of, household,
    role, birth_year, key, order, row_household, first, size, tie,
):  # fmt: skip
    """First row, size, tie and members of the new households lo..hi-1 (old numbers: `kept`)."""
    new = np.int64(lo)
    while new < hi:
        h, last = np.int64(kept[new]), new + 1
        if touched[h]:
            stays, begin = old_size[h] if h < known_houses else 0, start[h]
            _line_up_changed(h, old_first[h], stays, begin, count[h], alive, household_of, role, birth_year, key, order)
            row_household[begin : begin + count[h]] = new
        else:
            while last < hi and kept[last] == h + last - new and not touched[kept[last]]:
                last += 1
            rows = np.uint32(start[h + last - new - 1] + count[h + last - new - 1] - start[h])
            _shift(old_first[h], start[h], rows, np.int32(h - new), household, order, row_household)
        for j in range(new, last):
            first[j], size[j] = start[kept[j]], count[kept[j]]
            if tie[j] >= 0:
                tie[j] = renumber[tie[j]]
        new = last


@kernel
def _shift(source, target, rows, numbers, household, order, row_household):
    """Households in which nothing changed: `rows` rows from `source` on go to `target`, and their numbers fall."""
    source, target = np.uint32(source), np.uint32(target)
    for k in range(rows):
        order[target + k] = source + k
    for k in range(rows):
        row_household[target + k] = household[source + k] - numbers


@kernel
def _line_up_changed(h, old_first, stays, begin, count, alive, household_of, role, birth_year, key, order):
    """Members of one household from row `begin` on: those who stay before those who joined, roles, then the order."""
    last = begin
    for i in range(old_first, old_first + stays):
        if alive[i] and household_of[i] == h:
            order[last] = i
            last += 1
    last = begin + count
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
def _find_straight(lo, hi, rows, straight):
    """Whether each stretch of rows lo..hi-1 has neighbours as its sources, one flag a stretch (the last may be cut)."""
    stretch = np.uint32(0)
    for k in range(lo, hi - (hi - lo) % STRETCH, STRETCH):
        apart = np.uint32(0)
        for j in range(STRETCH):
            apart |= rows[k + j] ^ (rows[k] + j)
        straight[stretch] = apart == 0
        stretch += np.uint32(1)


@kernel
def _gather(lo, hi, rows, straight, source, out):
    """out[k] = source[rows[k]]; whole stretches are copied at once where their sources are neighbours."""
    whole = hi - (hi - lo) % STRETCH
    stretch = np.uint32(0)
    for k in range(lo, whole, STRETCH):
        if straight[stretch]:
            copy_stretch(source, rows[k], out, k)
        else:
            for j in range(STRETCH):
                out[k + j] = source[rows[k + j]]
        stretch += np.uint32(1)
    for k in range(whole, hi):
        out[k] = source[rows[k]]


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
        straight = np.empty((hi - lo) // STRETCH + 1, np.bool_)
        _find_straight(lo, hi, rows, straight)
        for source, out in pairs:
            _gather(lo, hi, rows, straight, source, out)

    for_chunks(len(rows), model.threads, work)
    model._spares[name] = store
    table.hold(spare, len(rows))
