// The npm package `websocket` against an echo plugin: node websocket_client.js URL CA-FILE
// [SUBPROTOCOL...]. Prints "ok" and exits 0, or says what went wrong and exits 1.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const {once} = require('node:events');
const {client: Client} = require('websocket');

const [url, authority, ...subprotocols] = process.argv.slice(2);

function connected(config = {}) {
  return new Promise((done, failed) => {
    const client = new Client({tlsOptions: {ca: fs.readFileSync(authority)}, ...config});
    client.on('connectFailed', failed);
    client.on('connect', done);
    client.connect(url, subprotocols, 'https://localhost');
  });
}

async function next(connection) {
  const [message] = await once(connection, 'message');
  return message.type === 'utf8' ? message.utf8Data : message.binaryData;
}

async function main() {
  const connection = await connected();
  assert.strictEqual(connection.protocol ?? '', subprotocols[subprotocols.length - 1] ?? '');

  for (const text of ['hello', '', 'wörld 😀', 'x'.repeat(70000)]) {
    connection.sendUTF(text);
    assert.strictEqual(await next(connection), text);
  }
  const bytes = Buffer.from(Array.from({length: 100000}, (_, index) => index * 11 % 256));
  connection.sendBytes(bytes);
  assert.deepStrictEqual(await next(connection), bytes);

  connection.ping(Buffer.from('are you there'));
  assert.strictEqual((await once(connection, 'pong'))[0].toString(), 'are you there');

  connection.close(4002, 'bye');
  assert.strictEqual((await once(connection, 'close'))[0], 4002);

  // Every message goes out in fragments of 100 bytes.
  const fragmenting = await connected({fragmentOutgoingMessages: true, fragmentationThreshold: 100});
  fragmenting.sendUTF('ä'.repeat(5000));
  assert.strictEqual(await next(fragmenting), 'ä'.repeat(5000));
  fragmenting.close();
  assert.strictEqual((await once(fragmenting, 'close'))[0], 1000);
}

main().then(() => process.exit(console.log('ok')), error => {
  console.log(error.stack);
  process.exit(1);
});
