"""Command handlers by area. Every module here is imported, and registers its handlers, when the package is."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
