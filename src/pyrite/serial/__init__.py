"""How functions and records travel, and how keys are hashed the same everywhere."""
