"""From data to safe HTML: the Jinja environment, attributes, translations, money, and the page's static files."""
