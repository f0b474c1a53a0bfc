"""The OpenAPI document is valid, and the running service answers as it says: schemathesis asks what it describes."""

import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

pytestmark = pytest.mark.conformance

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_the_description_is_openapi_3_0(api):
    answer = api.get("/api", headers={"Accept": "application/vnd.oai.openapi+json;version=3.0"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].replace(" ", "") == "application/vnd.oai.openapi+json;version=3.0"
    faults = [fault.message for fault in OpenAPIV30SpecValidator(answer.json()).iter_errors()]
    assert faults == []


def test_every_answer_is_one_that_the_description_names(run, edge_served, tmp_path):
    """Always the same questions, ten or so of each operation, besides those at the edges of what is described."""
    told = run(
        "schemathesis of pyproject's extra test",
        str(Path(sys.executable).with_name("schemathesis")),
        *("run", f"{edge_served.url}/api", "--url", edge_served.url),
        *("--checks", CHECKS, "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", "10", "--generation-deterministic"),
        *("--workers", "2", "--request-timeout", "30", "--no-color"),
        cwd=tmp_path,
    )
    assert "No test cases were generated" not in told
