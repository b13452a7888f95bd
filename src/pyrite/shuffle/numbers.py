"""Numbers sorted by NumPy, several times faster, where that is exactly Python's order.

That is so for ints of 64 bits, and for floats but NaN. Equal floats may differ, as 0.0 and -0.0 do:
then the sort has to be stable.
"""

from __future__ import annotations

from typing import Any

from pyrite.batch.numeric import numpy

_WORTH_IT = 2_000
_WORTH_AN_IMPORT = 300_000
"""Numbers whose sorting takes longer than NumPy's, and than NumPy takes to be imported."""


def sorted_numbers(numbers: list[Any], ascending: bool, times: int = 1) -> list[Any] | None:
    """The numbers in order, or None if it is not for NumPy to sort these.

    Parameters:
        times: how many such lists there are to sort.
    """
    array = _array(numbers, times)
    if array is None:
        return None
    backward = -1 if not ascending else 1
    stable = array.dtype.kind == "f" and not array.all()
    ordered = array[::backward].copy()
    ordered.sort(kind="stable" if stable else None)
    result: list[Any] = ordered[::backward].tolist()
    return result


def places_in_order(numbers: list[Any], ascending: bool, times: int = 1) -> list[int] | None:
    """The places of the numbers, in the order of these; or None, as of `sorted_numbers`."""
    array = _array(numbers, times)
    if array is None:
        return None
    if ascending:
        places = array.argsort(kind="stable")
    else:  # equals keep their order, as in `list.sort(reverse=True)`
        places = len(numbers) - 1 - array[::-1].argsort(kind="stable")[::-1]
    result: list[int] = places.tolist()
    return result


def _array(numbers: list[Any], times: int) -> Any:
    if len(numbers) < _WORTH_IT or type(numbers[0]) not in (int, float):
        return None
    np = numpy(len(numbers) * times >= _WORTH_AN_IMPORT)
    kinds = set(map(type, numbers)) if np else ()
    if len(kinds) != 1:
        return None
    try:
        array = np.array(numbers, np.int64 if kinds == {int} else np.float64)
    except OverflowError:
        return None
    return None if array.dtype.kind == "f" and np.isnan(array).any() else array
