"""The command `jiangmen bench`: how fast this machine runs the city, step by step and end to end.

Each scale is measured in a process of its own, so that its peak memory is its own too. Compiled code and start
populations come from the cache, and a small city is run before the clock starts, unless a line says otherwise.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from scenarios.words import word

START, END = 2020, 2035
SCALES, QUICK_SCALES = (0.01, 0.1, 1.0), (0.01, 0.1)
APP_SCALE, APP_REPLICATES, MOVES = 0.01, 10, 12
BATCH, QUICK_BATCH = 1000, 100
WARM_SCALE, WARM_YEARS = 0.002, 2
REFERENCE_SCALE, REFERENCE_YEARS = 0.005, 2
COPIES, QUICK_COPIES = (1, 10, 30), (1, 10)  # cities side by side
PROVINCE_SCALE = 0.02
MIB = 2**20
ROOT = Path(__file__).resolve().parent.parent

Facts = dict[str, Any]


def bench(quick: bool = False) -> Facts:
    """All measurements as a tree of plain values; seconds unless a name says otherwise."""
    scales = [_child("scale", scale) for scale in (QUICK_SCALES if quick else SCALES)]
    return {
        "machine": machine(),
        "scales": scales,
        "fresh_process": _fresh(),
        "synthesis": synthesis(cold=not quick),
        "lever_to_result": lever_moves(),
        "batch": batch(QUICK_BATCH if quick else BATCH),
        "cost_by_scale": cost_by_scale(scales),
        "reference": reference(scales[-1]),
        "province": province(QUICK_COPIES if quick else COPIES),
    }


def machine() -> Facts:
    """What the machine is; no names of users or folders."""
    from sim.engine import default_threads

    versions = {name: metadata.version(name) for name in ("numpy", "numba", "mesa")}
    return {
        "cpu": _cpu_model(),
        "cores": default_threads(),
        "system": platform.system(),
        "python": platform.python_version(),
        **versions,
        "copy_gb_per_second": copy_bandwidth(),
        "cores_free": cores_free(),
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def cores_free(seconds: float = 1.0) -> float:
    """Cores' worth of time that one busy thread a core gets: less than `cores` when others use the machine."""
    import numpy as np

    from sim.engine import CHUNK, default_threads, for_chunks

    threads, numbers, until = default_threads(), np.ones(MIB), time.perf_counter() + seconds

    def spin(*_) -> None:
        while time.perf_counter() < until:
            np.sqrt(numbers)

    begin, cpu = time.perf_counter(), time.process_time()
    for_chunks(threads * CHUNK, threads, spin)
    return round((time.process_time() - cpu) / (time.perf_counter() - begin), 2)


def copy_bandwidth(mib: int = 256) -> float:
    """GB read and written a second by one thread that copies an array too large for the caches; best of five."""
    import numpy as np

    source = np.ones(mib * MIB, np.uint8)
    target = np.zeros_like(source)
    best = min(_seconds(lambda: np.copyto(target, source)) for _ in range(5))
    return round(2 * len(source) / best / 1e9, 1)


def _seconds(work) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


# One process a scale


def measure_scale(scale: float) -> Facts:
    """A run at one scale in this process: start, each step, person-years a second, peak memory."""
    from sim.model import STEPS, CityModel

    CityModel(scale=WARM_SCALE, end=END).run_until(START + WARM_YEARS)
    city: list[CityModel] = []
    opening = _seconds(lambda: city.append(CityModel(start=START, end=END, scale=scale)))
    model, lived = city[0], 0
    marks: list[tuple[str, float]] = []
    model.watch = lambda name, _: marks.append((name, time.perf_counter()))
    steps = {name: 0.0 for name, _ in STEPS}
    begin, cpu = time.perf_counter(), time.process_time()
    for _ in range(START, END):
        lived += len(model.people)
        marks.clear()
        model.step()
        marks.append(("end", time.perf_counter()))
        for (name, at), (_, then) in zip(marks, marks[1:], strict=False):
            steps[name] += then - at
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    return {
        "scale": scale,
        "years": END - START,
        "threads": model.threads,
        "person_years": lived,
        "open_seconds": opening,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "person_years_per_second": lived / seconds,
        "cpu_ns_per_person_year": 1e9 * cpu / lived,
        "steps": steps,
        "state_bytes_per_person": _state_bytes(model),
        "peak_mib": peak_mib(),
    }


def _state_bytes(model) -> float:
    """Bytes of the columns of persons and households, per person."""
    tables = model.people, model.households
    return sum(len(t) * t.bytes_per_row for t in tables) / len(model.people)


def peak_mib() -> float | None:
    """Highest resident memory of this process so far; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MIB


def _child(*what: Any, env: dict[str, str] | None = None) -> Any:
    """Result of `_TASKS[what]` in a new process."""
    command = [sys.executable, "-m", "scenarios.bench", *map(str, what)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | (env or {}), check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


# End to end


def _fresh() -> Facts:
    """A new process that imports the model and runs the 1 % city from the cache."""
    _child("fresh")  # the cache is filled
    return {"seconds": min(_seconds(lambda: _child("fresh")) for _ in range(3))}


def run_fresh() -> float:
    """The whole life of one process: what `_fresh` times from outside."""
    from sim.model import CityModel

    model = CityModel(start=START, end=END, scale=APP_SCALE).run_until(END)
    return float(model.records()[3][-1, 0, 0])


def synthesis(cold: bool) -> Facts:
    """The whole start population: made (an empty cache for tables, compiled code kept), and read from the cache."""
    _child("population")
    facts = {"cached_seconds": _child("population")}
    if cold:
        with tempfile.TemporaryDirectory() as folder:
            facts["cold_seconds"] = _child("population", env={"JIANGMEN_CACHE": folder})
    return facts


def read_population() -> float:
    """Seconds until the start population of the whole city is there."""
    from sim.data import load_pack
    from sim.synthesis import start_population

    pack = load_pack()
    return _seconds(lambda: start_population(pack, START, 1.0, progress=lambda stage: None))


def lever_moves() -> Facts:
    """From a lever to results: 10 replicates of the 1 % city, through `scenarios.run`, for different lever values."""
    import numpy as np

    from scenarios.runner import run
    from scenarios.scenario import Scenario
    from sim.data import load_pack
    from sim.policy import Path as Values
    from sim.policy import Setting

    pack = load_pack()

    def moved(value: float) -> Scenario:
        setting = Setting("permit_parity", pack.city_id, Values.constant(value))
        return Scenario(id="moved", name={"zh": "变动", "en": "Moved"}, settings=(setting,), assumptions={})

    def react(value: float) -> None:
        run(moved(value), end=END, scale=APP_SCALE, replicates=APP_REPLICATES, progress=False, detail="city")

    react(0.0)
    seconds = [_seconds(lambda v=value: react(v)) for value in np.linspace(0.1, 0.9, MOVES).tolist()]
    median, late = np.percentile(seconds, [50, 95])
    return {"moves": MOVES, "replicates": APP_REPLICATES, "median_seconds": median, "p95_seconds": late}


def batch(runs: int) -> Facts:
    """`BATCH` runs of the 1 % city in processes side by side; from fewer runs it is scaled up, and `runs` says so."""
    from scenarios.runner import run
    from sim.engine import default_threads

    workers = default_threads()

    def some(count: int) -> None:
        run("baseline", scale=APP_SCALE, end=END, replicates=count, workers=workers, progress=False, detail="city")

    some(workers)  # processes have started and loaded the model
    seconds = _seconds(lambda: some(runs))
    facts = {"runs": runs, "workers": workers, "seconds": seconds, "seconds_per_1000": seconds * BATCH / runs}
    return facts | {"extrapolated": runs != BATCH}


def cost_by_scale(scales: list[Facts]) -> Facts:
    """CPU time a person-year of each scale to that of the scale before it: 1 is linear."""
    cost = {f"{one['scale']:g}": one["cpu_ns_per_person_year"] for one in scales}
    steps = list(cost)
    return {f"{b}/{a}": cost[b] / cost[a] for a, b in zip(steps, steps[1:], strict=False)}


def reference(largest: Facts) -> Facts | None:
    """Agent-years a second of the same rules on plain Mesa agents and on columns; None where the folder is absent.

    Objects use one thread (they cannot use more) and run a small city, at which an agent-year costs them least.
    `columns` is the largest city of this bench with all its threads, `ratio` how many times as many agent-years a
    second. `columns_small` is the small city on one thread, where the work that does not grow with people counts most.
    """
    if not _with_benchmarks():
        return None
    objects = _child("objects", REFERENCE_SCALE)
    small = _child("columns", REFERENCE_SCALE)
    columns = largest["person_years_per_second"]
    return {
        "objects_scale": REFERENCE_SCALE,
        "objects": objects,
        "columns_scale": largest["scale"],
        "columns_threads": largest["threads"],
        "columns": columns,
        "ratio": columns / objects,
        "columns_small": small,
        "ratio_small": small / objects,
    }


def _with_benchmarks() -> bool:
    """Whether the folder of benchmarks is there (not in an installed package)."""
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    return (ROOT / "benchmarks" / "reference" / "run.py").is_file()


def time_objects(scale: float) -> float:
    """Agent-years a second on plain Mesa agents."""
    from benchmarks.reference.run import time_reference

    return time_reference(scale, REFERENCE_YEARS, 1)


def time_columns(scale: float) -> float:
    """The same on columns, one thread."""
    from benchmarks.reference.run import time_columns

    return time_columns(scale, REFERENCE_YEARS, 1)


def province(copies: tuple[int, ...]) -> list[Facts] | None:
    """Cost and memory of the city copied side by side (`benchmarks/province.py`); None where the folder is absent."""
    return [_child("province", number, PROVINCE_SCALE) for number in copies] if _with_benchmarks() else None


def measure_province(copies: float, scale: float) -> Facts:
    """One size of province in this process."""
    from benchmarks.province import measure

    return measure(int(copies), scale, 2)


# On screen


def lines(facts: Facts, lang: str) -> list[tuple[str, str]]:
    """(what, value) of the main measurements, for a table."""
    found = [(key, str(value)) for key, value in facts["machine"].items()]
    for one in facts["scales"]:
        scale = f"{one['scale']:g}"
        rate, cost = one["person_years_per_second"] / 1e6, one["cpu_ns_per_person_year"]
        told = word("bench_scale", lang, seconds=one["seconds"], rate=rate, cost=cost, peak=one["peak_mib"] or 0.0)
        found.append((f"{word('scale_short', lang)} {scale}", told))
        slowest = sorted(one["steps"].items(), key=lambda item: -item[1])
        found.append(
            (word("bench_steps", lang), ", ".join(f"{name} {1000 * s / one['years']:.1f}" for name, s in slowest))
        )
    found.append((word("bench_fresh", lang), f"{facts['fresh_process']['seconds']:.2f} s"))
    made = facts["synthesis"]
    found += [(word(f"bench_{key}", lang), f"{s:.1f} s") for key, s in made.items()]
    lever = facts["lever_to_result"]
    found.append((word("bench_lever", lang), f"{lever['median_seconds']:.2f} s / {lever['p95_seconds']:.2f} s"))
    runs = facts["batch"]
    note = word("bench_extrapolated", lang, n=runs["runs"]) if runs["extrapolated"] else ""
    found.append((word("bench_batch", lang), f"{runs['seconds_per_1000']:.0f} s {note}"))
    linear = ", ".join(f"{name}: {ratio:.2f}" for name, ratio in facts["cost_by_scale"].items())
    found.append((word("bench_linear", lang), linear))
    if facts["reference"]:
        plain = facts["reference"]
        found.append((word("bench_reference", lang), f"{plain['ratio']:.0f} / {plain['ratio_small']:.0f}"))
    if facts["province"]:
        cost = ", ".join(f"{one['towns']}: {one['cpu_ns_per_person_year']:.0f} ns" for one in facts["province"])
        found.append((word("bench_province", lang), cost))
    return found


def table(facts: Facts, lang: str):
    """The main measurements as a table for the console."""
    from rich import box
    from rich.table import Table

    shown = Table(box=box.SIMPLE, show_header=False)
    for what, value in lines(facts, lang):
        shown.add_row(what, value)
    return shown


_TASKS = {
    "scale": measure_scale,
    "fresh": run_fresh,
    "population": read_population,
    "objects": time_objects,
    "columns": time_columns,
    "province": measure_province,
}

if __name__ == "__main__":
    _with_benchmarks()
    print(json.dumps(_TASKS[sys.argv[1]](*map(float, sys.argv[2:]))))
