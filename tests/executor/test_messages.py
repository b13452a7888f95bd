"""The channel between driver and worker: whole messages, whatever the pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyrite.core.errors import CorruptBlockError
from pyrite.executor.messages import HEADER, Decoder, encode


@given(st.lists(st.one_of(st.binary(), st.text(), st.tuples(st.integers())), max_size=6), st.data())
def test_messages_arrive_whole_and_in_order_however_they_are_cut(messages, data):
    stream = b"".join(map(encode, messages))
    decoder, received, rest = Decoder(), [], stream
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        received += decoder.feed(rest[:size])
        rest = rest[size:]
    assert received == messages


def test_damaged_message_is_noticed():
    data = bytearray(encode("hello"))
    data[HEADER.size + 5] ^= 1
    with pytest.raises(CorruptBlockError, match="damaged"):
        Decoder().feed(bytes(data))
