"""A function's source is believed only with proof."""

import importlib.util
import linecache

from tests.compile.both import Both

from pyrite.lineage.ops import Map


def test_a_source_is_believed_only_if_it_is_the_functions(tmp_path):
    path = tmp_path / "edited.py"
    path.write_text("f = lambda x: x + 1\n")
    spec = importlib.util.spec_from_file_location("edited", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    told = {
        "f = lambda x: x + 1\n": "",
        "f = lambda x: x + 2\n": "not what it was compiled from",
        "f = lambda x: x + 1.0\n": "not what it was compiled from",
        "f = lambda x: x + True\n": "not what it was compiled from",
        "f = lambda y: y + 1\n": "not what it was compiled from",
        "f  = lambda x: x + 1\n": "not what it was compiled from",
        "\nf = lambda x: x + 1\n": "not what it was compiled from",
        "f = lambda x: x + (\n": "parsed",
        "": "not ",
    }
    for text, why in told.items():
        path.write_text(text)
        linecache.clearcache()
        both = Both()
        (reason,) = both.check(lambda: [Map(module.f)])
        assert why in reason, text
        assert bool(why) == bool(reason), text
