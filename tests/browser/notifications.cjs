// The notifications page and the bell in Chromium: who is meant hears it, once, wherever they look.
const assert = require("node:assert");
const path = require("node:path");
const {main, pictures, server, watched} = require("./site.cjs");

const kUsers = {alice: "secret", bob: "hunter2"};
const kMarkup = "<img src=x onerror=alert(1)>";

// A browser of a user's own. small: a phone, dark.
function browserOf(browser, user, small = false) {
  return browser.newContext({
    httpCredentials: {username: user, password: kUsers[user]}, permissions: ["notifications"],
    ...(small ? {viewport: {width: 380, height: 760}, colorScheme: "dark"} : {}),
  });
}

async function openPage(context, complaints) {
  const page = await watched(context, complaints);
  await page.goto(`${server.url}/notifications/`);
  await page.locator("notification-center #state").waitFor({state: "hidden"});
  return page;
}

// Any page of the site, with a bell.
async function openBell(context, user, complaints) {
  const page = await watched(context, complaints);
  await page.goto(`${server.url}/notifications/`);  // the browser learns the password
  await page.goto(`${server.url}/shop.html?${user}`);
  await page.locator("#bell").waitFor();
  return page;
}

const badge = (page, count) => page.getByRole("button", {name: count ? `Notifications, ${count} unread` : "Notifications", exact: true})
    .waitFor();
const item = (page, title) => page.locator(".item").filter({has: page.getByText(title, {exact: true})});
const toAlice = (message) => server.publish("users/alice", message);

async function whoIsMeantHearsItInAllTabs(browser, complaints) {
  const [alice, bob] = [await browserOf(browser, "alice"), await browserOf(browser, "bob")];
  const tabs = [await openBell(alice, "alice", complaints), await openBell(alice, "alice", complaints)];
  const other = await openBell(bob, "bob", complaints);
  await server.sessions("/ws/notifications", 2);
  await toAlice({title: "Order 12 was shipped", text: "It arrives on Friday.", level: "success", link: "/orders/12"});
  for (const tab of tabs) await badge(tab, 1);
  await tabs[0].locator("#bell").click();
  await item(tabs[0], "Order 12 was shipped").waitFor();
  await tabs[0].getByRole("button", {name: "Mark as read: Order 12 was shipped"}).click();
  for (const tab of tabs) await badge(tab, 0);
  await tabs[0].keyboard.press("Escape");
  await tabs[0].locator("#panel").waitFor({state: "hidden"});
  assert(await tabs[0].locator("#bell").evaluate((bell) => bell.matches(":focus")), "the focus went back");
  await badge(other, 0);
  await server.publish("news", {title: "We close at 4 today", level: "warning"});
  for (const tab of [...tabs, other]) await badge(tab, 1);
  await alice.close();
  await bob.close();
}

// What came while nobody was there waits; what comes while the page lost its connection comes, once.
async function unreadOnesWait(browser, complaints) {
  await toAlice({title: "While you were away"});
  const alice = await browserOf(browser, "alice");
  const page = await openPage(alice, complaints);
  await item(page, "While you were away").waitFor();
  assert.strictEqual(await page.locator("#announcer").textContent(), "", "what waited is not read out");
  await toAlice({title: "Now", text: "It is read out."});
  await page.locator("#announcer").getByText("Now. It is read out.").waitFor({state: "attached"});
  const before = await page.locator(".item").count();
  await server.stop();
  await page.locator("#state").waitFor();
  await page.screenshot({path: path.join(pictures, "connection-lost.png")});
  await page.getByRole("button", {name: "Mark as read: Now"}).click();  // though nobody can be told
  await server.start();
  await page.locator("#state").waitFor({state: "hidden"});
  await toAlice({title: "After the restart"});
  await item(page, "After the restart").waitFor();
  assert.strictEqual(await page.locator(".item").count(), before + 1);
  const again = await openPage(alice, complaints);
  await item(again, "After the restart").waitFor();
  assert.strictEqual(await item(again, "Now").count(), 0, "it was read");
  await page.getByRole("button", {name: "Mark all read"}).click();
  for (const one of [page, again]) await one.getByRole("button", {name: "Unread", exact: true}).waitFor();
  assert.strictEqual(await page.title(), "Notifications");
  await alice.close();
}

// Whatever it says is text, and a link leads nowhere harmful.
async function markupIsText(browser, complaints) {
  const alice = await browserOf(browser, "alice");
  const page = await openPage(alice, complaints);
  await toAlice({title: kMarkup, text: `${kMarkup}<script>document.title = "gone"</script>`, link: "/orders/13"});
  await item(page, kMarkup).waitFor();
  assert.strictEqual(await page.locator(".item img, .item script").count(), 0);
  assert.strictEqual(await item(page, kMarkup).locator("a").getAttribute("href"), `${server.url}/orders/13`);
  const addresses = await page.evaluate(async () => {
    const {safeAddress, imageAddress} = await import("/notifications/link.js");
    const all = ["javascript:alert(1)", " java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "blob:x", "file:///etc/passwd",
                 "//elsewhere.example/x", "https://x.example/", "mailto:a@b.example", "orders/1"];
    return all.map((one) => [safeAddress(one)?.protocol ?? null, imageAddress(one)?.protocol ?? null]);
  });
  assert.deepStrictEqual(addresses, [...Array(6).fill([null, null]), ["http:", "http:"], ["https:", "https:"],
                                     ["mailto:", null], ["http:", "http:"]]);
  await page.getByRole("button", {name: "Mark all read"}).click();
  await alice.close();
}

async function topicsAreFollowed(browser, complaints) {
  const alice = await browserOf(browser, "alice");
  const tabs = [await openPage(alice, complaints), await openPage(alice, complaints)];
  const news = (page) => page.getByRole("switch", {name: "news"});
  await news(tabs[0]).uncheck();
  await tabs[1].locator('[data-topic="news"]:not(:checked)').waitFor();
  await server.publish("news", {title: "Nobody hears this"});
  await tabs[0].getByLabel("Name of a topic").fill("offers.tea");
  await tabs[0].keyboard.press("Enter");
  for (const tab of tabs) await tab.locator('[data-topic="offers.tea"]:checked').waitFor();
  await server.publish("offers.tea", {title: "Tea is cheap today"});
  for (const tab of tabs) await item(tab, "Tea is cheap today").waitFor();
  assert.strictEqual(await item(tabs[0], "Nobody hears this").count(), 0);
  await tabs[0].getByLabel("Name of a topic").fill("user:bob");
  await tabs[0].keyboard.press("Enter");
  await tabs[0].getByRole("alert").filter({hasText: /./}).waitFor();
  await tabs[0].getByRole("button", {name: "Mark all read"}).click();
  await news(tabs[0]).check();
  await tabs[1].locator('[data-topic="news"]:checked').waitFor();
  await alice.close();
}

// With the keyboard alone: open, go to the first, mark it, the focus goes on to the next, mark that, close.
async function theKeyboardIsEnough(browser, complaints) {
  const alice = await browserOf(browser, "alice");
  const page = await openBell(alice, "alice", complaints);
  await badge(page, 0);
  await page.locator("#bell").focus();
  await page.keyboard.press("Enter");
  await page.locator("#panel").waitFor();
  for (const title of ["One", "Two", "Three"]) await toAlice({title});
  await badge(page, 3);
  const focused = () => page.evaluate(() => document.activeElement.shadowRoot.activeElement.getAttribute("aria-label"));
  await page.locator("#read-all").focus();
  await page.keyboard.press("Tab");
  assert.strictEqual(await focused(), "Mark as read: Three");
  await page.keyboard.press("Enter");
  assert.strictEqual(await focused(), "Mark as read: Two");
  await page.keyboard.press("Space");
  assert.strictEqual(await focused(), "Mark as read: One");
  await badge(page, 1);
  await toAlice({title: "Four"});
  await badge(page, 2);
  assert.strictEqual(await focused(), "Mark as read: One", "what arrives moves nobody");
  await page.keyboard.press("Escape");
  await page.locator("#panel").waitFor({state: "hidden"});
  await alice.close();
}

async function theBrowserShowsThemWhenAsked(browser, complaints) {
  const alice = await browserOf(browser, "alice");
  await alice.addInitScript(() => {
    window.shown = [];
    window.taken = [];
    window.Notification = class {
      static permission = "default";
      static async requestPermission() { return (this.permission = "granted"); }
      constructor(title, {body, tag}) { Object.assign(this, {title, body, tag}); window.shown.push(this); }
      close() { window.taken.push(this.title); }
    };
    Object.defineProperty(document, "hasFocus", {value: () => window.isLookedAt ?? false});
  });
  const page = await openBell(alice, "alice", complaints);
  const shown = (one = page) => one.evaluate(() => window.shown.map(({title, body}) => [title, body]));
  await toAlice({title: "Before"});
  await page.locator("#bell").click();
  await item(page, "Before").waitFor();
  await page.getByRole("switch", {name: "Show on the desktop"}).click();
  await page.locator('#desktop[aria-checked="true"]').waitFor();
  await toAlice({title: "Shown", text: "With a text."});
  await page.waitForFunction(() => window.shown.length > 0);
  assert.deepStrictEqual(await shown(), [["Shown", "With a text."]]);
  await page.getByRole("button", {name: "Mark as read: Shown"}).click();
  await page.waitForFunction(() => window.taken.includes("Shown"));
  const other = await openBell(alice, "alice", complaints);  // and looks at it
  await other.evaluate(() => { window.isLookedAt = true; });
  await toAlice({title: "Seen in the other tab"});
  await item(page, "Seen in the other tab").waitFor();
  await other.evaluate(() => { window.isLookedAt = false; });
  await toAlice({title: "Last"});
  await page.waitForFunction(() => window.shown.at(-1)?.title === "Last");
  assert.deepStrictEqual(await shown(), [["Shown", "With a text."], ["Last", undefined]]);
  await alice.close();
}

// Signed out by the site: all of the user's tabs are told, none comes back by itself, others go on.
async function signingOutEndsIt(browser, complaints) {
  const [alice, bob] = [await browserOf(browser, "alice"), await browserOf(browser, "bob")];
  const tabs = [await openBell(alice, "alice", complaints), await openBell(alice, "alice", complaints)];
  const other = await openBell(bob, "bob", complaints);
  await server.sessions("/ws/notifications", 2);
  await server.publish("users/alice/disconnect", {reason: "signed out"});
  for (const tab of tabs) {
    await tab.locator("#bell").click();
    await tab.getByText("Disconnected: signed out").waitFor();
  }
  await server.sessions("/ws/notifications", 1);
  await server.publish("users/bob", {title: "Only for Bob"});
  await other.locator("#bell").click();
  await item(other, "Only for Bob").waitFor();
  await tabs[0].reload();
  await server.sessions("/ws/notifications", 2);
  await tabs[1].getByText("Disconnected: signed out").waitFor({state: "hidden"});
  await alice.close();
  await bob.close();
}

// An element that is taken out of the page ends its connection; one that comes back has it again.
async function elementsComeAndGo(browser, complaints) {
  const alice = await browserOf(browser, "alice");
  const page = await openBell(alice, "alice", complaints);
  await server.sessions("/ws/notifications", 1);
  await page.evaluate(() => { window.bell = document.querySelector("notification-bell"); document.body.append(window.bell); });
  await server.sessions("/ws/notifications", 1);
  await page.evaluate(() => window.bell.remove());
  await server.sessions("/ws/notifications", 0);
  await toAlice({title: "While it was out"});
  await page.evaluate(() => document.body.append(window.bell));
  await page.locator("#bell").click();
  await item(page, "While it was out").waitFor();
  await page.locator("#read-all").click();
  await badge(page, 0);
  await alice.close();
}

async function looksGood(browser, complaints) {
  const wide = await browserOf(browser, "alice"), small = await browserOf(browser, "alice", true);
  const all = [
    {title: "Your password was changed", text: "If this was not you, write to us.", level: "warning", link: "/account"},
    {title: "Invoice 2031 could not be paid", text: "The card was declined.\nPlease choose another one.", level: "error", link: "/pay"},
    {title: "A very long title of somebody who does not know how little room there is in a list like this", text: "x".repeat(120)},
    {title: "Order 12 was shipped", text: "It arrives on Friday.", level: "success", icon: "/notifications/bell.svg"},
  ];
  for (const message of all) await toAlice(message);
  for (const [name, context] of [["wide", wide], ["small", small]]) {
    const bell = await openBell(context, "alice", complaints);
    await bell.locator("#bell").click();
    await item(bell, "Order 12 was shipped").first().waitFor();
    await bell.locator(".has-image").first().waitFor();
    await bell.screenshot({path: path.join(pictures, `bell-${name}.png`)});
    const page = await openPage(context, complaints);
    await item(page, "Order 12 was shipped").first().waitFor();
    const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert(width[0] <= width[1], "nothing is wider than the screen");
    await page.screenshot({path: path.join(pictures, `page-${name}.png`), fullPage: true});
    await context.close();
  }
}

main([whoIsMeantHearsItInAllTabs, unreadOnesWait, markupIsText, topicsAreFollowed, theKeyboardIsEnough,
      theBrowserShowsThemWhenAsked, signingOutEndsIt, elementsComeAndGo, looksGood]);
