"""The service. Run it with gunicorn's single synchronous worker, as it is deployed:

    PREFIX=pipeline MODEL=classifier gunicorn 'tests.nachlass.service:app()'
"""

import json
import os

import flask
import prometheus_client


class Classifier:
    """Calls texts spam that speak of buying."""

    def predict(self, documents):
        for document in documents:
            if not isinstance(document, str):
                raise AttributeError(f"'{type(document).__name__}' object has no attribute 'lower'")
        return ["spam" if "buy" in document.lower() else "legitimate" for document in documents]


class Regressor:
    """The mean of a row, which for an empty one is not a number."""

    def predict(self, rows):
        return [sum(row) / len(row) if row else float("nan") for row in rows]


class Metrics:
    """Counts predictions, and how long they took."""

    def __init__(self, prefix, classifier):
        self.registry = prometheus_client.CollectorRegistry()
        name = f"{prefix}_" if prefix else ""
        self.seconds = prometheus_client.Summary(f"{name}processing_seconds", "time spent processing", registry=self.registry)
        if classifier:
            self.values = prometheus_client.Counter(f"{name}predictions", "total predictions", ["value"], registry=self.registry)
        else:
            self.values = prometheus_client.Histogram(f"{name}predictions", "predictions", registry=self.registry)
        self.classifier = classifier

    def count(self, predictions):
        for value in predictions:
            if self.classifier:
                self.values.labels(value).inc()
            else:
                self.values.observe(value)


def app(prefix=None, kind=None):
    prefix = os.environ.get("PREFIX", "pipeline") if prefix is None else prefix
    classifier = (kind or os.environ.get("MODEL", "classifier")) == "classifier"
    model = Classifier() if classifier else Regressor()
    metrics = Metrics(prefix, classifier)
    service = flask.Flask(__name__)
    # Versions of Werkzeug that are deployed refuse larger forms of themselves.
    service.config["MAX_CONTENT_LENGTH"] = 500_000

    @service.route("/predict", methods=["POST"])
    def predict():
        # A pickle in "args" is what older clients send; nobody is to.
        documents = json.loads(flask.request.form["json_args"])
        try:
            with metrics.seconds.time():
                predictions = model.predict(documents)
        except Exception as error:  # noqa: BLE001  the service answers with whatever it is
            return str(error)
        metrics.count(predictions)
        return json.dumps(predictions)

    service.add_url_rule(
        "/metrics",
        view_func=lambda: (
            prometheus_client.generate_latest(metrics.registry),
            200,
            {"Content-Type": prometheus_client.CONTENT_TYPE_LATEST},
        ),
        methods=["GET"],
    )
    return service
