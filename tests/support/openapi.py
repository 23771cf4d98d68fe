"""Every answer of an adapter's HTTP front, held against docs/openapi.yaml (by openapi-spec-validator and jsonschema, none of our code):
the path and the status are in the description, the media type is, and the body is as its schema says."""
import json
import re
from pathlib import Path

import httpx
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

import yaml_file

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = yaml_file.read(ROOT / "docs" / "openapi.yaml")
validate(DOCUMENT)
PATHS = [(re.compile("".join(f"(?P<{p[1:-1]}>[^/]+)" if p.startswith("{") else re.escape(p) for p in re.split(r"(\{\w+\})", path)) + "$"), operations)
         for path, operations in DOCUMENT["paths"].items()]


def check_schema(schema, value):
    whole = {**schema, "components": DOCUMENT["components"], "$schema": "https://json-schema.org/draft/2020-12/schema"}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def check(response):
    path, method = response.request.url.path, response.request.method.lower()
    known = next((operations for pattern, operations in PATHS if pattern.match(path)), None)
    if known is None:
        assert response.status_code == 404, f"{path} is not in the description and answers {response.status_code}"
        described = DOCUMENT["components"]["responses"]["Problem"]
    else:
        operation = known.get(method) or next(known[m] for m in ("get", "post") if m in known)
        assert method in known or response.status_code in (401, 405), f"{method} {path}: {response.status_code}"
        described = operation["responses"].get(str(response.status_code))
        assert described, f"{method} {path}: {response.status_code} is not in the description"
    if "$ref" in described:
        described = DOCUMENT["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    media = response.headers["content-type"].split(";")[0]
    assert media in described["content"], f"{method} {path} {response.status_code}: {media}"
    for name, header in described.get("headers", {}).items():
        assert not header.get("required") or name in response.headers, name
    if media.endswith("json"):
        check_schema(described["content"][media]["schema"], json.loads(response.content))
    return response


class Checked(httpx.Client):
    """An HTTP client that believes no answer before it is checked."""
    def __init__(self, base, key=None, **options):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        super().__init__(base_url=base, headers=headers, timeout=70, trust_env=False, **options)

    def send(self, request, **options):
        response = super().send(request, **options)
        response.read()
        return check(response)
