"""The version, where also the lower floors may read it."""

__version__ = "0.1.0"
