"""Lesson files: what may stand in one, what a broken one is told, and how a new one comes into the course."""

import json
import re

import jsonschema
import pytest
import yaml

from scenarios.cli import main
from scenarios.errors import ScenarioError
from scenarios.lessons import Lesson, course, load_lesson, template
from scenarios.lessons.course import LIBRARY, VARIABLE
from scenarios.lessons.lesson import in_force, parse_lesson
from scenarios.lessons.schema import QUESTIONS, lesson_schema
from sim.catalogue import levers
from sim.data import load_pack

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def pack():
    return load_pack()


# --- files ------------------------------------------------------------------------------------------------------------


def test_every_lesson_of_the_project_can_be_read_and_fits_the_schema(pack):
    schema = lesson_schema(pack)
    jsonschema.Draft202012Validator.check_schema(schema)
    names = sorted(path.stem for path in LIBRARY.glob("*.yaml"))
    assert names
    for name in names:
        lesson = load_lesson(LIBRARY / f"{name}.yaml", pack)
        jsonschema.validate(yaml.safe_load((LIBRARY / f"{name}.yaml").read_text(encoding="utf-8")), schema)
        for text in (lesson.title, lesson.question, lesson.theory, lesson.challenge):
            assert CHINESE.search(text["zh"]) and not CHINESE.search(text["en"])
            assert not re.search(r"[\u4e00-\u9fff，。] +[\u4e00-\u9fff]", text["zh"])  # lines are joined without blanks


def test_a_scenario_of_a_lesson_moves_its_levers_and_nothing_else(pack):
    for lesson in course(pack)[0]:
        first = lesson.scenario(lesson.first_try(pack), pack)
        moved = {k.lever for k in lesson.knobs if lesson.first_try(pack)[k.lever] != in_force(k, pack)}
        assert {s.lever for s in first.settings} == moved
        assert moved or len(lesson.knobs) > 1  # a lesson of one lever suggests a move
        assert lesson.scenario({}, pack).hash == lesson.baseline.hash
        for knob in lesson.knobs:
            low, high = levers()[knob.lever].bounds
            assert low <= lesson.first_try(pack)[knob.lever] <= high


BREAKS = [  # what is changed in the template, the field that is named, words of the message
    ("try: 8000", "try: 8e9", "levers.0.try", "must be from 0 to 60000", "须为 0 至 60000"),
    ("lever: new_homes", "lever: new_hmes", "levers.0.lever", "did you mean 'new_homes'", "是否指 'new_homes'"),
    ("kind: reason", "kind: raeson", "questions.2.kind", "did you mean 'reason'", "是否指 'reason'"),
    ("budget: 100", "budget: much", "challenge.budget", "must be a number, got 'much'", "须为数字"),
    ("budget: 100", "budget: -1", "challenge.budget", "must be at least 0", "须不小于 0"),
    ("down: 1}", "down: 1, up: 2}", "challenge.goals.0", "exactly one of up, down, plan", "有且只有"),
    ("household: moves", "household: stays", "household", "allowed: moves, converts", "可用：moves"),
    ("direction, indicator: rent}", "direction}", "questions.0", "'indicator' is missing", "缺少字段 'indicator'"),
    ("price_index, down: 1", "price_index, plan: 2035", "challenge.goals.0.plan", "the plan has no figure", "规划没有"),
    ("\nlevers:\n", "\nlevrs:\n", "levrs", "did you mean 'levers'", "是否指 'levers'"),
    ("\norder: 100", "\norder: soon", "order", "must be a whole number", "须为整数"),
    ("{lever: new_homes,", "{lever: new_homes, place: easst,", "levers.0.place", "did you mean 'east'", "'east'"),
]


@pytest.mark.parametrize(("old", "new", "field", "english", "chinese"), BREAKS, ids=[b[2] + b[1][-8:] for b in BREAKS])
def test_a_broken_lesson_is_told_file_line_and_field_in_both_languages(pack, old, new, field, english, chinese):
    text = template()
    assert old in text
    broken = text.replace(old, new, 1)
    with pytest.raises(ScenarioError) as caught:
        parse_lesson(broken, "mine", pack)
    error = caught.value
    assert (error.file, error.field) == ("mine.yaml", field)
    assert english in error.text("en") and chinese in error.text("zh")
    assert f"line {error.line}" in error.text("en") and f"第 {error.line} 行" in error.text("zh")
    said = broken.splitlines()[error.line - 1]
    key = next(part for part in reversed(field.split(".")) if not part.isdecimal())
    assert key in said or field.split(".")[-1].isdecimal(), said


def test_a_missing_field_and_no_yaml_at_all_are_told(pack):
    text = template()
    for broken, english in (
        (re.sub(r"\nwatch:.*", "", text), "field 'watch' is missing"),
        (text.replace("\n  en: Do more new homes", "\n  # "), "field 'en' is missing"),
        (text.replace("order: 100", "order: [1"), "not valid YAML"),
        ("- a list", "must be a mapping"),
        ("", "must be a mapping"),
    ):
        with pytest.raises(ScenarioError, match=english):
            parse_lesson(broken, "mine", pack)


# --- the course -------------------------------------------------------------------------------------------------------


def test_a_copy_of_the_template_appears_and_a_broken_one_does_not_hide_the_others(pack, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    before, none = course(pack)
    assert not none and before
    (tmp_path / "mine.yaml").write_text(template(), encoding="utf-8")
    (tmp_path / "odd.yaml").write_text(template().replace("budget: 100", "budget: much"), encoding="utf-8")
    lessons, broken = course(pack)
    assert [one.id for one in lessons] == [*(one.id for one in before), "mine"]
    assert [(one.id, one.error.field) for one in broken] == [("odd", "challenge.budget")]
    # a file with the name of a lesson of the project takes its place, and a repaired one is there at once
    (tmp_path / f"{before[0].id}.yaml").write_text(template(), encoding="utf-8")
    (tmp_path / "odd.yaml").write_text(template().replace("order: 100", "order: 2"), encoding="utf-8")
    lessons, broken = course(pack)
    assert not broken and "odd" in [one.id for one in lessons]
    assert next(one for one in lessons if one.id == before[0].id).title["en"] == "My lesson"


def test_the_template_explains_every_kind_of_question(pack):
    assert isinstance(parse_lesson(template(), "mine", pack), Lesson)
    for kind in QUESTIONS:
        assert re.search(rf"^#   {kind} ", template(), re.MULTILINE), kind


def test_commands_check_list_and_describe_lessons(pack, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    (tmp_path / "mine.yaml").write_text(template(), encoding="utf-8")
    assert main(["check", str(tmp_path / "mine.yaml"), "--lang", "en"]) == 0
    assert "My lesson" in capsys.readouterr().out
    (tmp_path / "mine.yaml").write_text(template().replace("try: 8000", "try: -1"), encoding="utf-8")
    assert main(["check", str(tmp_path / "mine.yaml"), "--lang", "zh"]) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and "levers.0.try" in told.err
    assert main(["schema", "lesson"]) == 0
    assert json.loads(capsys.readouterr().out) == lesson_schema(pack, "en")
    for lang in ("zh", "en"):
        assert main(["lessons", "--lang", lang]) == 0
        shown = capsys.readouterr().out
        assert all(one.id[:8] in shown for one in course(pack)[0])
