"""A pipeline service as nachlass builds them of notebooks: what the client must get along
with. It is Flask and prometheus_client in the shape of the services that are deployed; the
model is a rule, as what it predicts does not matter here."""
