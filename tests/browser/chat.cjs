// Two people chat in Chromium, on the PHP site of conf/demo, over http and over https.
// Usage: node chat.cjs DIRECTORY-FOR-SCREENSHOTS [OPTION-OF-conf/demo]...
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const {launchChromium} = require("./chromium.cjs");
const {Person} = require("./person.cjs");
const {Server} = require("./server.cjs");

const kMarkup = "<img src=x onerror=alert(1)>";
const [pictures = ".", ...options] = process.argv.slice(2);
const speaksHttp2 = !options.includes("prefork") && !options.includes("mod_php");

async function talk(ann, bob) {
  await ann.sees("Bob");
  await bob.sees("Ann");
  await ann.say("Hello Bob!");
  await bob.reads("Hello Bob!", "Ann");
  await bob.say("Hello Ann, \u00e7a va? \u{1F44B}");
  await ann.reads("Hello Ann, \u00e7a va? \u{1F44B}", "Bob");
  for (const one of [ann, bob]) await one.reads("Hello Bob!");
}

// "is typing" comes with the first key and goes with the message.
async function typing(ann, bob) {
  await bob.message.pressSequentially("Let me think");
  const line = ann.page.getByText("is typing");
  await line.waitFor();
  await ann.picture(path.join(pictures, "typing.png"));
  await bob.message.press("Enter");
  await line.waitFor({state: "hidden"});
  await ann.reads("Let me think", "Bob");
}

// What a peer sends is text, whatever it looks like: messages, names, rooms.
async function markup(browser, site, ann) {
  const mallory = await Person.arrive(browser, site, kMarkup);
  await ann.sees(kMarkup);
  await mallory.say(`${kMarkup}<script>document.title = "gone"</script>`);
  for (const one of [ann, mallory]) {
    await one.reads(`${kMarkup}<script>document.title = "gone"</script>`, kMarkup);
    assert.strictEqual(await one.page.locator("#log img, #log script, #side img").count(), 0);
    assert.notStrictEqual(await one.page.title(), "gone");
  }
  await mallory.leave();
  await ann.sawLeave(kMarkup);
}

// A newcomer reads what was said before.
async function history(browser, site) {
  const carol = await Person.arrive(browser, site, "Carol");
  await carol.reads("Hello Bob!", "Ann");
  await carol.leave();
}

// The server goes and comes back: nothing typed is lost, and what was sent meanwhile arrives once.
async function restart(server, ann, bob) {
  for (const one of [ann, bob]) one.mayFailToConnect = true;
  await ann.message.fill("half a sent");
  await bob.message.fill("");
  assert.strictEqual(await server.stop(), 0, server.output);
  for (const one of [ann, bob]) await one.hasLostConnection();
  await bob.say("Are you still there?");
  await bob.picture(path.join(pictures, "connection-lost.png"));
  await server.start();
  for (const one of [ann, bob]) await one.isConnected();
  assert.strictEqual(await ann.message.inputValue(), "half a sent");
  await ann.reads("Are you still there?", "Bob");
  await ann.message.pressSequentially("ence");
  await ann.message.press("Enter");
  await bob.reads("half a sentence", "Ann");
  for (const one of [ann, bob]) one.mayFailToConnect = false;
}

async function chatOver(scheme, browser, server) {
  const site = server.url(scheme);
  const ann = await Person.arrive(browser, site, "Ann");
  const bob = await Person.arrive(browser, site, "Bob", {
    viewport: {width: 390, height: 780}, colorScheme: "dark",
  });
  const loaded = await ann.page.evaluate(() => performance.getEntriesByType("navigation")[0].nextHopProtocol);
  assert.strictEqual(loaded, scheme === "https" && speaksHttp2 ? "h2" : "http/1.1");
  await talk(ann, bob);
  await ann.picture(path.join(pictures, `chat-${scheme}.png`));
  await typing(ann, bob);
  await markup(browser, site, ann);
  await history(browser, site);
  await bob.picture(path.join(pictures, `chat-${scheme}-small-dark.png`));
  await restart(server, ann, bob);
  await ann.picture(path.join(pictures, `chat-${scheme}-after-restart.png`));
  await bob.leave();
  await ann.sawLeave("Bob");
  await ann.leave();
}

async function main() {
  fs.mkdirSync(pictures, {recursive: true});
  const server = await Server.make(...options);
  const browser = await launchChromium();
  try {
    await server.start();
    for (const scheme of ["http", "https"]) {
      await chatOver(scheme, browser, server);
      console.log(`${scheme}: passed`);
    }
    const page = await browser.newPage();
    await page.goto(server.url("http"));
    await page.screenshot({path: path.join(pictures, "site.png")});
    assert.strictEqual(await server.stop(), 0, server.output);
  } finally {
    await browser.close();
    if (server.process.exitCode === null) await server.stop();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
