// Two users of the PHP site of conf/demo sign in, notify each other from a PHP form, chat under their names and sign out, in
// Chromium, over http and over https. Usage: node demo_site.cjs DIRECTORY-FOR-SCREENSHOTS [OPTION-OF-conf/demo]...
const assert = require("node:assert");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const {launchChromium, launchWithProfile} = require("./chromium.cjs");
const {Server} = require("./server.cjs");
const {Visitor, badge, item} = require("./visitor.cjs");

const [pictures = ".", ...options] = process.argv.slice(2);
const picture = (page, name) => page.screenshot({path: path.join(pictures, `${name}.png`)});

async function arrive(browser, site, user, contextOptions = {}) {
  return new Visitor(await browser.newContext({ignoreHTTPSErrors: true, ...contextOptions}), site, user);
}

async function guestsAreGuests(browser, site) {
  const guest = await arrive(browser, site, "a guest");
  const page = await guest.tab("send.php");
  await page.getByRole("heading", {name: "Sign in"}).waitFor();
  assert.strictEqual(await page.locator("notification-bell").count(), 0);
  await picture(page, "sign-in");
  await guest.leave();
}

// One form post reaches whom it is for, in all of their tabs, and nobody else.
async function oneFormPostReachesOneUser(ann, bob) {
  const tabs = [await ann.signIn(), await ann.tab()];
  const bobs = await bob.signIn();
  for (const page of [...tabs, bobs]) await badge(page, 0);
  assert(await bob.send(bobs, "Ann", "Lunch?", "At one, downstairs.") > 0, "Ann is here");
  for (const tab of tabs) await badge(tab, 1);
  await badge(bobs, 0);
  await tabs[0].locator("#bell").click();
  await item(tabs[0], "Lunch?").waitFor();
  await picture(tabs[0], "bell");
  await tabs[0].getByRole("button", {name: "Mark as read: Lunch?"}).click();
  for (const tab of tabs) await badge(tab, 0);
  await tabs[0].keyboard.press("Escape");

  await bob.send(bobs, "Everybody", "The lift works again");
  for (const page of [...tabs, bobs]) await badge(page, 1);
  await tabs[1].goto(`${ann.site}notifications.php`);
  for (const title of ["Lunch?", "The lift works again"]) await item(tabs[1], title, "notification-center").waitFor();
  await picture(tabs[1], "notifications");
  await picture(bobs, "sent-small-dark");
  await tabs[1].locator("notification-center").getByRole("button", {name: "Mark all read"}).click();
  await badge(tabs[0], 0);
  await badge(bobs, 1);
  return [...tabs, bobs];
}

// The chat knows who is signed in; a guest may come, too.
async function theChatKnowsTheName(browser, ann, bob) {
  const rooms = [await ann.tab("chat/"), await bob.tab("chat/")];
  for (const room of rooms) await room.locator("#state-text").filter({hasText: /^Connected$/}).waitFor();
  await rooms[0].getByRole("textbox", {name: "Message"}).fill("I am signed in");
  await rooms[0].keyboard.press("Enter");
  const said = rooms[1].getByRole("log").locator(".message").filter({has: rooms[1].getByText("I am signed in", {exact: true})});
  await said.locator("bdi").getByText(ann.user, {exact: true}).waitFor({state: "attached"});
  await picture(rooms[1], "chat-signed-in");
  return rooms;
}

// Signing out in one tab closes the connections of all, and of nobody else.
async function signingOutClosesTheSockets(ann, bob, [first, second, bobs], [annsRoom, bobsRoom]) {
  await ann.signOut(first);
  await second.locator("notification-center #state").filter({hasText: "Disconnected"}).waitFor();
  await annsRoom.locator("#state").filter({hasText: /signed out|disconnected|closed/i}).waitFor();
  await picture(annsRoom, "chat-signed-out");
  assert.strictEqual(await bob.send(bobs, "Ann", "Are you there?"), 0, "nobody hears it");
  await bobsRoom.getByRole("textbox", {name: "Message"}).fill("She has left");
  await bobsRoom.keyboard.press("Enter");
  await bobsRoom.getByRole("log").getByText("She has left", {exact: true}).waitFor();
  await second.goto(ann.site);
  await second.getByRole("link", {name: "Sign in"}).first().waitFor();
}

// What came while the browser was closed is there when it is started again.
async function anotherBrowserStartBringsTheUnreadOnes(bob, bobs, site) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "ws-profile-"));
  try {
    for (const unread of [0, 1]) {
      const zoe = new Visitor(await launchWithProfile(profile), site, "zoe");
      const page = await zoe.signIn();
      await page.getByRole("button", {name: "Sign out, Zo\u00eb"}).waitFor();
      // On the first visit of the first scheme there is what everybody got.
      await page.locator("#bell").click();
      if (unread) {
        await item(page, "While you were away").waitFor();
        await badge(page, 1);
        assert.strictEqual(await item(page, "While you were away").count(), 1);
      } else {
        await page.getByRole("button", {name: "Mark all read"}).click();
        await badge(page, 0);
      }
      await zoe.leave();
      if (!unread) await bob.send(bobs, "Zo\u00eb", "While you were away");
    }
  } finally {
    fs.rmSync(profile, {recursive: true, force: true});
  }
}

async function visit(browser, site) {
  await guestsAreGuests(browser, site);
  const ann = await arrive(browser, site, "ann");
  const bob = await arrive(browser, site, "bob", {viewport: {width: 390, height: 780}, colorScheme: "dark"});
  const pages = await oneFormPostReachesOneUser(ann, bob);
  const rooms = await theChatKnowsTheName(browser, ann, bob);
  await signingOutClosesTheSockets(ann, bob, pages, rooms);
  await anotherBrowserStartBringsTheUnreadOnes(bob, pages[2], site);
  await ann.signIn().then((page) => badge(page, 1));
  await ann.leave();
  await bob.leave();
}

async function main() {
  fs.mkdirSync(pictures, {recursive: true});
  const browser = await launchChromium();
  const server = await Server.make(...options);
  try {
    for (const scheme of ["http", "https"]) {
      await server.start();
      await visit(browser, server.url(scheme));
      assert.strictEqual(await server.stop(), 0, server.output);
      console.log(`${scheme}: passed`);
    }
  } finally {
    await browser.close();
    if (server.process && server.process.exitCode === null) await server.stop();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
