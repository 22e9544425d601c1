"""What the model must arrive at: figures of the 2020 census by county and a few of the city, each with its error.

`measures.csv` describes each measure once; the figures themselves stand in the city pack. `target.targets` joins the
two, `errors` says how far a figure may be from the truth, `left_out` which fifth no fit may see, `observing` how a run
of the model is read. The tables of 2010 are where runs begin: they are no targets.
"""

from calibration.targets.left_out import left_out
from calibration.targets.observing import Observer
from calibration.targets.target import Measure, Target, read_measures, targets

__all__ = ["Measure", "Observer", "Target", "left_out", "read_measures", "targets"]
