// Chromium's own permessage-deflate: node compression.cjs ORIGIN PATH...
const assert = require("node:assert");
const {launchChromium} = require("./chromium.cjs");

const [origin, ...paths] = process.argv.slice(2);

// In the page: every message comes back as it was. Gives the extensions that were agreed on.
async function echoes(path) {
  const words = "the same words again and again, ".repeat(60);
  const texts = [words, "short", "", words, "wörld 😀".repeat(300), "x".repeat(200000), words];
  const socket = new WebSocket(path);
  socket.binaryType = "arraybuffer";
  await new Promise((done, failed) => [socket.onopen, socket.onerror] = [done, failed]);
  const next = () => new Promise((done, failed) => {
    socket.onmessage = ({data}) => done(data);
    socket.onclose = ({code}) => failed(new Error(`closed with ${code}`));
  });
  for (const text of texts) {
    const heard = next();
    socket.send(text);
    if (await heard !== text) throw new Error(`another text came back for ${text.slice(0, 20)}`);
  }
  const bytes = Uint8Array.from({length: 50000}, (_, index) => index * index);
  const heard = next();
  socket.send(bytes);
  const back = new Uint8Array(await heard);
  if (back.length !== bytes.length || back.some((byte, at) => byte !== bytes[at])) throw new Error("other bytes");
  socket.onclose = null;
  socket.close();
  return socket.extensions;
}

async function main() {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${origin}/index.html`);
    for (const path of paths) {
      const extensions = await page.evaluate(echoes, `${origin.replace("http", "ws")}${path}`);
      assert.match(extensions, /^permessage-deflate/, path);
    }
  } finally {
    await browser.close();
  }
}

main().then(() => console.log("ok"), (error) => {
  console.log(error.stack);
  process.exit(1);
});
