"""Moving records to where their key belongs: map tasks write them, reduce tasks read them.

`service` is the door; `write` and `buckets` are the map side, `fetch` and then `aggregate`,
`groups` or `order` the reduce side. `files` says how a map output lies on disk (how its records
do is said in `pyrite.serial.frames`); `runs` holds what does not fit in memory.
"""
