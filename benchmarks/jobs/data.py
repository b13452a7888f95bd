"""Input of any size, the same on every machine: text, logs, documents, records, a graph.

A small input is repeated: real data, if the project's shared data lies beside the checkout, else
what is generated here with a fixed seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from itertools import accumulate, cycle
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"

_VOCABULARY = 40_000
_WORDS = 600_000
_PER_LINE = 12
_LOG_LINES = 10_000
_PAGE_LINES = 20
_KEY_LETTERS = ascii_uppercase + ascii_lowercase + digits
_LINKS = 100_000
_PAGES = 10_000  # more than any page's number
_SEED = 1869


def origin() -> str:
    """What the input is, for people."""
    return "the project's shared data, repeated" if SHARED.exists() else "generated, repeated"


def text_file(folder: Path, megabytes: int) -> Path:
    """At least so many million bytes of lines: *War and Peace*, or generated words."""
    return _repeated(folder, "text", megabytes, novel if SHARED.exists() else generated_text)


def log_file(folder: Path, megabytes: int) -> Path:
    """At least so many million bytes of logs: of HDFS, ZooKeeper and Hadoop, or generated."""
    return _repeated(folder, "log", megabytes, logs if SHARED.exists() else generated_log)


def access_file(folder: Path, megabytes: int) -> Path:
    """At least so many million bytes of a web server's log, in Apache's combined format."""
    return _repeated(folder, "access", megabytes, access if SHARED.exists() else generated_access)


def pages_file(folder: Path, megabytes: int) -> Path:
    """At least so many million bytes of documents, one a line: ``number<TAB>text``."""

    def write(path: Path) -> None:
        text = (novel() if SHARED.exists() else generated_text()).decode("ascii")
        pages = [" ".join(lines) for lines in _batched(text.splitlines(), _PAGE_LINES)]
        with path.open("w", encoding="ascii", newline="\n") as file:
            for number, page in enumerate(cycle(pages)):
                if file.tell() >= megabytes * 1_000_000:
                    break
                file.write(f"{number}\t{page}\n")

    return _made(folder / f"{_kind()}-pages-{megabytes}.txt", write)


def records_file(folder: Path, megabytes: int) -> Path:
    """So many million bytes of TeraSort's records as text: a line is a random key of 10 characters,
    no two of them alike in all likelihood, and 89 more."""

    def write(path: Path) -> None:
        source = random.Random(_SEED)
        with path.open("w", encoding="ascii", newline="\n") as file:
            for number in range(megabytes * 10_000):
                key = "".join(source.choices(_KEY_LETTERS, k=10))
                file.write(f"{key}{number:032X}{chr(65 + number % 26) * 57}\n")

    return _made(folder / f"records-{megabytes}.txt", write)


def graph_file(folder: Path, copies: int) -> Path:
    """So many copies, side by side, of a graph of 100,000 links: Wikipedia's votes on
    administrators, or generated. A line is ``from<TAB>to``; each copy has pages of its own."""
    links = list(votes() if SHARED.exists() else generated_links())

    def write(path: Path) -> None:
        with path.open("w", encoding="ascii") as file:
            for first in range(0, copies * _PAGES, _PAGES):
                file.writelines(f"{first + a}\t{first + b}\n" for a, b in links)

    return _made(folder / f"{_kind()}-graph-{copies}.txt", write)


def _kind() -> str:
    return "real" if SHARED.exists() else "generated"


def _repeated(folder: Path, name: str, megabytes: int, block: Callable[[], bytes]) -> Path:
    def write(path: Path) -> None:
        text = block()
        with path.open("wb") as file:
            while file.tell() < megabytes * 1_000_000:
                file.write(text)

    return _made(folder / f"{_kind()}-{name}-{megabytes}.txt", write)


def _batched(lines: list[str], number: int) -> Iterable[list[str]]:
    return (lines[at : at + number] for at in range(0, len(lines), number))


def _made(path: Path, write: Callable[[Path], None]) -> Path:
    """The path of a file that is there as a whole, or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        write(unfinished)
        unfinished.rename(path)
    return path


def novel() -> bytes:
    return (SHARED / "text" / "war-and-peace.txt").read_bytes()


def logs() -> bytes:
    names = ("HDFS_2k.log", "Zookeeper_2k.log", "Hadoop_2k.log")
    texts = ((SHARED / "logs" / name).read_bytes() for name in names)
    return b"".join(text.replace(b"\r\n", b"\n").rstrip() + b"\n" for text in texts)


def access() -> bytes:
    return (SHARED / "logs" / "apache_access.log").read_bytes()


def votes() -> Iterable[tuple[int, int]]:
    lines = (SHARED / "graph" / "wiki-Vote.txt").read_text(encoding="ascii").splitlines()
    for line in lines:
        if not line.startswith("#"):
            voter, candidate = line.split()
            yield int(voter), int(candidate)


def generated_text() -> bytes:
    """About 4 MB of ASCII words in lines that end in LF, with a language's frequencies (Zipf)."""
    source = random.Random(_SEED)
    vocabulary = [
        "".join(source.choices(ascii_lowercase, k=min(12, 2 + rank.bit_length() // 2)))
        for rank in range(1, _VOCABULARY + 1)
    ]
    weights = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))
    words = source.choices(vocabulary, cum_weights=weights, k=_WORDS)
    lines = (" ".join(words[at : at + _PER_LINE]) for at in range(0, _WORDS, _PER_LINE))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def generated_log() -> bytes:
    """About 1 MB; one line of forty is an error."""
    source = random.Random(_SEED)
    lines = []
    for second in range(_LOG_LINES):
        clock = f"2026-01-05 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},000"
        text = f"[worker-{source.randrange(100)}] org.example.Server$Handler: request {second}"
        if source.random() < 1 / 40:
            cause = source.choice(
                ["IOException: connection reset", "TimeoutException", "disk full"]
            )
            lines.append(f"{clock} ERROR {text} failed: {cause}\n")
        else:
            lines.append(f"{clock} INFO {text} was served in {source.randrange(900)} ms\n")
    return "".join(lines).encode("ascii")


def generated_access() -> bytes:
    """About 1 MB of requests of some hundred clients."""
    source = random.Random(_SEED)
    lines = []
    for number in range(_LOG_LINES):
        client = f"10.0.{int(8 * source.random() ** 2)}.{int(200 * source.random() ** 2)}"
        status = source.choice(["200"] * 17 + ["304", "404", "500"])
        size = "-" if status == "304" else str(source.randrange(200, 90_000))
        clock = f"05/Jan/2026:{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02} +0000"
        lines.append(
            f'{client} - - [{clock}] "GET /page/{source.randrange(2_000)} HTTP/1.1" '
            f'{status} {size} "-" "Mozilla/5.0"\n'
        )
    return "".join(lines).encode("ascii")


def generated_links() -> Iterable[tuple[int, int]]:
    """Pages link to those before them, to the oldest the most; the first pages have no links."""
    source = random.Random(_SEED)
    links: dict[tuple[int, int], None] = {}
    while len(links) < _LINKS:
        page = source.randrange(1_000, 7_000)
        links[page, int(page * source.random() ** 3)] = None
    return links
