"""Moving records to where their key belongs: map tasks write them, reduce tasks read them.

`service` is the door. The map side: `write` draws records portion by portion (`portions`, compiled
`loops`, or blocks of text that are `counted`) and puts them into `buckets`. The reduce side:
`fetch`, then `aggregate`, `groups` (with `tables` of `values`, of which `joins` makes rows) or
`order` (with `numbers`). `files` in a `folder` says how a map output lies on disk (how its records
do is said in `pyrite.serial.frames`). What does not fit in memory goes to `scratch` files: sorted
`runs`, or `overflow`, divided by hash.
"""
