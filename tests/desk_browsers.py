"""A desk in a real browser, for tests: it is served on a free port, and people have browsers of their own."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.desk_room import PASSWORD, Room

SLOWEST = 15_000
"""Milliseconds a page may take on a machine that runs other tests beside it."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser; the test is skipped where it is missing."""
    program = shutil.which("chromium")
    if program is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("Chromium is missing: apt-get install -y --no-install-recommends chromium")
    expect.set_options(timeout=SLOWEST)
    switches = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=switches)
        yield opened
        opened.close()


class Served:
    """A desk that is served on a free port of this machine."""

    def __init__(self, room: Room) -> None:
        self.room = room
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn.Config(room.app, log_level="error", timeout_graceful_shutdown=1))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listening]}, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)


class People:
    """Browsers of several people; whatever a page complains about fails the test."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self.browser, self.served = browser, served
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def newcomer(self) -> Page:
        context = self.browser.new_context(viewport={"width": 1440, "height": 900}, base_url=self.served.address)
        context.set_default_timeout(SLOWEST)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        page.on(
            "console",
            lambda told: (
                self.complaints.append(f"{told.text} {told.location} {page.url}")
                if "Content Security" in told.text
                else None
            ),
        )
        return page

    def sign_in(self, name: str, path: str = "/desk") -> Page:
        page = self.newcomer()
        page.goto(f"/desk/login?next={path}")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        page.wait_for_load_state("load")
        return page

    def leave(self) -> None:
        for context in self.contexts:
            context.close()
        assert not self.complaints, self.complaints
