"""What is said of it: figures and verdicts (`ratios`, `targets`), as tables, a page and plots."""
