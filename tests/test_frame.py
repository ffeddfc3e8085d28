"""Files that frames write are what pandas reads, and the other way round."""

import subprocess

import numpy
import pandas
import pandas.testing
import pyarrow.parquet
import pytest

from conftest import ROOT


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A function that runs the Go program tests/table."""
    binary = tmp_path_factory.mktemp("table") / "table"
    subprocess.run(["go", "build", "-o", binary, "./tests/table"], cwd=ROOT, check=True)

    def run(source, target):
        done = subprocess.run([binary, source, target], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    return run


N = 3000
NULL = numpy.arange(N) % 7 == 0


def expected():
    seconds = numpy.arange(N)
    return pandas.DataFrame(
        {
            "label": pandas.Series(["spam", "legitimate"] * (N // 2), dtype="str").mask(NULL),
            "text": [f'It is a truth, "universally"\nacknowledged: {i} Ω' for i in range(N)],
            "number": pandas.Series(numpy.sqrt(numpy.arange(N))).mask(NULL),
            "count": numpy.arange(N) ** 3,
            "flag": numpy.arange(N) % 3 == 0,
            "time": pandas.Series(pandas.to_datetime(1_767_225_600_000_000 + seconds * 1_000_001, unit="us", utc=True)).astype("datetime64[us, UTC]").mask(NULL),
        }
    )


def test_pandas_reads_the_parquet_that_go_writes(table, tmp_path):
    table("made", tmp_path / "made.parquet")
    pandas.testing.assert_frame_equal(pandas.read_parquet(tmp_path / "made.parquet"), expected())
    file = pyarrow.parquet.ParquetFile(tmp_path / "made.parquet")
    assert file.metadata.num_rows == N
    label = file.metadata.row_group(0).column(0)
    assert label.has_dictionary_page and label.compression == "SNAPPY"
    file.read(use_threads=False).validate(full=True)


def test_pandas_reads_the_csv_that_go_writes(table, tmp_path):
    table("made", tmp_path / "made.csv")
    got = pandas.read_csv(tmp_path / "made.csv", parse_dates=["time"])
    got["time"] = pandas.to_datetime(got["time"], utc=True).astype("datetime64[us, UTC]")
    pandas.testing.assert_frame_equal(got, expected())


def test_pandas_reads_the_json_lines_that_go_writes(table, tmp_path):
    table("made", tmp_path / "made.jsonl")
    got = pandas.read_json(tmp_path / "made.jsonl", lines=True, dtype=False, precise_float=True)
    got["time"] = pandas.to_datetime(got["time"], utc=True).astype("datetime64[us, UTC]")
    pandas.testing.assert_frame_equal(got, expected())


@pytest.mark.parametrize("compression", [None, "snappy", "gzip", "zstd"])
def test_what_pandas_writes_comes_back(table, tmp_path, compression):
    expected().to_parquet(tmp_path / "in.parquet", compression=compression, row_group_size=1000)
    table(tmp_path / "in.parquet", tmp_path / "out.parquet")
    pandas.testing.assert_frame_equal(pandas.read_parquet(tmp_path / "out.parquet"), expected())


def test_csv_and_json_lines_of_pandas_come_back(table, tmp_path):
    data = expected().drop(columns="time")
    data.to_csv(tmp_path / "in.csv", index=False)
    data.to_json(tmp_path / "in.jsonl", orient="records", lines=True, double_precision=15)
    for name in ("in.csv", "in.jsonl"):
        table(tmp_path / name, tmp_path / "out.parquet")
        pandas.testing.assert_frame_equal(pandas.read_parquet(tmp_path / "out.parquet"), data)
