"""Every test of the sandbox may have one."""

from sandbox.fixture import sandbox

__all__ = ["sandbox"]
