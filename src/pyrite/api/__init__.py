"""What users hold: contexts, datasets, settings. PySpark's names and meanings."""
