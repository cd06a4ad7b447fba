"""The server of the soak, and what its site publishes meanwhile."""

import contextlib
import json
import random
import threading
import time

from harness import build, certificates, config
from harness.httpd import Httpd
from harness.publisher import Publisher
from harness.publisher import location as publish_location

# children, threads: a half request holds one of them until it is complete.
WORKERS = {"event": (2, 32), "worker": (2, 32), "prefork": (48, 1)}

SITE = (
    config.location("/ws/echo", "WebSocketCompression on min=64 takeover=both") +
    config.location("/ws/chat", "WebSocketCompression on", plugin="chat") +
    config.location("/ws/notifications", "WebSocketCompression on",
                    'WebSocketPluginOption topics "news offers.*"', plugin="notifications") +
    config.location("/ws/ticker", 'WebSocketPluginOption topics "ticker"',
                    "WebSocketPluginOption max-length 4000", plugin="notifications") +
    config.location("/ws/ticker/lossy", 'WebSocketPluginOption topics "ticker"',
                    "WebSocketPluginOption max-length 4000",
                    "WebSocketSlowClient drop-oldest", plugin="notifications") +
    config.location("/ws/trim", plugin=build.BUILD / "tests/soak/soak_trim.so") +
    publish_location())


@contextlib.contextmanager
def start_server(mpm, scratch):
    children, threads = WORKERS[mpm]
    server = Httpd(mpm, certificates.make(scratch), SITE, children=children, threads=threads,
                   log_level="warn websocket:info",
                   main="RequestReadTimeout handshake=5 header=5-10,MinRate=500\nMaxMemFree 64\n")
    try:
        server.start()
        yield server
        server.settle()
    finally:
        server.stop()
        server.remove()


class Publishers:
    """A site that publishes over HTTP: news and offers for those who follow them, and a ticker
    that is too fast for slow readers."""

    def __init__(self, server):
        self.publisher = Publisher(server)
        self.published, self.faults = 0, []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=arguments, daemon=True)
                        for arguments in ((0.1, self._ticker), (0.5, self._offer), (5, self._news))]
        for thread in self.threads:
            thread.start()

    def _run(self, pause, tell):
        while not self.is_over.wait(pause):
            try:
                tell()
                self.published += 1
            except Exception as fault:  # noqa: BLE001
                self.faults = self.faults[:9] + [f"publishing: {fault!r}"]

    def _tell(self, channel, title, **fields):
        self.publisher.publish(channel, json.dumps({"title": title, **fields}),
                               Content_Type="application/json")

    def _ticker(self):
        text = " ".join(str(random.random()) for _ in range(200))[:3900]
        self._tell("ticker?history=10", "The ticker", text=text)

    def _offer(self):
        topic = f"offers.{random.randrange(10)}"
        self._tell(f"{topic}?history=20", "An offer", text="Tea, half price. " * 20,
                   expires=60, key=str(random.randrange(100)))

    def _news(self):
        self._tell("news?history=20", "News", text=f"It is {time.time()}.")

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join(30)
