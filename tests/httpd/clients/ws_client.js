// The npm package `ws` against an echo plugin: node ws_client.js URL CA-FILE [SUBPROTOCOL...]
// Prints "ok" and exits 0, or says what went wrong and exits 1.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const {once} = require('node:events');
const WebSocket = require('ws');

const [url, authority, ...subprotocols] = process.argv.slice(2);

async function connected(options = {}) {
  const socket = new WebSocket(url, subprotocols, {ca: fs.readFileSync(authority), ...options});
  socket.inbox = [];
  socket.waiting = [];
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? data : data.toString();
    const reader = socket.waiting.shift();
    if (reader) reader(message); else socket.inbox.push(message);
  });
  socket.next = () => socket.inbox.length ? Promise.resolve(socket.inbox.shift())
                                          : new Promise(done => socket.waiting.push(done));
  await once(socket, 'open');
  return socket;
}

async function closed(socket) {
  const [code, reason] = await once(socket, 'close');
  return [code, reason.toString()];
}

async function main() {
  const socket = await connected();
  assert.strictEqual(socket.protocol, subprotocols[subprotocols.length - 1] ?? '');
  assert.strictEqual(socket.extensions, '');

  for (const text of ['hello', '', 'wörld 😀', 'x'.repeat(70000), 'y'.repeat(125), 'z'.repeat(126)]) {
    socket.send(text);
    assert.strictEqual(await socket.next(), text);
  }
  const bytes = Buffer.from(Array.from({length: 100000}, (_, index) => index * 7 % 256));
  socket.send(bytes);
  assert.deepStrictEqual(await socket.next(), bytes);

  socket.send('frag', {fin: false});
  socket.send('men', {fin: false});
  socket.ping('between');
  socket.send('ted', {fin: true});
  const [pong] = await once(socket, 'pong');
  assert.strictEqual(pong.toString(), 'between');
  assert.strictEqual(await socket.next(), 'fragmented');

  for (let number = 0; number < 500; ++number) socket.send(`message ${number}`);
  for (let number = 0; number < 500; ++number) {
    assert.strictEqual(await socket.next(), `message ${number}`);
  }
  socket.close(4001, 'bye');
  assert.deepStrictEqual(await closed(socket), [4001, 'bye']);

  const quiet = await connected();
  quiet.close();
  assert.strictEqual((await closed(quiet))[0], 1005);

  const cut = await connected({perMessageDeflate: true});  // offered, and declined
  assert.strictEqual(cut.extensions, '');
  cut.terminate();
  assert.strictEqual((await closed(cut))[0], 1006);
}

main().then(() => console.log('ok'), error => {
  console.log(error.stack);
  process.exit(1);
});
