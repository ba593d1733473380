"""The agreements: settings, contracts, how a process starts, the `motcua` command. Imports no room."""

__version__ = "0.1.0"
