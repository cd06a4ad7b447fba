// Clients of the plugin channels, each in one channel: they say things there, and whenever they are cut
// they come again and go on where they were. What each of them saw is its log.
//
//   node crowd.mjs '{"port": 8080, "clients": 2000, "channels": 100, "pause": 20000, "log": FILE}'
//
// A line of JSON a second tells how they are. "quiet" on standard input: nobody says anything new. At its
// end the logs are written, one line of JSON for each client, and the program ends. Events of a log:
//
//   ["open"], ["pid", PID], ["subscribed", EPOCH, OFFSET, COUNT, RECOVERED], ["message", EPOCH, OFFSET, TEXT],
//   ["gap", EPOCH, OFFSET], ["say", TEXT], ["refused", STATUS], ["close", CODE, PID, MILLISECONDS-SINCE-1970]
import {closeSync, openSync, writeSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';

const WebSocket = createRequire(new URL('../npm/package.json', import.meta.url))('ws');
const options = JSON.parse(process.argv[2]);
const LAST = 'the end';  // a text of the runner's: nothing follows in that channel

let quiet = false;
const counts = {received: 0, said: 0, refusals: {}, closes: {}};

function count(table, name) {
  table[name] = (table[name] ?? 0) + 1;
}

function later(most, call) {
  setTimeout(call, Math.random() * most);
}

class Client {
  log = [];
  position = null;
  isOpen = false;
  pid = null;
  recovering = 0;    // kept messages that are still to come
  number = 0;        // of what it says
  attempt = 0;
  isPending = false; // whether it waits to hear itself
  isOver = false;

  constructor(index) {
    this.name = `k${index}`;
    this.channel = `room${index % options.channels}`;
    later(options.clients, () => this.connect());
    later(options.pause, () => this.say());
  }

  note(...event) {
    this.log.push(event);
  }

  connect() {
    const socket = new WebSocket(`ws://127.0.0.1:${options.port}/ws/channels`,
                                 {perMessageDeflate: false, handshakeTimeout: 30000});
    let wasOpen = false;
    socket.on('open', () => {
      wasOpen = true;
      this.socket = socket;
      this.pid = null;
      this.note('open');
      socket.send('pid');
      socket.send(`subscribe ${this.channel}` +
                  (this.position ? ` ${this.position.epoch} ${this.position.offset}` : ''));
    });
    socket.on('message', data => this.hear(data.toString()));
    socket.on('error', error => {  // 'close' follows
      if (!wasOpen) count(counts.refusals, error.code ?? error.message);
    });
    socket.on('close', code => {
      this.isOpen = false;
      if (wasOpen) {
        this.note('close', code, this.pid, Date.now());
        count(counts.closes, code);
      }
      later(wasOpen ? 500 : 2000, () => this.connect());
    });
  }

  hear(line) {
    const [verb, ...words] = line.split(' ');
    if (verb === 'pid') {
      this.pid = Number(words[0]);
      this.note('pid', this.pid);
    } else if (verb === 'subscribed') {
      const [, epoch, offset, recovered, count] = words;
      this.note('subscribed', epoch, Number(offset), Number(count), recovered === '1');
      this.position ??= {epoch, offset: offset - count};
      this.recovering = Number(count);
      this.isOpen = true;
      this.sayAgain();
    } else if (verb === 'message') {
      const [, epoch, offset, ...rest] = words;
      this.hearMessage(epoch, offset, rest.join(' '));
    } else if (verb === 'gap') {
      this.note('gap', words[1], Number(words[2]));
    } else if (verb === 'publish') {
      this.note('refused', Number(words[0]));
      later(500, () => this.isPending && this.isOpen && this.send());
    }
  }

  hearMessage(epoch, offset, text) {
    ++counts.received;
    this.note('message', epoch, Number(offset), text);
    this.position = {epoch, offset};
    if (text.startsWith(`${this.name} ${this.number} `)) this.isPending = false;
    if (text === LAST) this.isOver = true;
    if (this.recovering > 0 && --this.recovering === 0) this.sayAgain();
  }

  // What was under way when it was cut, and has not arrived, is said once more, as another attempt.
  sayAgain() {
    if (this.recovering === 0 && this.isPending) this.send();
  }

  say() {
    if (!quiet) {
      if (this.isOpen && this.recovering === 0 && !this.isPending) {
        ++this.number;
        this.attempt = 0;
        this.isPending = true;
        this.send();
      }
      later(2 * options.pause, () => this.say());
    }
  }

  send() {
    const text = `${this.name} ${this.number} ${++this.attempt}`;
    ++counts.said;
    this.note('say', text);
    this.socket.send(`publish ${this.channel} 10000 ${text}`);
  }
}

const clients = Array.from({length: options.clients}, (_, index) => new Client(index));

function tell() {
  const open = clients.filter(client => client.isOpen).length;
  const pending = clients.filter(client => client.isPending).length;
  const over = clients.filter(client => client.isOver).length;
  console.log(JSON.stringify({...counts, open, pending, over}));
}

setInterval(tell, 1000);
createInterface({input: process.stdin}).on('line', line => {
  quiet ||= line === 'quiet';
}).on('close', () => {
  tell();
  const file = openSync(options.log, 'w');
  for (const {name, channel, log} of clients) writeSync(file, JSON.stringify({name, channel, log}) + '\n');
  closeSync(file);
  process.exit();
});
