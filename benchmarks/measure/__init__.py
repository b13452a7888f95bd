"""How jobs are run: in fresh processes (`run`, `child`), watched from outside (`memory`) and, for
profiles, from inside (`sampler`).
"""
