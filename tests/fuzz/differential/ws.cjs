// The same with the receiver of npm's ws; see ours.cpp. Usage: node ws.cjs NODE_MODULES
const path = require('node:path');
const { Receiver, PerMessageDeflate } = require(path.join(process.argv[2], 'ws'));

const LIMITS = { maxPayload: 65536, maxFragments: 16 };

function deflate(compression) {
  const extension = new PerMessageDeflate({ isServer: true, maxPayload: LIMITS.maxPayload });
  extension.params = { client_max_window_bits: compression & 15, client_no_context_takeover: (compression & 16) !== 0 };
  return extension;
}

// What is still to come is awaited: ws inflates in other threads.
function run(compression, piece, bytes) {
  const extension = compression ? deflate(compression) : null;
  const receiver = new Receiver({
    isServer: true, ...LIMITS, extensions: extension ? { [PerMessageDeflate.extensionName]: extension } : {},
  });
  const events = [];
  receiver.on('message', (data, binary) => events.push([binary ? 'binary' : 'text', data.toString('hex')]));
  receiver.on('ping', (data) => events.push(['ping', data.toString('hex')]));
  receiver.on('pong', (data) => events.push(['pong', data.toString('hex')]));
  let closed = false;
  receiver.on('conclude', (code, reason) => {
    closed = true;
    events.push(['close', code, reason.toString('hex')]);
  });
  return new Promise((done) => {
    const end = () => {
      extension?.cleanup();
      done(JSON.stringify(events));
    };
    receiver.on('error', (error) => {
      const status = Object.getOwnPropertySymbols(error).find((symbol) => symbol.description === 'status-code');
      if (!closed) events.push(['error', error[status] ?? 0, error.message]);
      end();
    });
    receiver.on('finish', end);
    const step = Math.max(piece || bytes.length, 1);
    const feed = (at) => {
      if (closed) return;
      if (at >= bytes.length) receiver.end();
      else receiver.write(Buffer.from(bytes.subarray(at, at + step)), (error) => error || setImmediate(feed, at + step));
    };
    feed(0);
  });
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const all = Buffer.concat(chunks);
  const lines = [];
  for (let at = 0; at < all.length;) {
    const size = all.readUInt32BE(at + 3);
    lines.push(await run(all[at], all.readUInt16BE(at + 1), all.subarray(at + 7, at + 7 + size)));
    at += 7 + size;
  }
  process.stdout.write(lines.join('\n') + '\n');
}

main();
