"""Which machine the figures were measured on."""

import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil

from valgbord.bench.figures import Machine


def describe_machine(folder: Path, postgresql: str) -> Machine:
    """This machine; ``folder`` is where the databases of the bench lie."""
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 1024**3, 1),
        system=f"{_system()}, {platform.system()} {platform.release()} {platform.machine()}",
        disk=describe_disk(folder),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        postgresql=postgresql,
    )


def file_system(folder: Path) -> str:
    """The kind of file system that a folder lies on, for example ``ext4`` or ``tmpfs``."""
    return _mount(folder)[1]


def describe_disk(folder: Path) -> str:
    """What a folder lies on, for example ``ext4 on /dev/vda``."""
    device, kind = _mount(folder)
    return f"{kind} on {device}"


def _mount(folder: Path) -> tuple[str, str]:
    """Device and kind of the mount that holds a folder: the longest mount point above it."""
    place = folder.resolve()
    mounts = [each for each in psutil.disk_partitions(all=True) if place.is_relative_to(each.mountpoint)]
    found = max(mounts, key=lambda each: len(each.mountpoint), default=None)
    return (found.device, found.fstype) if found else ("an unknown device", "an unknown file system")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def first_line(command: Sequence[str]) -> str:
    """The first line that a program prints, for example its version."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - a program of this module's callers
    return done.stdout.splitlines()[0]
