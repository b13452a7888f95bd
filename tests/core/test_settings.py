"""Settings and masters: read once, refused with a hint."""

import pytest

from pyrite.core.machine import available_cores, machine_memory
from pyrite.core.master import Master
from pyrite.core.settings import ALL, Settings


def test_spark_names_are_known_and_ours_go_first():
    settings = Settings({"spark.executor.memory": "2g", "spark.unknown": "x"})
    assert settings["pyrite.worker.memory"] == 2 << 30
    both = {"spark.executor.memory": "2g", "pyrite.worker.memory": "512m"}
    assert Settings(both)["pyrite.worker.memory"] == 512 << 20


def test_typo_gets_a_hint():
    with pytest.raises(
        ValueError, match=r"no setting pyrite\.task\.timout; did you mean .*timeout"
    ):
        Settings({"pyrite.task.timout": "3s"})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("pyrite.worker.memory", "lots", "write it like 512m or 2g"),
        ("pyrite.task.timeout", "soon", "write it like 30s or 5m"),
        ("pyrite.speculation", "maybe", "neither true nor false"),
        ("pyrite.task.maxFailures", "four", "not a number of at least 1"),
        ("pyrite.task.maxFailures", "-1", "not a number of at least 1"),
        ("pyrite.split.size", "0", "no memory at all"),
        ("pyrite.progress", "yes", "none of auto, true and false"),
        ("spark.executor.memory", "lots", "not an amount of memory"),
    ],
)
def test_bad_value_names_its_setting(name, value, message):
    with pytest.raises(ValueError, match=f"{name}: .*{message}"):
        Settings({name: value})


def test_memory_is_shared_out_where_no_number_is_given():
    settings = Settings({})
    assert settings.worker_memory(4) == machine_memory() * 6 // 10 // 4
    assert settings.worker_memory(4) < settings.worker_memory_limit(4) < machine_memory() / 4


def test_a_budget_stays_below_the_limit():
    settings = Settings({"pyrite.worker.memory": "2g", "pyrite.worker.memoryLimit": "1g"})
    assert settings.worker_memory(2) < settings.worker_memory_limit(2) == 1 << 30


def test_a_relative_folder_means_where_the_program_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings({"pyrite.local.dir": "here"}).local_dir == str(tmp_path / "here")


def test_names_are_unique():
    names = [setting.name for setting in ALL]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("text", "master"),
    [
        ("local", Master(0)),
        ("local[3]", Master(3)),
        ("local[*]", Master(available_cores())),
        ("local[2,7]", Master(2, 7)),
        (" local[ 2 , 7 ] ", Master(2, 7)),
    ],
)
def test_masters(text, master):
    assert Master.parse(text) == master


@pytest.mark.parametrize(
    "text", ["yarn", "local[0]", "local[]", "local[2,0]", "spark://h:7077", ""]
)
def test_other_masters_are_refused_with_what_there_is(text):
    with pytest.raises(ValueError, match=r"there are local .*local\[N\]"):
        Master.parse(text)


@pytest.mark.parametrize("master", ["yarn", "spark://host:7077", "k8s://https://host", "mesos://x"])
def test_a_cluster_of_sparks_is_no_master(master: str) -> None:
    with pytest.raises(ValueError, match="runs on the cores of one machine; there are local"):
        Master.parse(master)


def test_local_cluster_is_so_many_workers() -> None:
    assert Master.parse("local-cluster[2, 3, 1024]") == Master(6)
    with pytest.raises(ValueError, match="cannot run on master"):
        Master.parse("local-cluster[0,1,1]")


def test_speculation_and_memory_by_sparks_names() -> None:
    settings = Settings(
        {
            "spark.speculation.multiplier": "1.5",
            "spark.speculation.quantile": "0.75",
            "spark.executor.memory": "4g",
            "spark.python.worker.memory": "1g",
        }
    )
    assert settings["pyrite.speculation.multiplier"] == 1.5
    assert settings["pyrite.speculation.quantile"] == 0.75
    assert settings["pyrite.worker.memory"] == 1 << 30
    with pytest.raises(ValueError, match="not a factor of at least 1"):
        Settings({"spark.speculation.multiplier": "0.5"})
    with pytest.raises(ValueError, match="not a folder of this machine"):
        Settings({"spark.eventLog.dir": "hdfs://host/logs"})
