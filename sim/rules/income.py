"""Disposable income by its four sources, as the statistics bureau defines them (wage, business, property, transfer)."""

from sim.codes import HOMESTEAD, OWNED
from sim.rules import rule


@rule
def net_earnings(gross: float, p) -> float:
    """Earnings after employee contributions and income tax, yuan a year.

    net = g (1 - contribution_rate) - tax_rate * max(0, g - tax_threshold).
    """
    return gross * (1.0 - p.contribution_rate) - p.tax_rate * max(0.0, gross - p.tax_threshold)


@rule
def employee_pension(insurance_years: int, urban_hukou: bool, u: float, wage_level: float, p) -> float:
    """Employee pension of a retired person, yuan a year: pension_replacement * reference wage of the year, or 0.

    Paid to those with enough years of insurance, and to the share `pension_coverage_urban` of those with urban
    hukou, who earned it before the records of the model begin (u: the person's own draw, the same every year).
    """
    paid = (insurance_years >= p.pension_years) | (urban_hukou & (u < p.pension_coverage_urban))
    return paid * (p.pension_replacement * wage_level)


@rule
def basic_pension(age: int, level: float, p) -> float:
    """Resident basic pension, yuan a year: basic_pension_2020 * (wage level over that of 2020), from its age on."""
    return p.basic_pension_2020 * level if age >= p.basic_pension_age else 0.0


@rule
def top_up(income: float, size: int, floor: float) -> float:
    """What a household gets so that its income per head reaches the floor, yuan a year: max(0, floor * size - income).

    Source: plan 7.5 (M45), no return to poverty.
    """
    return max(0.0, floor * size - income)


@rule
def imputed_rent(tenure: int, market_rent: float, p) -> float:
    """Net rent that owner-occupiers pay themselves, yuan a year: share of the market rent of a standard home."""
    if tenure == OWNED:
        return p.imputed_rent_share * market_rent
    return p.homestead_rent_share * market_rent if tenure == HOMESTEAD else 0.0


@rule
def remittance(net: float, share: float, size: int, p) -> float:
    """Money that a household away from home sends, yuan a year: share * net earnings, less if the family came along.

    `share` is that of its kind (outside, within the city, registered outside); three members or more send
    `remittance_family_factor` of it.
    """
    return net * share * (p.remittance_family_factor if size >= 3 else 1.0)
