// Somebody who visits the PHP site of conf/demo, and what the browser has to complain of.
const assert = require("node:assert");

const kPassword = "demo";

class Visitor {
  // context: a browser of the visitor's own. site: its URL.
  constructor(context, site, user) {
    Object.assign(this, {context, site, user, complaints: []});
  }

  // A tab that shows this path.
  async tab(path = "") {
    const page = await this.context.newPage();
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.stack}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(`console: ${message.text()}`);
    });
    await page.goto(this.site + path);
    return page;
  }

  async signIn() {
    const page = await this.tab();
    await page.getByRole("link", {name: "Sign in"}).first().click();
    await page.getByLabel("Name").fill(this.user);
    await page.getByLabel("Password").fill(kPassword);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", {name: "Hello"}).waitFor();
    return page;
  }

  async signOut(page) {
    await page.getByRole("button", {name: "Sign out"}).click();
    await page.getByRole("link", {name: "Sign in"}).first().waitFor();
  }

  // Sends it by the PHP form. Returns how many connections heard it.
  async send(page, to, title, text = "") {
    await page.goto(`${this.site}send.php`);
    await page.getByLabel("To", {exact: true}).selectOption({label: to});
    await page.getByLabel("Title").fill(title);
    await page.getByLabel(/^Text/).fill(text);
    await page.getByRole("button", {name: "Send"}).click();
    const told = await page.getByRole("status").filter({hasText: `Sent to ${to === "Everybody" ? "everybody" : to}.`}).textContent();
    return Number(/heard it: (\d+)/.exec(told)[1]);
  }

  check() {
    assert.deepStrictEqual(this.complaints, [], `${this.user}'s browser complains`);
  }

  async leave() {
    this.check();
    await this.context.close();
  }
}

// The bell of a page shows this number of unread ones.
function badge(page, count) {
  const name = count ? `Notifications, ${count} unread` : "Notifications";
  return page.getByRole("button", {name, exact: true}).waitFor();
}

// A notification, in the bell or in the page's list.
const item = (page, title, list = "notification-bell") => page.locator(list).locator(".item").filter({hasText: title});

module.exports = {Visitor, badge, item};
