"""The one loop that carries out the scheduler's commands, and what people see of it."""
