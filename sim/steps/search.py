"""Search of the labour step: two rounds in which people without a post choose an opening and queue for it.

Cells of posts are numbered as in `labour_kernels`. Everybody applies once a round; the openings of a cell go to the
smallest keyed priorities; who is refused tries once more.
"""

from typing import NamedTuple

import numpy as np

from sim.codes import COLLEGE, EMPLOYED, PRIMARY, SECONDARY, TERTIARY
from sim.draws import Decision, draw
from sim.engine import add_up, find_rows, for_chunks
from sim.rules import job_search, kernel
from sim.steps import labour_kernels as kernels
from sim.steps import labour_market as market
from sim.steps.labour_kernels import NO_CELL

ROUNDS = ((Decision.JOB_TOWN, Decision.JOB_PRIORITY), (Decision.JOB_TOWN_SECOND, Decision.JOB_PRIORITY_SECOND))


class SearchTable(NamedTuple):
    """Cumulated weights of the posts within reach of each town: town t has 4 * start[t] .. 4 * start[t + 1]."""

    start: np.ndarray  # int64[T + 1], pairs of towns of residence and work within reach of one another
    town: np.ndarray  # int64[pairs], of work
    low: np.ndarray  # float64[4 * pairs], for seekers of low skill
    high: np.ndarray  # float64[4 * pairs], of high skill


def search(model, rows: np.ndarray, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two rounds of search of the people `rows`; publishes openings and cutoffs.

    Returns the seekers who found no post, and who holds posts now (`held` int64[T, sector, skill] by own skill).
    Adds those who earned nothing in the year before, or farmed, to flow["jobs_taken"] by residence.
    """
    p, jobs = model.par.labour, model.towns.jobs
    met = np.minimum(p.matching_efficiency * model.lever("job_matching"), 1.0)[:, None, None]
    wanted = np.maximum(jobs - market.posts_filled(held, jobs), 0) * met
    room = keyed_rounding(wanted, model.stream(Decision.ROUNDING))
    openings, cutoff = np.zeros((2, *jobs.shape), np.int64), np.full((2, *jobs.shape), 2.0)
    for number, (where, who) in enumerate(ROUNDS):
        openings[number] = room
        table = search_table(model, market.in_force(model, "openings", openings)[number], p.downgrade_weight)
        choice, u = _apply(model, rows, model.stream(where), model.stream(who), table)
        cutoff[number] = kernels.cutoffs(choice, u, room.ravel()).reshape(jobs.shape)
        bar = model.publish("job_cutoff", cutoff.copy())[number].ravel()
        taken, own_skill, fresh = _hire(model, rows, choice, u, bar)
        model.flow["jobs_taken"] += fresh
        room, held = room - taken.reshape(room.shape), held + own_skill.reshape(held.shape)
        rows = rows[find_rows(choice, model.threads, but=HIRED)]
    return rows, held


HIRED = -2  # in the place of the choice of somebody who got the post


def _apply(model, rows: np.ndarray, where, who, table: SearchTable) -> tuple[np.ndarray, np.ndarray]:
    """Cell that each seeker applies for, int32, and the keyed priority there, float64."""
    c, h = model.people.rows, model.households.rows
    choice, u = np.empty(len(rows), np.int32), np.empty(len(rows))
    for_chunks(len(rows), model.threads, lambda lo, hi, _: choose(lo, hi, rows, c, h, where, who, table, choice, u))
    return choice, u


def _hire(model, rows: np.ndarray, choice: np.ndarray, u: np.ndarray, bar: np.ndarray) -> tuple[np.ndarray, ...]:
    """Puts those below the bar into their posts; posts taken int64[4 T] by cell of the post and by own skill, and
    those new to pay int64[P]."""
    c, home = model.people.rows, model.households.home
    stream, share, cells = model.stream(Decision.SELF_EMPLOYED), model.par.labour.self_employed_share, len(bar)

    def work(lo, hi, out):
        parts = out[:cells], out[cells : 2 * cells], out[2 * cells :]
        hire(lo, hi, rows, c, home, choice, u, bar, stream, share, *parts)

    total = add_up(len(rows), model.threads, (2 * cells + model.P,), work)
    return total[:cells], total[cells : 2 * cells], total[2 * cells :]


def search_table(model, room: np.ndarray, downgrade: float) -> SearchTable:
    """Search weights of the openings `room`, int64[T, sector, skill].

    High-skilled seekers look at low-skill posts with the weight `downgrade`, others never at high-skill posts.
    """
    state, p, T = model.labour_state, model.par.labour, model.T
    pull = job_search.search_weight.py_func(room, 1.0, model.signals.wage[:T] / state.reference, p)
    cells = 4 * len(state.near_town)
    table = SearchTable(state.near_start, state.near_town, np.empty(cells), np.empty(cells))
    cumulate_search(state.near_weight, pull, downgrade, table)
    return table


def keyed_rounding(value: np.ndarray, base: np.uint64) -> np.ndarray:
    """int64: floor(value + u), u the cell's own draw of the year: whole posts without bias."""
    u = kernels.draws(base, np.arange(1, value.size + 1, dtype=np.uint64)).reshape(value.shape)
    return np.floor(value + u).astype(np.int64)


@kernel
def cumulate_search(reach, pull, downgrade, out):
    """Fills the weights of `out`, cumulated town by town: reach[pairs] times pull[T, sector, skill].

    High-skilled seekers look at low-skill posts with the weight `downgrade`, others never at high-skill posts.
    """
    for town in range(len(out.start) - 1):
        low, high = 0.0, 0.0
        for pair in range(out.start[town], out.start[town + 1]):
            work, cell = out.town[pair], 4 * pair
            for sector in range(pull.shape[1]):
                weight = reach[pair] * pull[work, sector, 0]
                low += weight
                high += downgrade * weight
                out.low[cell], out.high[cell] = low, high
                high += reach[pair] * pull[work, sector, 1]
                out.low[cell + 1], out.high[cell + 1] = low, high
                cell += 2


@kernel
def choose(lo, hi, rows, c, h, where, who, table, choice, u):
    """Each seeker (`rows`) picks a cell by inverse transform of the cumulated weights of the town of residence, and
    draws the priority u for it."""
    for a in range(lo, hi):
        i = rows[a]
        town = h.home[c.household[i]] // 2
        first, last = 4 * table.start[town], 4 * table.start[town + 1]
        line = (table.high if c.education[i] == COLLEGE else table.low)[first:last]
        u[a] = draw(who, c.key[i])
        if first == last or line[-1] <= 0.0:
            choice[a] = NO_CELL
        else:
            at = min(np.searchsorted(line, draw(where, c.key[i]) * line[-1], side="right"), len(line) - 1)
            choice[a] = 4 * table.town[table.start[town] + at // 4] + at % 4


@kernel
def hire(lo, hi, rows, c, home, choice, u, bar, stream, own_share, taken, own_skill, fresh):
    """Seekers whose priority is below the bar of their cell get the post, and choice[a] = HIRED; some low-skill service
    posts are own businesses. Adds to taken[cell], own_skill[cell], and to fresh[place] who was not paid before."""
    for a in range(lo, hi):
        cell = choice[a]
        if cell == NO_CELL or u[a] >= bar[cell]:
            continue
        i = rows[a]
        choice[a] = HIRED
        taken[cell] += 1
        own_skill[cell // 2 * 2 + (1 if c.education[i] == COLLEGE else 0)] += 1
        fresh[home[c.household[i]]] += (c.wage[i] == 0.0) | (c.sector[i] == PRIMARY)
        sector = SECONDARY + (cell // 2) % 2
        c.status[i] = EMPLOYED
        c.sector[i] = sector
        c.work_town[i] = cell // 4
        own = draw(stream, c.key[i]) < own_share
        c.self_employed[i] = 1 if own and sector == TERTIARY and cell % 2 == 0 else 0
