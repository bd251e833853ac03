"""As much of JSON Schema 2020-12 as the published schemas use; an unknown word is an error, so nothing goes unchecked."""
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
NOTES = {"$schema", "$id", "$defs", "title", "description", "examples"}


def complaints(value, schema, root=None, path="$"):
    """Where and how a value breaks a schema; an empty list when it does not."""
    root = root or schema
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return complaints(value, target, root, path)
    out = []
    for word, wanted in schema.items():
        if word in NOTES:
            continue
        out += [f"{path}: {one}" if isinstance(one, str) else one[0] for one in check(word, wanted, value, schema, root, path)]
    return out


def inner(value, schema, root, path):
    """Complaints of a part, which name its own path."""
    return [(one,) for one in complaints(value, schema, root, path)]


def check(word, wanted, value, schema, root, path):
    if word == "type":
        right = isinstance(value, TYPES[wanted]) and not (wanted in ("integer", "number") and isinstance(value, bool))
        return [] if right else [f"expected {wanted}"]
    if word == "const":
        return [] if value == wanted else [f"expected {wanted}"]
    if word == "enum":
        return [] if value in wanted else [f"{value} is none of {wanted}"]
    if word == "minimum":
        return [] if value >= wanted else [f"{value} is less than {wanted}"]
    if word == "pattern":
        return [] if re.search(wanted, value) else [f"{value} does not match {wanted}"]
    if word == "required":
        return [f"no {name}" for name in wanted if name not in value]
    if word == "items":
        return [one for i, item in enumerate(value) for one in inner(item, wanted, root, f"{path}[{i}]")]
    if word == "properties":
        return [one for name, part in wanted.items() if name in value for one in inner(value[name], part, root, f"{path}.{name}")]
    if word == "propertyNames":
        return [one for name in value for one in inner(name, wanted, root, f"{path} ({name})")]
    if word == "additionalProperties":
        others = [name for name in value if name not in schema.get("properties", {})]
        if wanted is False:
            return [f"unknown {name}" for name in others]
        return [one for name in others for one in inner(value[name], wanted, root, f"{path}.{name}")]
    raise ValueError(f"the schema uses {word}, which is not known here")
