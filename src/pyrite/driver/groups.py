"""How a program names its jobs and picks them out: local properties, under Spark's names."""

from __future__ import annotations

from collections.abc import Mapping

GROUP = "spark.jobGroup.id"
DESCRIPTION = "spark.job.description"
TAGS = "spark.job.tags"
"""Tags with commas between."""
INTERRUPT = "spark.job.interruptOnCancel"


def tags_of(properties: Mapping[str, str]) -> list[str]:
    """The tags, in the order in which they were added.

    Example:
        >>> tags_of({TAGS: "night,slow"})
        ['night', 'slow']
    """
    return [tag for tag in properties.get(TAGS, "").split(",") if tag]


def title(properties: Mapping[str, str]) -> str:
    """What the program's author calls the job, if anything: its description, or its group."""
    return properties.get(DESCRIPTION) or properties.get(GROUP) or ""
