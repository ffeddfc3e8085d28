"""The workflow library in cells, beside scikit-learn on the same rows."""

import random
import re

import pandas
import pytest
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from conftest import ROOT
from test_kernel import Kernel

README = re.search(r"^```go\n(data := frame\.Read.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)[1]


def corpus(rows):
    """Two classes of texts that share most of their words."""
    r = random.Random(43)
    common = "it is the of a and to in was so very not with that had be as for at by".split()
    own = {
        "legitimate": "sister estate carriage manner affection letter ball cousin fortune proud".split(),
        "spam": "pizza flavor coffee order price taste shipping chips sauce sugar manner letter".split(),
    }
    labels = [r.choice(list(own)) for _ in range(rows)]
    texts = [" ".join(r.choice(own[l] if r.random() < 0.12 else common) for _ in range(r.randint(3, 60))) for l in labels]
    return pandas.DataFrame({"index": range(rows), "label": labels, "text": texts})


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workflow")
    (folder / "data").mkdir()
    frame = corpus(4000)
    frame.to_parquet(folder / "data" / "training.parquet")
    return folder, frame


@pytest.fixture(scope="module")
def kernel(data):
    kernel = Kernel()
    kernel.run(f"%cd {data[0]}")
    yield kernel
    kernel.close()


def shown(kernel, code):
    """What a cell shows. The first one that is compiled waits for the library."""
    request, shown = kernel.send(code), []
    while True:
        message = kernel.client.get_iopub_msg(timeout=280)
        if message["parent_header"].get("msg_id") != request:
            continue
        content = message["content"]
        assert message["msg_type"] != "error", "\n".join(content["traceback"])
        if message["msg_type"] == "execute_result":
            shown.append(content["data"])
        elif content.get("execution_state") == "idle":
            return shown


def test_the_workflow_of_the_readme_says_what_scikit_learn_says(kernel, data):
    report = shown(kernel, README)[0]
    train, test = train_test_split(data[1], random_state=43)
    pipe = make_pipeline(HashingVectorizer(n_features=256, alternate_sign=False), TfidfTransformer(), LogisticRegression(tol=1e-10, solver="newton-cholesky"))
    predicted = pipe.fit(train.text, train.label).predict(test.text)
    assert report["text/plain"].rstrip() == classification_report(test.label, predicted).rstrip()
    assert "<table>" in report["text/html"]
    counts = confusion_matrix(test.label, predicted)
    plain = shown(kernel, 'metric.Confusion(test.Strings("label"), pipe.Predict(test.Strings("text")))')[0]["text/plain"]
    assert [[int(n) for n in line.split()[1:]] for line in plain.splitlines()[1:3]] == counts.tolist()


def test_a_frame_shows_its_size_and_pandas_rows(kernel, data):
    sample = shown(kernel, "data.Sample(5, frame.Seed(43))")[0]
    assert "5 rows × 3 columns" in sample["text/plain"] and "5 rows × 3 columns" in sample["text/html"]
    rows = shown(kernel, 'fmt.Sprint(data.Sample(200, frame.Seed(43)).Ints("index"))')[0]["text/plain"]
    assert [int(n) for n in re.findall(r"\d+", rows)] == data[1].sample(200, random_state=43)["index"].tolist()


def test_a_stage_is_saved_loaded_and_used_by_a_compiled_cell(kernel, data):
    shown(kernel, 'pipeline.SaveStage(pipe, "model.sav")')
    assert (data[0] / "model.sav").exists()
    same = shown(
        kernel,
        "%%compile\n"
        'again := pipeline.LoadStage("model.sav")\n'
        'slices.Equal(again.Predict(test.Strings("text")), pipe.Predict(test.Strings("text")))',
    )
    assert same[0]["text/plain"] == "true"


@pytest.mark.parametrize(
    "code, says",
    [
        ('data.Strings("txt")', 'did you mean "text"'),
        ('frame.Read("data/nothing.parquet")', "data/nothing.parquet"),
        ('(&feature.TFIDF{}).Transform(&feature.CSR{Start: []int{0}})', "not fitted"),
        ("pipe.Predict([][]float64{{1, 2}})", "vectorize"),
    ],
)
def test_mistakes_are_errors_that_say_what_to_do(kernel, code, says):
    messages = kernel.output(kernel.send(code))
    (error,) = [m["content"] for m in messages if m["msg_type"] == "error"]
    assert says in error["evalue"]
