"""The embedded CloudStack: an API server on loopback that behaves like a fresh 4.22 installation."""
