"""Words every other package shares: ids, specs, outcomes, errors, settings, the task context.

Nothing here does work; `core` imports nothing of Pyrite.
"""
