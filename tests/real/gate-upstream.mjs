#!/usr/bin/env node
// A stand-in for Z.ai that counts: at most `cap` requests in flight, the others get 429 with code 1302.
// Started with fork(); it is told what to be by messages { set: {…} }, { reset: true }, and asked with { stats: true }.
//
//   cap      requests in flight at once
//   caps     the same by model, { "glm-5.3": 1 }; a model that isn't named has none
//   ms       how long an answer takes
//   chunks   in how many pieces a streamed answer comes, evenly spread
//   lag      a slot is freed this many ms after the answer has ended; 0: just before its last bytes
//   faults   codes that the next requests are answered with, one each: ["1308", "1305"]
//   numeric  the code is a number, at the top of the body
//   slow     ms before such an answer
//
// Each piece of a stream carries the time when it was sent (process.hrtime, the machine's clock for all processes).

import { createServer as plain } from 'node:http';
import { createServer as tls } from 'node:https';

const fresh = () => ({ requests: 0, refused: 0, faults: 0, ok: 0, aborted: 0, most: 0, by: {}, hosts: {}, keys: {}, order: [] });
let stats = fresh();
const settings = { cap: 1, caps: null, ms: 300, chunks: 10, lag: 0, faults: [], numeric: false, slow: 0 };
let inFlight = 0;
const perModel = new Map();
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function refuse(response, code, anthropic) {
  const message = `[${code}][the upstream of the test says so][20261122]`;
  const status = code === '1305' && anthropic ? 529 : 429;
  const error = anthropic
    ? { type: 'error', error: { type: 'rate_limit_error', code, message } }
    : settings.numeric ? { code: Number(code), msg: message } : { error: { code, message } };
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(error));
}

async function handle(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
  const anthropic = request.url.startsWith('/api/anthropic/');
  const client = request.headers['user-agent'] ?? '-';
  stats.requests += 1;
  stats.hosts[request.headers.host] = (stats.hosts[request.headers.host] ?? 0) + 1;
  const key = request.headers.authorization ?? request.headers['x-api-key'] ?? '-';
  stats.keys[key] = (stats.keys[key] ?? 0) + 1;
  const fault = settings.faults.shift();
  if (fault) {
    stats.faults += 1;
    await sleep(settings.slow);
    return refuse(response, fault, anthropic);
  }
  const used = perModel.get(body.model) ?? 0;
  const full = settings.caps ? used >= (settings.caps[body.model] ?? Infinity) : inFlight >= settings.cap;
  if (full) {
    stats.refused += 1;
    return refuse(response, '1302', anthropic);
  }
  inFlight += 1;
  perModel.set(body.model, used + 1);
  stats.most = Math.max(stats.most, inFlight);
  stats.order.push(client);
  let gone = false;
  let counted = true;
  const leave = () => {
    if (counted) { inFlight -= 1; perModel.set(body.model, perModel.get(body.model) - 1); }
    counted = false;
  };
  const free = () => (settings.lag ? setTimeout(leave, settings.lag) : leave());
  response.on('close', () => {
    if (!response.writableFinished) { gone = true; stats.aborted += 1; free(); }
  });
  const ms = body.ms ?? settings.ms;
  if (body.stream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let n = 0; n < settings.chunks && !gone; n += 1) {
      await sleep(ms / settings.chunks);
      response.write(`data: {"n":${n},"at":"${process.hrtime.bigint()}"}\n\n`);
    }
  } else {
    await sleep(ms);
    if (!gone) response.writeHead(200, { 'content-type': 'application/json' });
  }
  if (gone) return undefined;
  free(); // before the last bytes: what comes after them may come at once
  stats.ok += 1;
  stats.by[client] = (stats.by[client] ?? 0) + 1;
  return response.end(body.stream ? 'data: [DONE]\n\n' : '{"ok":true}');
}

const pair = process.argv[2] && JSON.parse(process.argv[2]); // { key, cert }: speak TLS
const answer = (request, response) => handle(request, response).catch(() => response.destroy());
const server = pair ? tls(pair, answer) : plain(answer);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', (message) => {
  if (message.set) Object.assign(settings, message.set);
  if (message.reset) stats = fresh();
  process.send({ stats: structuredClone(stats) });
});
process.on('disconnect', () => process.exit(0));
