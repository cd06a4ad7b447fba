// npm ws as a server: echo, and fan-out from /fanout/publish to all of /fanout/subscribe.
// Arguments: port, TLS port, certificate, key.
'use strict';
const fs = require('fs');
const http = require('http');
const https = require('https');
const { WebSocketServer } = require('ws');

const [port, tlsPort, certificate, key] = process.argv.slice(2);
const subscribers = new Set();

function serve(socket, request) {
  if (request.url === '/fanout/subscribe') {
    subscribers.add(socket);
    socket.on('close', () => subscribers.delete(socket));
  } else if (request.url === '/fanout/publish') {
    socket.on('message', (data, binary) => {
      for (const subscriber of subscribers) subscriber.send(data, { binary });
    });
  } else {
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  }
  socket.on('error', () => {}); // the load generator resets its connections
}

function listen(server, where) {
  const options = { server, perMessageDeflate: false, clientTracking: false };
  new WebSocketServer(options).on('connection', serve);
  server.listen(Number(where), '127.0.0.1', 4096);
}

listen(http.createServer(), port);
if (tlsPort) {
  const tls = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
  listen(https.createServer(tls), tlsPort);
}
