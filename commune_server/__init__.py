"""The far end: a reference commune server that keeps the event and look-up contracts honest.

It also runs a small commune by itself. It imports `config` alone (docs/architecture.md §2).
"""
