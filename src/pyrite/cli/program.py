"""Runs a program in this process as ``__main__``, as ``python`` itself would.

It needs no ``if __name__ == "__main__"`` guard: worker processes never import it.
"""

from __future__ import annotations

import linecache
import sys
import traceback
from types import CodeType, ModuleType


def fresh_main(file: str | None = None) -> ModuleType:
    """An empty module in the place of ``__main__``; functions defined in it travel by value."""
    module = ModuleType("__main__")
    module.__dict__["__builtins__"] = __builtins__
    if file is not None:
        module.__file__ = file
    sys.modules["__main__"] = module
    return module


def run(source: bytes, file: str) -> int:
    """Run the program; the exit code that ``python`` would give.

    An exception is shown from the program's first frame on, through ``sys.excepthook``; of an
    interrupt, the line of the program.

    Raises:
        SystemExit: the program called ``sys.exit``.
    """
    code: CodeType | None = None
    try:
        code = compile(source, file, "exec", dont_inherit=True)
        if file.startswith("<"):  # not a file: keep the lines, for tracebacks and `inspect`
            lines = source.decode("utf-8", "replace").splitlines(keepends=True)
            linecache.cache[file] = (len(source), None, lines, file)
        exec(code, fresh_main(file).__dict__)
    except SystemExit:
        raise
    except KeyboardInterrupt as error:
        reached = [
            at for frame, at in traceback.walk_tb(error.__traceback__) if frame.f_code is code
        ]
        sys.stderr.write(f"interrupted at {file}:{reached[0]}\n" if reached else "interrupted\n")
        return 130
    except BaseException as error:
        frames = error.__traceback__
        while frames is not None and frames.tb_frame.f_code is not code:
            frames = frames.tb_next
        _show(error.with_traceback(frames), file)
        return 1
    return 0


def _show(error: BaseException, file: str) -> None:
    plain = sys.excepthook is sys.__excepthook__ and sys.version_info < (3, 13)
    if plain and file.startswith("<"):
        traceback.print_exception(error)  # the hook itself does not know the lines of <stdin>
    else:
        sys.excepthook(type(error), error, error.__traceback__)
