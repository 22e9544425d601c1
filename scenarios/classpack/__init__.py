"""The offline pack for a class: hand-outs, worksheets in Word and the small city's data, made from the lesson files."""

SMALL, LARGE = 0.001, 0.01  # about five thousand people, and ten times as many
