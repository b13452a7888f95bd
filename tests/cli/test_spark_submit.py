"""A command line of spark-submit's runs as it is, or says why it cannot."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pyrite.cli import main
from pyrite.cli.spark_submit import master_of, properties

Run = Callable[..., subprocess.CompletedProcess[str]]

SHOW = """
from pyspark import SparkContext, SparkFiles
with SparkContext() as sc:
    conf = sc.getConf()
    print(sc.master, sc.appName, conf.get("spark.executor.memory"), conf.get("my.x"), conf.get("y"))
    def read(x):
        return open(SparkFiles.get("given.txt")).read()
    print(sc.range(1).map(read).collect())
"""


def test_a_usual_command_line(pyrite: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(SHOW)
    (tmp_path / "given.txt").write_text("here")
    (tmp_path / "defaults.conf").write_text("# mine\nmy.x  1\ny=2\nspark.executor.memory 1g\n")
    options = "--master local[2] --deploy-mode client --name job --executor-memory 512m"
    more = "--driver-memory 4g --num-executors 3 --files given.txt --properties-file defaults.conf"
    result = pyrite("submit", *options.split(), *more.split(), "-c", "y=3", "app.py")
    assert result.stdout == "local[2] job 512m 1 3\n['here']\n", result.stderr
    assert result.stderr == "Warning: --driver-memory means nothing to Pyrite.\n"


def test_executors_without_a_master_are_workers() -> None:
    assert master_of(None, None, None, None) is None
    assert master_of(None, 3, 2, None) == "local[6]"
    assert master_of(None, None, 2, None) == "local[2]"
    assert master_of(None, 4, None, None) == "local[4]"
    assert master_of(None, None, None, 5) == "local[5]"
    assert master_of("local[2]", 3, 2, 5) == "local[2]"


def test_verbose_shows_the_settings(pyrite: Run) -> None:
    result = pyrite("submit", "-v", "--total-executor-cores", "2", "-c", "a=b", "-", input="pass")
    assert result.stderr == "spark.master = local[2]\na = b\n"


def test_files_of_properties(tmp_path: Path) -> None:
    file = tmp_path / "spark-defaults.conf"
    file.write_text("#comment\n! too\n\na b c\nd=e=f\ng : h\ni\n  j\tk  \nl = m\n")
    assert properties(str(file)) == {
        "a": "b c",
        "d": "e=f",
        "g": "h",
        "i": "",
        "j": "k",
        "l": "m",
    }
    assert properties(None) == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--class", "org.Main", "-"], "--class: it names a class of a JVM"),
        (["--packages", "a:b:1", "-"], "look for a Python package"),
        (["--jars", "a.jar", "-"], "--jars: there is no JVM"),
        (["--deploy-mode", "cluster", "-"], "runs where it is submitted"),
        (["--master", "yarn", "-"], "runs on the cores of one machine"),
        (["--master", "spark://host:7077", "-"], "runs on the cores of one machine"),
        (["--num-executors", "0", "-"], "0 is not in the range"),
        (["--properties-file", "lost.conf", "-"], "does not exist"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["submit", *arguments])
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_a_jar_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "app.jar").touch()
    result = CliRunner().invoke(main, ["submit", str(tmp_path / "app.jar")])
    assert result.exit_code == 2
    assert "is not a Python program" in result.output


def test_help_is_of_what_means_something() -> None:
    text = CliRunner().invoke(main, ["submit", "--help"]).output
    assert "--executor-memory" in text
    assert "--driver-memory" not in text
    assert "--jars" not in text
