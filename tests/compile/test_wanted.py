"""What a text must have in it for a regular expression to be found there."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyrite.compile.wanted import wanted

LITERALS = st.text("abAB", min_size=1, max_size=6)
ATOMS = st.one_of(
    LITERALS, st.sampled_from([".", "[ab]", "[^a]", r"\b", "^", "$", r"\w", "(?i:ab)", "(?=ab)"])
)


def larger(inner):
    return st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "+?"])),
        st.builds("({})".format, inner),
    )


@given(st.recursive(ATOMS, larger, max_leaves=8), st.lists(st.text("abAB \n", max_size=9)))
def test_no_text_is_found_that_lacks_what_is_wanted(source, texts):
    pattern = re.compile(source)
    sets = wanted(pattern)
    for text in texts:
        if pattern.search(text) or pattern.match(text) or pattern.fullmatch(text):
            assert all(any(each in text for each in one) for one in sets)


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("ERROR", (("ERROR",),)),
        (r"\b(?:ERROR|WARN)\b.*(?:[Ee]xception)", (("ERROR", "WARN"), ("xception",))),
        ("(failed)+ at", (("failed",), (" at",))),
        ("(?P<name>abc)(?P=name)?", (("abc",),)),
        ("(?>abc)", (("abc",),)),
        ("abc|de|x*", ()),
        ("(abc)?", ()),
        ("abc|defg", (("abc", "defg"),)),
        ("ab", ()),
        ("(?i)ERROR", ()),
        ("(?i:error)", ()),
        ("(?!error)", ()),
        ("(?x) e r r", (("err",),)),
        (b"ERROR", ()),
    ],
)
def test_what_is_wanted(source, texts):
    assert wanted(re.compile(source)) == texts


@pytest.mark.parametrize("source", ["error [[a]", "error [+--]", "error [a||b]"])
def test_a_pattern_that_python_warns_of_is_not_parsed_again(source):
    with pytest.warns(FutureWarning):
        pattern = re.compile(source)
    assert wanted(pattern) == ()  # any warning would be an error here
