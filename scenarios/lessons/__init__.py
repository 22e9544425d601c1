"""Lessons for the classroom: files that a teacher can edit and copy, and what is computed from a lesson's own run.

`lesson` reads a file, `schema` says what may stand in one, `course` lists those that there are. `answers` judges what a
student says, `story` tells what the run and one household show, `goals` judges the challenge: all from numbers of the
run, nothing from the file.
"""

from scenarios.lessons.course import Broken, course, template
from scenarios.lessons.lesson import Lesson, load_lesson

__all__ = ["Broken", "Lesson", "course", "load_lesson", "template"]
