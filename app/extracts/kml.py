"""KML"""
from app.extracts.vector import write_layer


def write(order, batches, path):
    of = order.provenance
    from app.extracts.batches import schema
    write_layer(order, schema(order), batches, path, "LIBKML", options={"NAME": of.title().speak(order.lang), "DESCRIPTION": of.prose(order.lang)})
