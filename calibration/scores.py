"""Scores of forecasts: mean absolute error, and the continuous ranked probability score of several futures."""

import numpy as np


def absolute_error(forecast: np.ndarray, truth: np.ndarray) -> float:
    """Mean of |forecast - truth| over places; of futures [N, places] the median is the forecast."""
    forecast = np.asarray(forecast, dtype=float)
    middle = np.median(forecast, axis=0) if forecast.ndim > np.ndim(truth) else forecast
    return float(np.mean(np.abs(middle - truth)))


def crps(futures: np.ndarray, truth: np.ndarray) -> float:
    """Mean over places of E|X - y| - E|X - X'| / 2, X, X' drawn from futures [N, places] (Gneiting and Raftery 2007).

    One future has no spread: the score is its absolute error, so point forecasts and futures are on one scale.
    """
    x = np.sort(np.atleast_2d(np.asarray(futures, dtype=float)), axis=0)
    n = len(x)
    rank = 2.0 * np.arange(1, n + 1) - n - 1.0
    apart = (rank[:, None] * x).sum(axis=0) / n**2  # half the mean of |x_i - x_j| over all pairs
    return float(np.mean(np.abs(x - truth).mean(axis=0) - apart))
