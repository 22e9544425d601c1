"""What is measured with many people at one server: `python -m benchmarks.load board 30`, `levers 20`, `memory 500`.

The server is another process on this machine; clients speak its protocol without browsers. Seconds are what a person
waits; a machine that is used by others too gives longer ones.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.load.client import Person
from benchmarks.load.server import app_server, resident_mb

LESSON = "push_and_pull"
FIGURES = 'class="figures"'
LEVER, STEP = "main.new_homes", 500.0


@dataclass
class Waits:
    """Seconds that people waited, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        found = np.array(self.seconds)
        ends = {f"p{q}": round(float(np.percentile(found, q)), 2) for q in (50, 95)}
        return {"n": len(found), **ends, "max": round(float(found.max()), 2), "errors": self.errors}


def query_of(person: Person) -> dict[str, str]:
    """What the address bar of a session says."""
    return dict(part.split("=", 1) for part in person.query.split("&") if "=" in part)


# --- the class board --------------------------------------------------------------------------------------------------


async def board(url: str, students: int) -> dict[str, object]:
    """Students bet at about the same time: how long after a bet the board shows it. It looks as often as a browser."""
    teacher = Person(url, f"mode=board&lesson={LESSON}&lang=en")
    await teacher.arrive()
    code = query_of(teacher)["class"]
    (fragment, every), *_ = teacher.fragments.items()
    shown_at: dict[int, float] = {}
    stop = asyncio.Event()

    async def watch() -> None:
        while not stop.is_set():
            await asyncio.sleep(every)
            await teacher.rerun(fragment=fragment)
            seen = int(teacher.texts().split(" bets · ")[0].rsplit(" ", 1)[-1])
            for k in range(seen):
                shown_at.setdefault(k + 1, time.perf_counter())

    watching = asyncio.create_task(watch())
    class_of = [Person(url, f"mode=teach&class={code}&lesson={LESSON}&step=bet&lang=en") for _ in range(students)]
    arrived, betted = Waits(), Waits()
    sent: list[float] = []

    async def study(k: int, student: Person) -> None:
        await asyncio.sleep(0.1 * k)
        arrived.seconds.append(await student.arrive())
        await student.choose("bet_direction", k % 3)
        begun = time.perf_counter()
        betted.seconds.append(await student.type_number("bet_amount", float(k)))
        sent.append(begun)

    await asyncio.gather(*(study(k, s) for k, s in enumerate(class_of)))
    while len(shown_at) < students and time.perf_counter() - max(sent) < 60:
        await asyncio.sleep(0.2)
    stop.set()
    await watching
    # the k-th bet that was sent is on the board at the latest when the board shows k of them
    delays = Waits([shown_at[k + 1] - t for k, t in enumerate(sorted(sent))])
    errors = [e for p in (teacher, *class_of) for e in p.errors]
    numbers = sorted(int(s.texts().split("number ")[1].split()[0].split("<")[0]) for s in class_of)
    for person in (teacher, *class_of):
        await person.leave()
    return {
        "students": students, "on_the_board": delays.told(), "bet": betted.told(), "arrive": arrived.told(),
        "errors": errors, "numbers": numbers == list(range(1, students + 1)), "text": teacher.texts(),
    }  # fmt: skip


# --- levers -----------------------------------------------------------------------------------------------------------


def _answered(lever: str, value: float):
    """The address bar says the new value, and figures have come after it."""
    return lambda person: query_of(person).get(lever) == f"{value:g}" and FIGURES in person.fresh


async def levers(
    url: str, users: int, moves: int, think: float, seed: int = 1, to_the_end: bool = False
) -> dict[str, object]:
    """Each user moves a lever again and again to values that nobody else has; `think` is the mean pause in seconds.

    `to_the_end`: wait at last until all futures are in. Measured: from the release of the lever to the first figures
    that came after the address bar had the new value.
    """
    people = [Person(url, "lang=en") for _ in range(users)]
    waits, rng = Waits(), random.Random(seed)
    pauses = [[rng.uniform(0.5, 1.5) * think for _ in range(moves)] for _ in people]
    last: dict[int, float] = {}

    async def work(k: int, person: Person) -> None:
        await asyncio.sleep(think * k / users)
        await person.arrive()
        for n in range(moves):
            await person.think(pauses[k][n])
            last[k] = STEP * (1 + (k + users * n) % 36)
            waits.seconds.append(await person.move(LEVER, last[k], _answered("new_homes", last[k])))
        if to_the_end:
            await person.settle()
        if query_of(person).get("new_homes") != f"{last[k]:g}":
            waits.errors.append(f"user {k} sees another scenario: {person.query}")

    await asyncio.gather(*(work(k, p) for k, p in enumerate(people)))
    found = {"users": users, "moves": moves, "think": think, "first_answer": waits.told()}
    found["errors"] = [e for p in people for e in p.errors]
    found["own"] = [(query_of(p).get("new_homes"), f"{last[k]:g}", p.html(FIGURES)) for k, p in enumerate(people)]
    for person in people:
        await person.leave()
    return found


async def memory(url: str, changes: int, process: int) -> dict[str, object]:
    """One session after the other changes scenarios; resident memory of the server every fifty changes."""
    person, grown = Person(url, "lang=en"), []
    await person.arrive()
    for n in range(changes):
        value = 100.0 + n * 20.0
        await person.move(LEVER, value, _answered("new_homes", value))
        if (n + 1) % 50 == 0:
            await person.settle()
            grown.append(round(resident_mb(process), 1))
    await person.leave()
    return {"changes": changes, "resident_mb": grown, "errors": person.errors}


def main() -> None:
    """Starts a server, measures, prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("board", "levers", "memory"))
    parser.add_argument("n", type=int, nargs="?")
    parser.add_argument("--think", type=float, default=10.0, help="mean pause of a user between two moves, seconds")
    parser.add_argument("--moves", type=int, default=5)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a killed measurement takes its server with it
    with app_server(Path(__file__).parents[2]) as (url, process):
        asyncio.run(_warm(url))
        if args.what == "board":
            found = asyncio.run(board(url, args.n or 30))
            found.pop("text")
        elif args.what == "levers":
            found = asyncio.run(levers(url, args.n or 20, args.moves, args.think))
            found["own"] = all(has == wanted for has, wanted, _ in found["own"])
        else:
            found = asyncio.run(memory(url, args.n or 500, process))
        found["resident_mb_at_the_end"] = round(resident_mb(process), 1)
    found["cores"], found["load"] = os.cpu_count(), [round(x, 1) for x in os.getloadavg()]
    print(json.dumps(found, indent=2))


async def _warm(url: str) -> None:
    """Compiled code and start populations, before anybody waits for them."""
    for query in ("lang=en", f"mode=teach&lesson={LESSON}&step=bet&lang=en"):
        person = Person(url, query)
        await person.arrive()
        await person.leave()
