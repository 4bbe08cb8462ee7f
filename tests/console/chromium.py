"""A real Chromium: the one of the machine, or Debian's, put there where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.console.network import Gateway

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")  # without the fonts Chinese names are boxes
FLAGS = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox")
WINDOW = ViewportSize(width=1366, height=768)  # a small laptop


class NoChromium(Exception):
    """There is none, and none can be put here."""


def find_chromium() -> str:
    """Return the path of a Chromium, installing Debian's if there is none and we may."""
    if (found := _present()) is not None:
        return found
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise NoChromium("no Chromium on this machine; install it, or run as root where apt-get is")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update",), ("install", "--yes", "--no-install-recommends", *PACKAGES)):
        ended = subprocess.run([apt, "-qq", *arguments], env=quiet, capture_output=True, text=True)
        if ended.returncode:
            raise NoChromium(f"apt-get {arguments[0]}: {ended.stderr.strip()[-500:]}")
    if (found := _present()) is None:
        raise NoChromium("apt-get installed no Chromium")
    return found


def _present() -> str | None:
    on_path = (shutil.which(name) for name in NAMES)
    return next((found for found in (*on_path, "/usr/bin/chromium") if found and Path(found).exists()), None)


@contextmanager
def chromium(gateway: Gateway) -> Iterator[Browser]:
    """A browser without a screen, whose way to anywhere but this machine is a gateway that counts."""
    path = find_chromium()
    with sync_playwright() as playwright:
        # As a flag: what Playwright takes as its own `proxy` is used for this machine too.
        flags = [*FLAGS, f"--proxy-server=http://127.0.0.1:{gateway.port}"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()
