"""The only place that imports a framework: one package for each."""
