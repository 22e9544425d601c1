"""Looking inside a run without changing it: one household's decisions, what would have tipped them, a year's rules.

Everything is read between two steps of the model (`CityModel.watch`), by the rules that the kernels use.
"""
