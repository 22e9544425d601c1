"""The start population: everybody who lives in the city in a census year, and everybody registered in it.

targets      what the census tables say of each county
prototypes   families as they may be        raking    how many of each a county has
families     places in families meet the county's persons by age and sex
classes, places, homes, school, work        who is a migrant, where, in which home, with what education and job
origins, registration, leavers, ties        where migrants are registered, rural or urban, and who left the city
city         all counties together, keys     start, store   cached on disk     fit   how it fits
"""

from sim.synthesis.fit import fit_report, synthesise, write
from sim.synthesis.population import StartPopulation
from sim.synthesis.start import start_population

__all__ = ["StartPopulation", "fit_report", "start_population", "synthesise", "write"]
