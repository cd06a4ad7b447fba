// What a script of these tests does with the httpd that test_pages.py started for it: a line of JSON on
// standard output is a wish, the next one on standard input its answer.
const assert = require("node:assert");
const readline = require("node:readline");
const {launchChromium} = require("./chromium.cjs");

const [url, pictures] = process.argv.slice(2);
const lines = readline.createInterface({input: process.stdin})[Symbol.asyncIterator]();

async function wish(what, fields = {}) {
  console.log(JSON.stringify({wish: what, ...fields}));
  return JSON.parse((await lines.next()).value);
}

const server = {
  url,
  stop: () => wish("stop"),
  start: () => wish("start"),
  // How many WebSockets of this Location there are now, once there are so many.
  sessions: async (path, count) => assert.strictEqual(await wish("sessions", {path, count}), count),
  // path: below /ws/publish.
  publish: (path, message) => wish("publish", {path, message}),
};

// A page with its complaints: everything that the browser did not like.
async function watched(context, complaints) {
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`error: ${error.stack}`));
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    if (!/^WebSocket connection to .*(REFUSED|closed before|RESET)/.test(message.text()))
      complaints.push(`console: ${message.text()}`);
  });
  return page;
}

// Runs the tests one after the other: each gets a browser, and complains of what it complained of.
async function run(tests) {
  const browser = await launchChromium();
  try {
    for (const test of tests) {
      const complaints = [];
      await test(browser, complaints);
      assert.deepStrictEqual(complaints, [], test.name);
      console.log(`${test.name}: passed`);
    }
  } finally {
    await browser.close();
  }
}

const main = (tests) => run(tests).then(() => process.exit(0), (error) => {
  console.log(error.stack ?? error);
  process.exit(1);
});

module.exports = {main, pictures, server, watched};
