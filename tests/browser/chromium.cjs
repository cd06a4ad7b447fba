// Chromium, as the tests start it.
const assert = require("node:assert");
const {execFileSync} = require("node:child_process");
const {createRequire} = require("node:module");
const path = require("node:path");

const {chromium} = createRequire(path.resolve(__dirname, "../npm/package.json"))("playwright-core");

function chromiumPath() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = names.map((name) => {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`]).toString().trim();
    } catch {
      return "";
    }
  }).find(Boolean);
  assert(found, `none of ${names} is installed`);
  return found;
}

// A context's ignoreHTTPSErrors does not reach its shared workers.
const settings = () => ({
  executablePath: chromiumPath(),
  args: ["--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--ignore-certificate-errors",
         ...(process.getuid() === 0 ? ["--no-sandbox"] : [])],
});

const launchChromium = () => chromium.launch(settings());

// A browser that keeps what it knows in this directory, as a person's does. It is a context.
const launchWithProfile = (directory) => chromium.launchPersistentContext(directory, settings());

module.exports = {launchChromium, launchWithProfile};
