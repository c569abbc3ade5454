#!/usr/bin/env node
// Z.ai's chat endpoint for openclaw: HTTPS on 127.0.0.1:443, so that the configured address is used unchanged.
// (mock.mjs speaks HTTP and knows the sub-agent tools of other programs; openclaw's is `sessions_spawn`.)
//
//   openclaw-mock.mjs CERT_FOLDER LOG [--limit N] [--delay-ms N] [--tasks N]
//
// CERT_FOLDER holds key.pem and cert.pem. Each model request is a line in LOG: host, path, model, status, in flight.
// --limit  answer 429 with code 1302 while more than N requests are in flight
// --tasks  answer the first request that offers `sessions_spawn` with N calls of it
// GET /mock/summary tells what was seen. Neither keys nor prompts are logged.
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [folder, log, ...rest] = process.argv.slice(2);
const options = { '--limit': Infinity, '--delay-ms': 0, '--tasks': 0 };
for (let i = 0; i < rest.length; i += 2) {
  if (!(rest[i] in options)) { process.stderr.write(`unknown option ${rest[i]}\n`); process.exit(2); }
  options[rest[i]] = Number(rest[i + 1]);
}
const seen = { requests: 0, refused: 0, maxInFlight: 0, tasks: 0, places: {} };
const bump = (key) => { seen.places[key] = (seen.places[key] ?? 0) + 1; };
let inFlight = 0;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const json = (response, status, value) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};
const TASK = 'MOCK-SUBTASK';

/** The answer's delta: N sub-agents, or a text. */
function decide(body) {
  const tools = (body.tools ?? []).map((tool) => tool.function?.name);
  const child = JSON.stringify(body.messages ?? []).includes(TASK);
  if (options['--tasks'] > 0 && seen.tasks === 0 && !child && tools.includes('sessions_spawn')) {
    seen.tasks = options['--tasks'];
    return {
      tool_calls: Array.from({ length: seen.tasks }, (_, index) => ({
        index, id: `call_${index}`, type: 'function',
        function: { name: 'sessions_spawn', arguments: JSON.stringify({ task: `${TASK} ${index}: say hello.` }) },
      })),
    };
  }
  return { content: 'mock says hello' };
}

async function model(request, response, body) {
  inFlight += 1;
  let counted = true;
  const leave = () => { if (counted) { counted = false; inFlight -= 1; } };
  response.on('close', leave);
  seen.requests += 1;
  seen.maxInFlight = Math.max(seen.maxInFlight, inFlight);
  const refused = inFlight > options['--limit'];
  const place = `${request.headers.host}${request.url} ${body.model}`;
  bump(place);
  const tools = (body.tools ?? []).map((tool) => tool.function?.name);
  appendFileSync(log, `${JSON.stringify({ place, status: refused ? 429 : 200, inFlight, spawn: tools.includes('sessions_spawn') })}\n`);
  if (refused) {
    seen.refused += 1;
    leave();
    return json(response, 429, { error: { code: '1302', message: 'Rate limit reached for requests' } });
  }
  const delta = decide(body);
  await sleep(options['--delay-ms']);
  leave();
  if (response.destroyed) return undefined;
  const head = { id: 'mock', created: 0, model: body.model };
  const finish = delta.tool_calls ? 'tool_calls' : 'stop';
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  if (!body.stream) return json(response, 200, { ...head, object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: null, ...delta }, finish_reason: finish }], usage });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (choice, more = {}) => response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...more })}\n\n`);
  send({ delta: { role: 'assistant', ...delta }, finish_reason: null });
  send({ delta: {}, finish_reason: finish }, { usage });
  response.end('data: [DONE]\n\n');
  return undefined;
}

const tls = { key: readFileSync(`${folder}/key.pem`), cert: readFileSync(`${folder}/cert.pem`) };
createServer(tls, (request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    if (request.url === '/mock/summary') return json(response, 200, seen);
    if (request.method === 'POST' && /\/(chat\/completions|messages)$/.test(request.url)) {
      let body;
      try { body = JSON.parse(Buffer.concat(parts).toString('utf8')); } catch { return json(response, 400, { error: { code: '1210', message: 'not JSON' } }); }
      if (request.url.endsWith('/chat/completions')) return model(request, response, body);
    }
    bump(`${request.headers.host}${request.url} 404`);
    return json(response, 404, { error: { code: '404', message: 'the mock has nothing here' } });
  });
}).listen(443, '127.0.0.1', () => process.stdout.write('ready\n'));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
