"""Words counted in blocks of bytes, against words counted one by one."""

import operator

import numpy as np
import pytest
from tests.batch.texts import SPACES, text

from pyrite.batch.text import Words
from pyrite.batch.words import WordCounter

PROGRAMS = {
    "white space": lambda lines: lines.flatMap(lambda line: line.split()).map(lambda w: (w, 1)),
    "none": lambda lines: lines.flatMap(lambda line: line.split(None)).map(lambda w: (w, 1)),
    "stripped": lambda lines: lines.flatMap(lambda line: line.strip().split()).map(lambda w: (w, 1)),
    "spaces": lambda lines: lines.flatMap(lambda line: line.split(" ")).map(lambda w: (w, 1)),
    "commas": lambda lines: lines.flatMap(lambda line: line.split(",")).map(lambda w: (w, 1)),
    "no empty ones": lambda lines: (
        lines.flatMap(lambda line: line.split(" ")).filter(lambda w: w != "").map(lambda w: (w, 1))
    ),
    "true ones": lambda lines: (
        lines.flatMap(lambda line: line.split(",")).filter(lambda w: w).map(lambda w: (w, 1))
    ),
    "lower lines": lambda lines: (
        lines.flatMap(lambda line: line.lower().split()).map(lambda w: (w, 1))
    ),
    "lower words": lambda lines: (
        lines.flatMap(lambda line: line.split(" ")).map(lambda w: (w.lower(), 1))
    ),
    "both lower": lambda lines: (
        lines.map(lambda line: line.lower()).flatMap(lambda line: line.split()).map(lambda w: (w, 1))
    ),
}  # fmt: skip


@pytest.fixture
def taken(monkeypatch):
    """For each block, whether it was counted at once."""
    log = []
    add = WordCounter.add

    def noted(self, block):
        log.append(add(self, block))
        return log[-1]

    monkeypatch.setattr(WordCounter, "add", noted)
    return log


@pytest.mark.parametrize("name", PROGRAMS)
def test_hard_texts(name, eager, taken, with_and_without, tmp_path):
    for seed in range(24):
        (tmp_path / f"{seed}.txt").write_bytes(text(seed))

    def counts(sc):
        found = []
        for seed in range(24):
            lines = sc.textFile(str(tmp_path / f"{seed}.txt"), 1 + seed % 2)
            found.append(PROGRAMS[name](lines).reduceByKey(operator.add, 1).collect())
        return found

    assert any(with_and_without(counts))
    assert taken.count(True) > 35
    assert taken.count(False) > 5


@pytest.mark.parametrize("errors", ["strict", "ignore", "replace", "surrogateescape"])
def test_text_that_is_not_utf8(errors, eager, taken, with_and_without, tmp_path):
    (tmp_path / "a.txt").write_bytes(
        b"a b c\n" * 9 + b"c \xed\xa0\x80 d\n" + b"a b c\n" * 9 + b"e \xff f\n"
    )

    def counts(sc):
        words = sc.textFile(str(tmp_path / "a.txt"), 1, errors=errors).flatMap(lambda x: x.split())
        try:
            return words.map(lambda w: (w, 1)).reduceByKey(lambda a, b: a + b, 1).collect()
        except UnicodeDecodeError as error:
            return str(error), error.__notes__

    with_and_without(counts)
    assert True in taken


def test_every_space_of_unicode():
    """The words are cut where `str.split` cuts them, or the block is left alone."""
    refused = 0
    for code in range(0x3100):
        if 0xD800 <= code < 0xE000:
            continue
        block = f"a{chr(code)}b\n".encode() * 2
        counted = {}
        counter = WordCounter(Words(None), counted, np)
        if counter.add(block):
            counter.settle()
            assert list(counted) == list(dict.fromkeys(block.decode().split())), hex(code)
            assert set(counted.values()) == {2}
        else:
            refused += 1
    assert refused == 1 + sum(not space.isascii() for space in SPACES)  # and the zero byte


@pytest.mark.parametrize("space", [space for space in SPACES if space.isascii()])
def test_spaces_beside_other_control_characters(space):
    counted = {}
    counter = WordCounter(Words(None), counted, np)
    assert counter.add(f"a\x01b{space}c\x1bd\x0e{space}\x08\n".encode())
    assert list(counted) == ["a\x01b", "c\x1bd\x0e", "\x08"]


def test_words_that_share_a_slot_or_their_first_letters():
    blocks = [
        " ".join(f"{'abcdefgh' * (n % 3)}{n // 3}" for n in range(start, start + 4000, 2))
        for start in (0, 1, 0, 2000, 0, 1, 7)
    ]
    blocks += [" ".join(f"{n:08}the_tail {n:08}" for n in range(5000))] * 3
    counted, expected = {}, {}
    counter = WordCounter(Words(None), counted, np)
    for number, block in enumerate(blocks):
        assert counter.add(block.encode())
        for word in block.split():
            expected[word] = expected.get(word, 0) + 1
        if number % 3 == 2 or number == len(blocks) - 1:
            counter.settle()
            assert list(counted.items()) == list(expected.items())
        if number == 5:  # as if they had been spilled
            counted.clear()
            expected.clear()


def test_new_words_are_left_to_the_loop_if_most_are():
    counter = WordCounter(Words(None), {}, np)
    said = [
        counter.add(" ".join(str(n) for n in range(start, start + 100)).encode())
        for start in range(0, 10_000, 100)
    ]
    assert said[0] is True
    assert said[-1] is False


def test_counts_are_spilled(eager, taken, make_context, tmp_path):
    lines = [f"{n % 700} {n} {n % 3}" for n in range(3000)] * 2
    (tmp_path / "a.txt").write_text("\n".join(lines))
    sc = make_context("local", {"pyrite.worker.memory": "1m"})
    words = sc.textFile(str(tmp_path / "a.txt"), 2).flatMap(lambda line: line.split())
    counts = dict(words.map(lambda w: (w, 1)).reduceByKey(lambda a, b: a + b).collect())
    expected = {}
    for word in " ".join(lines).split():
        expected[word] = expected.get(word, 0) + 1
    assert counts == expected
    assert True in taken


NOT_THESE = {
    "another count": lambda words: words.map(lambda w: (w, 2)).reduceByKey(lambda a, b: a + b),
    "true": lambda words: words.map(lambda w: (w, True)).reduceByKey(lambda a, b: a + b),
    "subtracted": lambda words: words.map(lambda w: (w, 1)).reduceByKey(lambda a, b: a - b),
    "upper": lambda words: words.map(lambda w: (w.upper(), 1)).reduceByKey(lambda a, b: a + b),
    "swapped": lambda words: words.map(lambda w: (1, w)).reduceByKey(lambda a, b: a + b),
    "a default": lambda words: words.map(lambda w, one=1: (w, one)).reduceByKey(operator.add),
    "another start": lambda words: words.map(lambda w: (w, 1)).foldByKey(1, operator.add),
    "more": lambda words: words.map(lambda w: (w, 1)).filter(lambda p: p).reduceByKey(operator.add),
    "pairs": lambda words: (
        words.map(lambda w: (w, 1)).map(lambda w: (w, 1)).reduceByKey(operator.add)
    ),
}


@pytest.mark.parametrize("name", NOT_THESE)
def test_what_is_no_word_count_is_not_taken_for_one(name, eager, taken, with_and_without, tmp_path):
    (tmp_path / "a.txt").write_text("to be or not\nto be\n")

    def counts(sc):
        words = sc.textFile(str(tmp_path / "a.txt"), 1).flatMap(lambda line: line.split())
        return NOT_THESE[name](words).collect()

    with_and_without(counts)
    assert taken == []


@pytest.mark.parametrize(
    "split",
    [
        lambda line: line.split(", "), lambda line: line.split(""), lambda line: line.split(" ", 1),
        lambda line: line.split(sep=" "), lambda line: line.rsplit(), lambda line: line.upper().split(),
        lambda line: line.strip().split(" "), lambda line: line.split("A"), lambda line: line.split("ä"),
        lambda line: line.split("\n"), lambda line: line.split("\r"), lambda line: line.split("\0"),
        lambda line: line.split(b" "), lambda line: line.split(1), lambda line: line.split(line),
        lambda line: "a b".split(line), lambda line: list(line),
    ],
)  # fmt: skip
def test_other_ways_to_cut(split, eager, taken, with_and_without, tmp_path):
    (tmp_path / "a.txt").write_bytes("to bA, äOr\r\n not\nto be\n".encode())

    def counts(sc):
        words = sc.textFile(str(tmp_path / "a.txt"), 1).flatMap(split)
        try:
            return words.map(lambda w: (w.lower(), 1)).reduceByKey(operator.add).collect()
        except Exception as error:
            return type(error), str(error), error.__notes__

    with_and_without(counts)
    assert taken == []


def test_bytes_and_other_encodings(eager, taken, with_and_without, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"to be \xe4\n\xc3\xa4 bee\n")

    def counts(sc):
        found = []
        for how in ({"use_unicode": False}, {"encoding": "latin-1"}, {"encoding": "utf-16-le"}):
            words = sc.textFile(str(tmp_path / "a.txt"), 1, **how).flatMap(lambda x: x.split())
            found.append(words.map(lambda w: (w, 1)).reduceByKey(operator.add).collect())
        return found

    with_and_without(counts)
    assert taken == []


def test_a_file_is_read_and_counted_as_ever(eager, taken, with_and_without, tmp_path, read):
    content = b"\xef\xbb\xbfa b\r\nc\rd\n\ne" * 50
    (tmp_path / "a.txt").write_bytes(content)

    def counts(sc):
        read.clear()
        words = sc.textFile(str(tmp_path / "a.txt"), 1).flatMap(lambda line: line.split())
        words.map(lambda w: (w, 1)).reduceByKey(operator.add, 1).collect()
        return tuple(read)

    assert with_and_without(counts)[0] == (201, len(content))
    assert True in taken


def test_it_is_shown(capsys, make_context, tmp_path):
    (tmp_path / "a.txt").write_text("to be")
    sc = make_context("local")
    words = sc.textFile(str(tmp_path / "a.txt"), 1).flatMap(lambda line: line.split())
    words.map(lambda w: (w, 1)).reduceByKey(lambda a, b: a + b).explain(codegen=True)
    shown = capsys.readouterr().out
    assert "batch  words of text, cut at white space, counted with numpy in blocks of" in shown
