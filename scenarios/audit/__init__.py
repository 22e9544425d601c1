"""The audit of a plan: every target against the simulated futures, and the plan's figures against each other."""

from dataclasses import dataclass

from scenarios.audit import arithmetic, contradictions, verdicts
from scenarios.result import Result


@dataclass(frozen=True)
class Audit:
    """What the runs of one scenario say about the plan's targets. Nothing here is written in: all of it is computed."""

    result: Result
    verdicts: list[verdicts.Verdict]
    together: list[verdicts.Together]
    never_together: list[verdicts.Together]
    ties: list[arithmetic.Tie]
    contradictions: list[contradictions.Contradiction]

    @property
    def futures(self) -> int:
        """Parameter sets times replicates."""
        return self.result.values.shape[0] * self.result.values.shape[1]


def audit(result: Result) -> Audit:
    """The audit of a scenario's runs; years that were not run stay unjudged."""
    found = verdicts.judge(result)
    years = sorted({x.year for x in found if x.kind in verdicts.JUDGED})
    together = [t for t in (verdicts.all_at_once(result, year) for year in years) if t]
    return Audit(
        result=result,
        verdicts=found,
        together=together,
        never_together=[pair for year in years for pair in verdicts.never_together(result, year)],
        ties=arithmetic.ties(result),
        contradictions=contradictions.find(result.pack.targets, result.pack.statements),
    )
