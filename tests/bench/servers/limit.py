"""bench_limit: the system calls alone. One process for each of ws and wss."""

from .server import Server


class Limit(Server):
    name = "limit"
    title = "limit (bare system calls)"
    opaque = True

    def missing(self):
        return None if self.build.limit.exists() else "bench_limit is not built"

    def launch(self, connections):
        self.start([self.build.limit, self.port(False)], self.port(False))
        self.start([self.build.limit, self.port(True), self.certificate, self.key],
                   self.port(True))
