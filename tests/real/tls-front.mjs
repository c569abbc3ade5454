#!/usr/bin/env node
// Stands for https://api.z.ai and https://open.bigmodel.cn in front of a mock that speaks plain HTTP.
//
//   tls-front.mjs KEY CERT MOCK_PORT LOG
//
// Listens on 127.0.0.1:443 and hands everything on as it is. LOG gets one JSON line per POST: host, path, model, and whether a
// credential came along (never its value). On stdout: `ready`. It ends on SIGTERM. Only for a network namespace of its own.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request as onwardRequest } from 'node:http';
import { createServer } from 'node:https';

const [key, cert, port, log] = process.argv.slice(2);
if (log === undefined) {
  process.stderr.write('usage: tls-front.mjs KEY CERT MOCK_PORT LOG\n');
  process.exit(2);
}
writeFileSync(log, '', { flag: 'a' });

function note(from, text) {
  if (from.method !== 'POST') return;
  let model;
  try { model = JSON.parse(text).model; } catch { /* not for a model */ }
  const credential = Boolean(from.headers['x-api-key'] || /^Bearer ./i.test(from.headers.authorization ?? ''));
  appendFileSync(log, JSON.stringify({ host: from.headers.host, path: from.url.split('?')[0], model, credential }) + '\n');
}

createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (from, to) => {
  const parts = [];
  const onward = onwardRequest({ port, path: from.url, method: from.method, headers: from.headers }, (answer) => {
    to.writeHead(answer.statusCode, answer.headers);
    answer.pipe(to);
  });
  onward.on('error', () => to.destroy());
  to.on('close', () => onward.destroy()); // the mock has to see that a client gave up
  from.on('data', (part) => parts.push(part));
  from.on('end', () => {
    const body = Buffer.concat(parts);
    note(from, body.toString('utf8'));
    onward.end(body);
  });
}).listen(443, '127.0.0.1', () => process.stdout.write('ready\n'));
process.on('SIGTERM', () => process.exit(0));
