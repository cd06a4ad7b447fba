"""A site that publishes over HTTP whatever happens to the server: it tries again, with the same Idempotency-Key."""

import random
import threading
import time
import uuid
from http.client import HTTPException

from harness.publisher import Publisher

LAST = "the end"  # see crowd.mjs
PATIENCE = 60     # seconds for one publish


class Posts:
    def __init__(self, server, channels, seed):
        self.publisher = Publisher(server)
        self.channels = [f"room{index}" for index in range(channels)]
        self.random = random.Random(seed)
        self.answered, self.faults, self.retries = [], [], 0  # answered: (channel, epoch, offset, text)
        self.number = 0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.is_over.wait(0.02):
            self.number += 1
            self._publish(self.random.choice(self.channels), f"post {self.number}")

    def stop(self):
        self.is_over.set()
        self.thread.join(2 * PATIENCE)

    def say_the_end(self):
        for channel in self.channels:
            self._publish(channel, LAST)

    def _publish(self, channel, text):
        key, end = uuid.uuid4().hex, time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.publisher.post(f"{channel}?history=10000", text, Idempotency_Key=key)
                problem = f"{answer.status} {answer.text}"
                if answer.status == 200:
                    self.answered.append((channel, str(answer.json["epoch"]), int(answer.json["offset"]), text))
                    return
            except (OSError, HTTPException) as error:
                problem = repr(error)
            if time.monotonic() > end:
                self.faults.append(f"{text!r} could not be published: {problem}")
                return
            self.retries += 1
            time.sleep(0.1)
