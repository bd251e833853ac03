"""An outbound Kubernetes agent in nothing but Python's standard library. One idea a module; `program` puts them together."""
VERSION = "1.0.0"
