"""Aids for tests: a simulated cluster. Nothing but tests imports this."""
