// plugin_sdk/js in Chromium: all tabs share a socket, which comes back, and nothing posted is lost.
const assert = require("node:assert");
const {main, server, watched} = require("./site.cjs");

// A tab with a client of the echo plugin: what it heard is window.heard.
async function openTab(context, complaints, options = {shared: true}, path = "/tab.html") {
  const page = await watched(context, complaints);
  await page.goto(`${server.url}${path}`);
  await page.evaluate(async (given) => {
    const {WebSocketClient} = await import("/websocket-client/index.js");
    window.heard = [];
    window.old = [];
    window.states = [];
    window.client = new WebSocketClient("/ws/echo", given);
    window.client.addEventListener("message", ({data, isOld}) => (isOld ? window.old : window.heard).push(data.text));
    window.client.addEventListener("state", ({state}) => window.states.push(state));
    window.client.open();
  }, options);
  return page;
}

const isState = (page, state) => page.waitForFunction((wanted) => window.client.state === wanted, state);
const send = (page, text) => page.evaluate((what) => window.client.send({text: what}), text);
const post = (page, text) => page.evaluate((what) => window.client.post({text: what}), text);
const hears = (page, ...texts) => page.waitForFunction(
    (wanted) => JSON.stringify(window.heard) === wanted, JSON.stringify(texts));

async function tabsShareASocket(browser, complaints) {
  const context = await browser.newContext();
  const [one, two] = [await openTab(context, complaints), await openTab(context, complaints)];
  for (const tab of [one, two]) await isState(tab, "online");
  await server.sessions("/ws/echo", 1);
  await send(one, "from one");
  await send(two, "from two");
  for (const tab of [one, two]) await tab.waitForFunction(() => window.heard.length === 2);
  assert.deepStrictEqual(await one.evaluate(() => window.heard), await two.evaluate(() => window.heard));
  const late = await openTab(context, complaints);
  await late.waitForFunction(() => window.old.length === 2);
  await late.close();
  await one.close();
  await send(two, "alone");
  await two.waitForFunction(() => window.heard.at(-1) === "alone");
  await server.sessions("/ws/echo", 1);
  await context.close();
  await server.sessions("/ws/echo", 0);
}

async function aTabCrashes(browser, complaints) {
  const context = await browser.newContext();
  const [one, two] = [await openTab(context, complaints), await openTab(context, complaints)];
  await isState(one, "online");
  const crashed = new Promise((resolve) => two.once("crash", resolve));
  two.goto("chrome://crash").catch(() => {});
  await crashed;
  await send(one, "still here");
  await hears(one, "still here");
  await server.sessions("/ws/echo", 1);
  await context.close();
  await server.sessions("/ws/echo", 0);
}

// Also without shared workers. Posted before, while and after the server was away: each arrives once, in order.
async function comesBackAndLosesNothing(browser, complaints) {
  for (const shared of [true, false]) {
    const context = await browser.newContext();
    const tabs = [await openTab(context, complaints, {shared}), await openTab(context, complaints, {shared})];
    for (const tab of tabs) await isState(tab, "online");
    await server.sessions("/ws/echo", shared ? 1 : 2);
    await post(tabs[0], "before");
    await hears(tabs[0], "before");
    await server.stop();
    for (const tab of tabs) await isState(tab, "waiting");
    for (const text of ["while 1", "while 2", "while 3"]) await post(tabs[0], text);
    await server.start();
    for (const tab of tabs) await isState(tab, "online");
    await post(tabs[0], "after");
    await hears(tabs[0], "before", "while 1", "while 2", "while 3", "after");
    assert.deepStrictEqual(await tabs[0].evaluate(() => window.client.outbox.items), []);
    await server.sessions("/ws/echo", shared ? 1 : 2);
    await context.close();
    await server.sessions("/ws/echo", 0);
  }
}

async function goesOfflineAndOnline(browser, complaints) {
  const context = await browser.newContext();
  const tab = await openTab(context, complaints, {shared: false, probe: {text: "there?"}});
  await isState(tab, "online");
  await tab.evaluate(() => dispatchEvent(new Event("offline")));
  await hears(tab, "there?");
  await server.stop();
  await isState(tab, "waiting");
  await server.start();
  await tab.evaluate(() => dispatchEvent(new Event("online")));
  await isState(tab, "online");
  await context.close();
  await server.sessions("/ws/echo", 0);
}

async function hasItsOwnSocketWhereWorkersAreForbidden(browser) {
  const context = await browser.newContext();
  const expected = [];  // the browser says that it did not let the worker run
  const tabs = [];
  for (let i = 0; i < 2; ++i) tabs.push(await openTab(context, expected, {shared: true}, "/tab.html?no-worker"));
  for (const tab of tabs) await isState(tab, "online");
  await server.sessions("/ws/echo", 2);
  assert(expected.length > 0 && expected.every((line) => line.includes("Content Security Policy")), expected);
  await context.close();
  await server.sessions("/ws/echo", 0);
}

async function usersDoNotShare(browser, complaints) {
  const context = await browser.newContext();
  for (const shared of ["ann", "bob", "ann"]) await isState(await openTab(context, complaints, {shared}), "online");
  await server.sessions("/ws/echo", 2);
  await context.close();
  await server.sessions("/ws/echo", 0);
}

main([tabsShareASocket, aTabCrashes, comesBackAndLosesNothing, goesOfflineAndOnline,
      hasItsOwnSocketWhereWorkersAreForbidden, usersDoNotShare]);
