"""Functions and properties that keep their results, which cloudpickle alone cannot pickle.

They travel without the results: each worker starts with none.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from typing import Any, ClassVar

_Cached = type(cache(len))


@cache
def pickler() -> type[Any]:
    """cloudpickle's pickler, which knows them too. Made when first needed: importing is slow."""
    import cloudpickle

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc, unused-ignore]
        dispatch_table: ClassVar[Any] = ChainMap(
            {_Cached: _reduced_function, cached_property: _reduced_property},
            *cloudpickle.Pickler.dispatch_table.maps,
        )

    return Pickler


def _reduced_function(function: Any) -> Any:
    if function.__module__ != "__main__" and "<locals>" not in function.__qualname__:
        return function.__qualname__  # by name
    return _function, (function.__wrapped__, function.cache_parameters())


def _function(wrapped: Callable[..., Any], parameters: dict[str, Any]) -> Any:
    return lru_cache(**parameters)(wrapped)


def _reduced_property(value: cached_property[Any]) -> Any:
    state = {"attrname": value.attrname, "__doc__": value.__doc__}
    return cached_property, (value.func,), state
