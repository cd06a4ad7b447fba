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

function launchChromium() {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: ["--disable-gpu", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync",
           ...(process.getuid() === 0 ? ["--no-sandbox"] : [])],
  });
}

module.exports = {launchChromium};
