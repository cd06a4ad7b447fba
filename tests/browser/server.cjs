// Runs conf/demo for a test in a browser.
const {spawn} = require("node:child_process");
const net = require("node:net");
const path = require("node:path");

const top = path.resolve(__dirname, "../..");

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject).listen(0, () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

class Server {
  constructor(port, tlsPort, options) {
    Object.assign(this, {port, tlsPort, options, output: "", process: null});
  }

  static async make(...options) {
    return new Server(await freePort(), await freePort(), options);
  }

  // Until it serves; rejects with what it said if it ends before.
  start() {
    this.output = "";
    this.process = spawn(path.join(top, "conf/demo"), [
      "--no-install", "--port", this.port, "--tls-port", this.tlsPort, ...this.options,
    ], {stdio: ["ignore", "pipe", "pipe"]});
    this.ended = new Promise((resolve) => this.process.once("close", resolve));
    return new Promise((resolve, reject) => {
      for (const stream of [this.process.stdout, this.process.stderr])
        stream.on("data", (data) => {
          this.output += data;
          if (this.output.includes("Ctrl-C stops it all")) resolve();
        });
      this.ended.then((code) => reject(new Error(`conf/demo ended with ${code}:\n${this.output}`)));
    });
  }

  // Its exit status, everything stopped.
  stop() {
    this.process.kill("SIGTERM");
    return this.ended;
  }

  url(scheme) {
    return `${scheme}://localhost:${scheme === "https" ? this.tlsPort : this.port}/`;
  }
}

module.exports = {Server, top};
