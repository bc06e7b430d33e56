"""Share buttons, social previews and first-party share analytics for shop pages."""

__version__ = "0.1.0"
