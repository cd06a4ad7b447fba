// The npm package `ws` with permessage-deflate against an echo plugin:
// node ws_deflate_client.js URL CA-FILE OPTIONS-AS-JSON. Prints "ok" and exits 0, or says what went
// wrong and exits 1.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const {once} = require('node:events');
const WebSocket = require('ws');

const [url, authority, options] = process.argv.slice(2);

async function main() {
  const socket = new WebSocket(url, [], {
    ca: fs.readFileSync(authority), perMessageDeflate: JSON.parse(options)});
  const inbox = [];
  const waiting = [];
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? data : data.toString();
    const reader = waiting.shift();
    if (reader) reader(message); else inbox.push(message);
  });
  const next = () => inbox.length ? Promise.resolve(inbox.shift())
                                  : new Promise(done => waiting.push(done));
  await once(socket, 'open');
  assert.strictEqual(socket.extensions, 'permessage-deflate');

  const words = 'the same words again and again, '.repeat(40);
  for (const text of [words, 'hello', '', words, 'wörld 😀'.repeat(300), 'x'.repeat(200000), words]) {
    socket.send(text);
    assert.strictEqual(await next(), text);
  }
  const bytes = Buffer.from(Array.from({length: 100000}, (_, index) => index * index * 7 % 256));
  socket.send(bytes);
  assert.deepStrictEqual(await next(), bytes);

  socket.send(words, {fin: false});
  socket.send(words, {fin: false});
  socket.ping('between');
  socket.send(words, {fin: true});
  assert.strictEqual(await next(), words + words + words);
  socket.send(words, {compress: false});
  assert.strictEqual(await next(), words);

  for (let number = 0; number < 300; ++number) socket.send(`${number} ${words}`);
  for (let number = 0; number < 300; ++number) {
    assert.strictEqual(await next(), `${number} ${words}`);
  }
  socket.close(4001, 'bye');
  const [code, reason] = await once(socket, 'close');
  assert.deepStrictEqual([code, reason.toString()], [4001, 'bye']);
}

main().then(() => console.log('ok'), error => {
  console.log(error.stack);
  process.exit(1);
});
