"""The pickler of functions: cloudpickle's, which is quick with what is Pyrite's own, and knows
functions and properties that keep their results. These travel without the results: each worker
starts with none.
"""

from __future__ import annotations

import copyreg
import sys
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from types import FunctionType
from typing import Any, ClassVar

_Cached = type(cache(len))


@cache
def pickler() -> type[Any]:
    """The class of it. Made when first needed: importing cloudpickle is slow."""
    import cloudpickle

    own, *_ = cloudpickle.Pickler.dispatch_table.maps
    reducers = {**own, _Cached: _reduced_function, cached_property: _reduced_property}

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc, unused-ignore]
        # cloudpickle's is a ChainMap, which takes more time than all else.
        dispatch_table: ClassVar[Any] = copyreg.dispatch_table

        def reducer_override(self, obj: Any) -> Any:
            kind = type(obj)
            reduced = reducers.get(kind)
            if reduced is not None:
                return reduced(obj)
            if (kind is FunctionType or issubclass(kind, type)) and not _is_engines(obj):
                return super().reducer_override(obj)
            return NotImplemented

    return Pickler


def _is_engines(value: Any) -> bool:
    """Whether a class or function is found in one of Pyrite's modules, by its name."""
    module = value.__module__
    return (
        isinstance(module, str)
        and module.startswith("pyrite.")
        and getattr(sys.modules.get(module), value.__qualname__, None) is value
    )


def _reduced_function(function: Any) -> Any:
    if function.__module__ != "__main__" and "<locals>" not in function.__qualname__:
        return function.__qualname__  # by name
    return _function, (function.__wrapped__, function.cache_parameters())


def _function(wrapped: Callable[..., Any], parameters: dict[str, Any]) -> Any:
    return lru_cache(**parameters)(wrapped)


def _reduced_property(value: cached_property[Any]) -> Any:
    state = {"attrname": value.attrname, "__doc__": value.__doc__}
    return cached_property, (value.func,), state
