"""The fit: screening of the priors, then approximate Bayesian computation; keyed, resumable, the same bytes again.

`space` maps the unit cube to parameters, `screening` finds the parameters that matter, `apmc` is the method (numbers
only), `store` keeps every run that was made, `pipeline` puts them together, `distance` says how far a run is off.
"""
