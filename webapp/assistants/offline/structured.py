"""The smallest JSON that fits a schema: what the demonstration says to a structured question."""

import json
from collections.abc import Mapping
from typing import Any

MAX_DEPTH = 12


def sample_json(schema: Mapping[str, Any]) -> str:
    return json.dumps(_sample(schema, schema, 0))


def _sample(part: Any, whole: Mapping[str, Any], depth: int) -> Any:
    if not isinstance(part, Mapping) or depth > MAX_DEPTH:
        return None
    if "$ref" in part:
        name = str(part["$ref"]).rpartition("/")[2]
        return _sample(whole.get("$defs", {}).get(name), whole, depth + 1)
    for fixed in ("const", "default"):
        if fixed in part:
            return part[fixed]
    if part.get("enum"):
        return part["enum"][0]
    for choices in ("anyOf", "oneOf", "allOf"):
        if part.get(choices):
            return _sample(part[choices][-1], whole, depth + 1)
    return _of_type(part, whole, depth)


def _of_type(part: Mapping[str, Any], whole: Mapping[str, Any], depth: int) -> Any:
    match part.get("type"):
        case "object":
            fields = part.get("properties", {})
            return {name: _sample(field, whole, depth + 1) for name, field in fields.items()}
        case "array":
            items = part.get("items", {})
            return [_sample(items, whole, depth + 1) for _ in range(part.get("minItems", 0))]
        case "string":
            return "demonstration"
        case "integer" | "number":
            return part.get("minimum", 0)
        case "boolean":
            return False
        case _:
            return None
