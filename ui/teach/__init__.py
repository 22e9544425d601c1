"""Lessons in the app (`?mode=teach`).

page      the frame: lessons, steps, language          progress  what one student has done in a lesson
runs      evidence as it comes in                      steps     one function a step of a lesson
words     sentences made from the run's own numbers    inside    one household laid open
"""
