"""The teacher's guide: the lesson files, the texts of docs/teacher_guide.yaml, and answers computed from the model.

What students are asked and told on the screen is asked and told here, by the same code (`ui.teach.words`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from making.tables import table
from scenarios.address import END, SCALE, START
from scenarios.lessons import Lesson, course
from scenarios.lessons.answers import answerable, judge, options
from scenarios.lessons.course import LIBRARY
from scenarios.lessons.evidence import Evidence, OfResult, Pairs
from scenarios.lessons.goals import Judged
from scenarios.lessons.goals import judge as judge_goals
from scenarios.lessons.lesson import Figure, in_force
from scenarios.runner import replicate_seed, run_all
from sim.catalogue import levers
from sim.inside.cases import find_case
from sim.inside.worlds import World
from ui.city import city_pack
from ui.teach import words
from ui.teach.runs import FUTURES, SMALL
from ui.texts import place_name, text, title, unit

FILE = Path(__file__).resolve().parents[1] / "teacher_guide.yaml"
TRIED = (0.1, 0.25, 0.5, 1.0)  # of the way from what is in force to the far bound


@dataclass(frozen=True)
class Size:
    """How large the runs of the guide are; the defaults are those of the class."""

    scale: float = SMALL
    futures: int = FUTURES
    large: float = SCALE
    seed: int = 1
    end: int = END


CLASS = Size()


@dataclass(frozen=True)
class Found:
    """What the model says of one lesson: evidence at the first try, and the challenge at several settings."""

    lesson: Lesson
    evidence: Evidence
    tried: tuple[tuple[str, Judged], ...]  # what was set, how the goals stand


@cache
def texts() -> dict:
    """The texts of docs/teacher_guide.yaml."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def lessons() -> list[Lesson]:
    """The lessons of the project; ValueError where the guide says nothing of one, or of one that is not there."""
    there, told = {path.stem for path in LIBRARY.glob("*.yaml")}, set(texts()["lessons"])
    if there != told:
        raise ValueError(f"{FILE.name}: no text of {sorted(there - told)}; no lesson {sorted(told - there)}")
    return [lesson for lesson in course(city_pack())[0] if lesson.id in told]


def find(lesson: Lesson, size: Size = CLASS) -> Found:
    """Runs what a class runs in this lesson."""
    first = lesson.scenario(lesson.first_try(city_pack()), city_pack())
    settings = list(_settings(lesson))
    small = _pairs(lesson, [first, *(lesson.scenario(values, city_pack()) for _, values in settings)], size, size.scale)
    large = _pairs(lesson, [first], size, size.large)[0] if _needs_large(lesson) else None
    case = find_case(lesson.household, _world(lesson.baseline, size), _world(first, size), size.end)
    evidence = Evidence(small[0], large, None, case, (size.scale, size.large))
    tried = tuple(
        (name, judge_goals(lesson, pairs, city_pack())) for (name, _), pairs in zip(settings, small[1:], strict=True)
    )
    return Found(lesson, evidence, tried)


def _needs_large(lesson: Lesson) -> bool:
    return any(question.kind == "scale" for question in lesson.questions)


def _pairs(lesson: Lesson, scenarios: list, size: Size, scale: float) -> list[Pairs]:
    """Baseline and each scenario, small enough to keep counties only."""
    done = run_all(
        [lesson.baseline, *scenarios], start=START, end=size.end, scale=scale, replicates=size.futures,
        seed=size.seed, detail="counties", progress=False,
    )  # fmt: skip
    return [Pairs(OfResult(done[0]), OfResult(other)) for other in done[1:]]


def _world(scenario, size: Size) -> World:
    run = {"scale": size.scale, "seed": replicate_seed(size.seed, 0), "threads": 1, "pack": city_pack()}
    return World(scenario.policy(city_pack(), START, size.end), START, run)


def _settings(lesson: Lesson) -> Iterator[tuple[str, dict[str, float]]]:
    """Settings of the challenge: each lever so far along the way to the bound on the side of its first try."""
    for share in TRIED:
        values = {}
        for knob in lesson.knobs:
            now, entry = in_force(knob, city_pack()), levers()[knob.lever]
            start = now if knob.start is None else knob.start
            far = entry.levels["maximum"] if start == now else entry.bounds[1] if start > now else entry.bounds[0]
            values[knob.lever] = now + share * (far - now)
        single = len(values) == 1
        yield f"{next(iter(values.values())):g}" if single else f"{share:.0%}", values


def page(lang: str, found: list[Found], size: Size = CLASS) -> str:
    """The guide in one language."""
    say = texts()
    parts = [f"(teacher-guide-{lang})=\n# {_word(lang, 'title')}\n", say["about"][lang] + "\n"]
    shares = {"share": f"{100 * size.scale:g}", "large": f"{100 * size.large:g}", "futures": size.futures}
    parts.append(_word(lang, "made", seed=size.seed, start=START, end=size.end, **shares) + "\n")
    head = [_word(lang, "minutes"), _word(lang, "what")]
    for k, hour in enumerate(say["hours"], start=1):
        rows = [[f"{a}–{b}", what] for a, b, what in hour[lang]]
        parts.append(f"## {_word(lang, 'hour', k=k)}\n\n{table(head, rows)}")
    parts.append(f"## {_word(lang, 'lesson_plan')}\n\n{table(head, say['steps'][lang])}")
    return "\n".join([*parts, *(_lesson(lang, one) for one in found)])


def _word(lang: str, key: str, **values: object) -> str:
    return texts()["words"][key][lang].format(**values)


def _lesson(lang: str, found: Found) -> str:
    lesson, say = found.lesson, texts()["lessons"][found.lesson.id]
    knobs = [
        f"{title(lang, levers()[k.lever])} `{k.lever}`"
        + (f" ({place_name(lang, k.place)})" if k.place != city_pack().city_id else "")
        + (f", {_word(lang, 'try', value=f'{k.start:g}', unit=unit(lang, levers()[k.lever].unit))}" if k.start else "")
        for k in lesson.knobs
    ]
    parts = [
        f"## {lesson.title[lang]}\n",
        f"**{_word(lang, 'question')}** {lesson.question[lang]} ({lesson.minutes} {_word(lang, 'minutes')})\n",
        f"**{_word(lang, 'point')}** {say['point'][lang]}\n",
        f"**{_word(lang, 'lever')}** {'; '.join(knobs)}\n",
        f"### {_word(lang, 'chain')}\n\n{_chain(lang, found)}",
        f"### {_word(lang, 'household')}\n\n{_household(lang, found.evidence)}\n",
        f"### {_word(lang, 'challenge')}\n\n{_challenge(lang, found)}",
        f"### {_word(lang, 'answers')}\n\n{_answers(lang, found)}",
        f"### {_word(lang, 'misconceptions')}\n\n{_misconceptions(lang, found, say['misconceptions'])}",
    ]
    return "\n".join(parts)


def _chain(lang: str, found: Found) -> str:
    rows, pairs = [], found.evidence.small
    for figure in dict.fromkeys([*found.lesson.chain, found.lesson.watch]):
        change, shown = pairs.change(figure.indicator, figure.place), words.Unit(lang, figure, pairs)
        levels = [shown.level(change.baseline), shown.level(change.current), shown.difference(change.difference)]
        rows.append([words.figure_name(lang, figure), *levels, f"{change.up}/{change.pairs}"])
    return table([_word(lang, k) for k in ("figure", "nothing", "policy", "difference", "higher")], rows)


def _household(lang: str, evidence: Evidence) -> str:
    if evidence.case is None:
        return _word(lang, "nobody")
    return "\n\n".join([*words.case_story(lang, evidence.case), words.case_tip(lang, evidence.case)])


def _challenge(lang: str, found: Found) -> str:
    lesson, rows = found.lesson, []
    for name, judged in found.tried:
        stands = [words.goal_words(lang, outcome)[1] for outcome in judged.outcomes]
        rows.append([name, *stands, f"{judged.cost:.0f}", _word(lang, "is_solved" if judged.solved else "is_not")])
    goals = [words.goal_words(lang, outcome)[0] for outcome in found.tried[0][1].outcomes]
    first = _word(lang, "value" if len(lesson.knobs) == 1 else "moved")
    said = _word(lang, "solvable", budget=f"{lesson.budget:g}", k=sum(judged.solved for _, judged in found.tried))
    head = [first, *goals, _word(lang, "cost"), _word(lang, "solved")]
    return f"{lesson.challenge[lang]} {said}\n\n{table(head, rows)}"


def _answers(lang: str, found: Found) -> str:
    rows = []
    for question in found.lesson.questions:
        if not answerable(question, found.evidence):
            rows.append(f"1. {_kind(lang, question)} {_word(lang, 'cannot')}")
            continue
        choices = options(question, found.evidence)
        truth = judge(question, choices[0] if choices else 0.0, found.evidence).truth
        truth = truth if choices else float(f"{truth:.3g}")  # as somebody would say it
        verdict = judge(question, truth, found.evidence)
        asked = words.ask(lang, question, found.evidence)
        rows.append(f"1. {asked} {words.feedback(lang, question, verdict, found.evidence)}")
    return "\n".join(rows) + "\n"


def _kind(lang: str, question) -> str:
    if question.figure:
        return question.ask.get(lang) or words.figure_name(lang, question.figure)
    return question.ask.get(lang) or text(lang, f"ask_{question.kind}", place="…")


def _misconceptions(lang: str, found: Found, said: list[dict]) -> str:
    rows, pairs = [], found.evidence.small
    for one in said:
        figure = Figure(one["look"], city_pack().city_id)
        change = pairs.change(figure.indicator, figure.place)
        mean = words.Unit(lang, figure, pairs).difference(change.difference)
        numbers = {"up": change.up, "down": change.down, "n": change.pairs, "mean": mean}
        rows.append(f"- {one[lang]} {_word(lang, 'shows', figure=words.figure_name(lang, figure), **numbers)}")
    return "\n".join(rows) + "\n"


def write(folder: Path, size: Size = CLASS) -> None:
    """teacher_guide.md in the folder of each language."""
    from tqdm import tqdm

    with np.errstate(invalid="ignore"):
        found = [find(lesson, size) for lesson in tqdm(lessons(), desc="teacher's guide", delay=2, disable=None)]
    for lang in ("zh", "en"):
        (folder / lang / "teacher_guide.md").write_text(page(lang, found, size), encoding="utf-8")
