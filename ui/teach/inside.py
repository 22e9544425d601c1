"""One household laid open."""

from ui.desk import Desk


def lay_out(desk: Desk) -> None:
    """TODO"""
