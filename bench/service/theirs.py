"""scikit-learn's side: the same pipeline behind Flask, of the shape that notebooks are
deployed in, with its counters for Prometheus. Served by gunicorn:

    gunicorn --workers 2 'bench.service.theirs:app()'
"""

import json
import os

import flask
import joblib
import pandas
import prometheus_client
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

MODEL = "BENCH_SERVICE_MODEL"


def fit(corpus, to):
    data = pandas.read_parquet(corpus)
    pipeline = Pipeline(
        [
            ("vectorize", HashingVectorizer(n_features=256, alternate_sign=False, norm=None)),
            ("tfidf", TfidfTransformer()),
            ("model", LogisticRegression(max_iter=4000)),
        ]
    )
    pipeline.fit(data["text"], data["label"])
    joblib.dump(pipeline, to)


def app():
    model = joblib.load(os.environ[MODEL])
    predictions = prometheus_client.Counter("pipeline_predictions", "Predictions.", ["value"])
    seconds = prometheus_client.Summary("pipeline_processing_seconds", "Time to predict.")
    app = flask.Flask(__name__)

    @app.route("/predict", methods=["POST"])
    def predict():
        documents = json.loads(flask.request.form["json_args"])
        with seconds.time():
            labels = model.predict(documents).tolist()
        for label in labels:
            predictions.labels(label).inc()
        return json.dumps(labels)

    @app.route("/metrics")
    def metrics():
        return prometheus_client.generate_latest(), 200, {"Content-Type": prometheus_client.CONTENT_TYPE_LATEST}

    return app
