// One person with a browser window of their own on the chat's page, who acts as people do: by labels
// and keys. Notes everything that the browser complains about.
const assert = require("node:assert");

class Person {
  // browser: Playwright's. Goes from the PHP site to the chat.
  static async arrive(browser, site, name, contextOptions = {}) {
    const context = await browser.newContext({ignoreHTTPSErrors: true, ...contextOptions});
    const page = await context.newPage();
    const person = new Person(context, page, name);
    await person.watch();
    await page.goto(site);
    await page.getByRole("link", {name: "Open the chat"}).click();
    await page.getByLabel("Your name").fill(name);
    await page.keyboard.press("Enter");
    await person.isConnected();
    return person;
  }

  constructor(context, page, name) {
    Object.assign(this, {context, page, name, complaints: [], mayFailToConnect: false});
    this.log = page.getByRole("log");
    this.message = page.getByRole("textbox", {name: "Message"});
    this.people = page.locator("#members");
    this.state = page.locator("#state-text");
  }

  async watch() {
    this.page.on("pageerror", (error) => this.complaints.push(`error: ${error}`));
    this.page.on("dialog", (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    this.page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      const expected = this.mayFailToConnect && /^WebSocket connection to/.test(message.text());
      if (!expected) this.complaints.push(`console: ${message.text()}`);
    });
    await this.page.exposeFunction("noteViolation", (what) => this.complaints.push(`CSP: ${what}`));
    await this.page.addInitScript(() => document.addEventListener("securitypolicyviolation",
        (event) => window.noteViolation(`${event.violatedDirective} ${event.blockedURI}`)));
  }

  async isConnected() {
    await this.state.filter({hasText: /^Connected$/}).waitFor();
  }

  async hasLostConnection() {
    await this.state.filter({hasText: /^(Connection lost|Connecting)$/}).waitFor();
  }

  async say(text) {
    await this.message.fill(text);
    await this.message.press("Enter");
  }

  // A message of `from`, exactly this text, once.
  async reads(text, from) {
    const message = this.log.locator(".message").filter({has: this.page.getByText(text, {exact: true})});
    await message.first().waitFor();
    assert.strictEqual(await message.count(), 1, `${this.name} has "${text}" more than once`);
    if (from) await message.locator("bdi").getByText(from, {exact: true}).waitFor({state: "attached"});
  }

  async sees(name) {
    await this.lookAtPeople(() => this.people.getByText(name, {exact: true}).waitFor());
  }

  async sawLeave(name) {
    await this.lookAtPeople(
        () => this.people.getByText(name, {exact: true}).waitFor({state: "detached"}));
  }

  // On a small screen the list is behind a button.
  async lookAtPeople(look) {
    const menu = this.page.getByRole("button", {name: "Rooms and people"});
    const isSmall = await menu.isVisible();
    if (isSmall) await menu.click();
    await this.people.waitFor();
    await look();
    if (isSmall) await menu.click();
    if (isSmall) await this.people.waitFor({state: "hidden"});
  }

  async picture(file) {
    await this.page.screenshot({path: file});
  }

  // Everything was well: nothing to complain about.
  check() {
    assert.deepStrictEqual(this.complaints, [], `${this.name}'s browser complains`);
  }

  async leave() {
    this.check();
    await this.context.close();
  }
}

module.exports = {Person};
