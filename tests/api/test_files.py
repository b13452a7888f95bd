"""Files that travel with a program: data, archives, and modules to import."""

import os
import sys
import tarfile
import uuid
import zipfile
from pathlib import Path

import fsspec
import pytest

from pyrite import SparkConf, SparkContext, SparkFiles, StoppedError


@pytest.fixture(params=["local", "local[2]"])
def sc(request, make_context):
    return make_context(request.param)


@pytest.fixture
def file(tmp_path):
    """``file(name, text)`` makes one, in a folder of its own; its path."""

    def make(name, text):
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        (folder / name).write_text(text)
        return str(folder / name)

    return make


@pytest.fixture
def module():
    """``module()`` is a name that no module has had, even in the driver's memory."""
    return lambda: f"module_{uuid.uuid4().hex}"


def read_in_task(sc, name):
    return sc.parallelize([name], 1).map(lambda x: Path(SparkFiles.get(x)).read_text()).first()


def answer_in_tasks(sc, name, tasks=4):
    answers = sc.range(tasks, numSlices=tasks).map(lambda x: __import__(name).answer)
    return set(answers.collect())


# -- files --------------------------------------------------------------------------------------


def test_file_is_found_in_tasks_and_in_the_driver(sc, file):
    path = file("a.txt", "one")
    sc.addFile(path)
    assert read_in_task(sc, "a.txt") == "one"
    with open(SparkFiles.get("a.txt")) as opened:
        assert opened.read() == "one"
    assert SparkFiles.get("a.txt") == os.path.join(SparkFiles.getRootDirectory(), "a.txt")
    assert sc.listFiles == [f"file:{path}"]


def test_files_added_while_workers_run_and_from_any_store(sc, file):
    assert sc.range(4).count() == 4
    name = f"{uuid.uuid4().hex}.txt"
    with fsspec.open(f"memory://{name}", "w") as remote:
        remote.write("from afar")
    sc.addFile(f"memory://{name}")
    sc.addFile("file://" + file("b.txt", "near"))
    assert (read_in_task(sc, name), read_in_task(sc, "b.txt")) == ("from afar", "near")


def test_address_added_twice_is_not_looked_at_again(sc, file):
    path = file("a.txt", "one")
    sc.addFile(path)
    with open(path, "w") as changed:
        changed.write("two")
    sc.addFile(path)
    assert read_in_task(sc, "a.txt") == "one"
    assert len(sc.listFiles) == 1


def test_one_name_with_two_contents_is_refused(sc, file):
    sc.addFile(file("a.txt", "one"))
    sc.addFile(file("a.txt", "one"))
    with pytest.raises(FileExistsError, match=r"another a\.txt was, with other content"):
        sc.addFile(file("a.txt", "two"))
    assert read_in_task(sc, "a.txt") == "one"
    assert len(sc.listFiles) == 2


def test_file_that_is_not_there_is_named(sc, tmp_path):
    for add in (sc.addFile, sc.addPyFile, sc.addArchive):
        with pytest.raises(FileNotFoundError, match=r"there is no file .*/missing\.zip"):
            add(str(tmp_path / "missing.zip"))
    assert sc.listFiles == sc.listArchives == []


def test_folder_is_taken_only_when_asked_to(sc, tmp_path):
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "deep" / "a.txt").write_text("one")
    with pytest.raises(IsADirectoryError, match="recursive=True"):
        sc.addFile(str(tmp_path / "folder"))
    sc.addFile(str(tmp_path / "folder"), recursive=True)
    assert read_in_task(sc, "folder/deep/a.txt") == "one"


def test_files_are_gone_after_stop(sc, file, monkeypatch):
    monkeypatch.setattr(SparkContext, "_running", [sc])  # whatever other tests keep
    sc.addFile(file("a.txt", "one"))
    kept = SparkFiles.get("a.txt")
    sc.stop()
    assert not os.path.exists(kept)
    with pytest.raises(StoppedError):
        sc.addFile(file("b.txt", "two"))
    if not SparkContext._running:  # those of other tests
        with pytest.raises(StoppedError, match="no SparkContext"):
            SparkFiles.get("a.txt")


# -- modules ------------------------------------------------------------------------------------


def packed(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return str(path)


@pytest.mark.parametrize("ending", [".zip", ".egg", ".whl"])
def test_packages_of_an_archive_are_importable(sc, tmp_path, module, ending):
    name = module()
    sc.addPyFile(packed(tmp_path / f"package{ending}", {f"{name}/__init__.py": "answer = 42"}))
    assert answer_in_tasks(sc, name) == {42}
    assert __import__(name).answer == 42


def test_folder_of_modules_is_importable(sc, tmp_path, module):
    name = module()
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / f"{name}.py").write_text("answer = 42")
    sc.addPyFile(str(tmp_path / "modules"))
    assert answer_in_tasks(sc, name) == {42}


def test_modules_added_one_after_another_to_running_workers(sc, file, module):
    for answer in range(3):
        name = module()
        sc.addPyFile(file(f"{name}.py", f"answer = {answer}"))
        assert answer_in_tasks(sc, name) == {answer}


def test_stage_planned_before_a_module_was_added_finds_it(sc, file, module):
    name = module()
    keyed = sc.range(4).map(lambda x: (x, __import__(name).answer)).partitionBy(2)
    with pytest.raises(ModuleNotFoundError):
        keyed.count()
    sc.addPyFile(file(f"{name}.py", "answer = 42"))
    assert set(keyed.values().collect()) == {42}


def test_worker_that_takes_the_place_of_a_dead_one_finds_modules(make_context, file, journal):
    sc = make_context("local[1]")
    name = f"module_{uuid.uuid4().hex}"
    sc.addPyFile(file(f"{name}.py", "answer = 42"))

    def die_once(x):
        if journal.first_time("died"):
            os._exit(1)
        return __import__(name).answer

    assert sc.range(1).map(die_once).collect() == [42]


def test_text_file_is_nothing_to_import_from(sc, file):
    with pytest.raises(ValueError, match=r"a\.txt is no \.py file"):
        sc.addPyFile(file("a.txt", ""))


def test_import_paths_are_given_back(make_context, file, module):
    before = list(sys.path)
    sc = make_context("local")
    sc.addPyFile(file(f"{module()}.py", ""))
    assert sys.path != before
    sc.stop()
    assert sys.path == before


# -- archives -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "mode"),
    [(".zip", None), (".jar", None), (".tar", "w"), (".tar.gz", "w:gz"), (".tgz", "w:gz")],
)  # fmt: skip
def test_archive_is_unpacked(sc, tmp_path, ending, mode):
    path = tmp_path / f"pack{ending}"
    if mode is None:
        packed(path, {"deep/a.txt": "one"})
    else:
        (tmp_path / "a.txt").write_text("one")
        with tarfile.open(path, mode) as archive:
            archive.add(tmp_path / "a.txt", "deep/a.txt")
    sc.addArchive(str(path))
    sc.addArchive(f"{path}#other")
    sc.addArchive(str(path))
    assert read_in_task(sc, f"pack{ending}/deep/a.txt") == "one"
    assert read_in_task(sc, "other/deep/a.txt") == "one"
    assert sc.listArchives == [f"file:{path}", f"file:{path}#other"]
    assert sc.listFiles == []


def test_what_is_no_archive_is_refused(sc, file):
    with pytest.raises(ValueError, match=r"a\.txt ends with none of \.zip"):
        sc.addArchive(file("a.txt", ""))
    for name in ("b.zip", "b.tgz"):
        with pytest.raises(ValueError, match=rf"{name} cannot be unpacked"):
            sc.addArchive(file(name, "no archive"))
    assert sc.listArchives == []


def test_archive_cannot_reach_out_of_its_folder(sc, tmp_path):
    (tmp_path / "a.txt").write_text("one")
    with tarfile.open(tmp_path / "bad.tar", "w") as archive:
        archive.add(tmp_path / "a.txt", "../../escaped.txt")
    with pytest.raises(ValueError, match="cannot be unpacked"):
        sc.addArchive(str(tmp_path / "bad.tar"))


# -- from outside -------------------------------------------------------------------------------


def test_settings_name_files(make_context, file, tmp_path, module):
    name = module()
    archive = packed(tmp_path / "pack.zip", {"a.txt": "packed"})
    settings = {
        "spark.files": f"{file('a.txt', 'one')},{file('b.txt', 'two')}",
        "spark.submit.pyFiles": file(f"{name}.py", "answer = 42"),
        "spark.archives": f"{archive}#data",
    }
    sc = make_context("local[1]", settings)
    assert [read_in_task(sc, each) for each in ("a.txt", "b.txt", "data/a.txt")] == [
        "one",
        "two",
        "packed",
    ]
    assert answer_in_tasks(sc, name) == {42}


def test_py_files_of_the_constructor(file, module):
    name = module()
    conf = SparkConf(loadDefaults=False)
    with SparkContext("local[1]", conf=conf, pyFiles=[file(f"{name}.py", "answer = 42")]) as sc:
        assert answer_in_tasks(sc, name) == {42}


def test_missing_file_leaves_no_context_behind(make_context):
    with pytest.raises(FileNotFoundError, match="missing"):
        make_context("local[2]", {"spark.files": "missing.txt"})
