"""The city model. Imports none of the other packages of the project."""

from sim.compiled import use_own_folder

use_own_folder()  # before anything is compiled
