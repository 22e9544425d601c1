"""The class board: bets and results of a class on one screen, over the classroom's own network.

No accounts and no names: a student is a number, given in the order of arrival, and all is gone when the server ends.
"""
