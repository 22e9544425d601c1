"""Loops over towns and sectors of the posts that firms want."""

from sim.rules import kernel
from sim.rules.labour_demand import skill_share, withdrawn


@kernel
def withdraw_posts(base, empty, p):
    """Takes posts that stay empty out of base[T, sector, skill] (in place); empty float64[T, sector]."""
    for t in range(base.shape[0]):
        for s in range(base.shape[1]):
            if empty[t, s] > p.start_vacancy_share:
                for k in range(base.shape[2]):
                    base[t, s, k] = withdrawn(base[t, s, k], empty[t, s], p)


@kernel
def shift_skills(base, total, demand, supply, lever, p):
    """Splits total[T, sector] posts anew between the skills in base[T, sector, skill] (in place)."""
    for t in range(base.shape[0]):
        for s in range(base.shape[1]):
            if total[t, s] > 0.0:
                share = min(max(base[t, s, 1] / total[t, s], 0.001), 0.95)
                new = skill_share(share, demand, supply, lever[t], p)
                base[t, s, 0] = total[t, s] * (1.0 - new)
                base[t, s, 1] = total[t, s] * new
