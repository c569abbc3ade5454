#!/usr/bin/env node
// A stand-in for Z.ai's Responses endpoint (the one that Codex speaks), for tests that run Codex offline.
//
//   POST …/responses      OpenAI Responses, streamed and whole
//   GET  …/models         an empty list
//   GET  /mock/summary    what was seen so far, as JSON (never logged)
//   anything else         404, logged
//
// Options
//   --port N         port on 127.0.0.1; 0 (the default) lets the system choose
//   --log FILE       one JSON line per request (appended): path, model, kind, in flight, status, which credential headers
//   --text STRING    the answer of every model request; default "mock says hello"
//   --delay-ms N     wait this long before every model answer
//   --limit N        answer 429 with Z.ai's code 1302 while more than N model requests are in flight
//   --tasks N        the first request that offers a `spawn_agent` tool is answered with N parallel calls of it; the
//                    next one with `wait_agent` (or `wait`), when that is offered
//   --bodies FILE    development only: whole request bodies, one JSON line each
//
// On stdout: one JSON line {"port":…,"pid":…} when ready. It ends on SIGTERM or SIGINT, with a summary line.
// The log holds no credential, no prompt and no answer.

import { createServer } from 'node:http';
import { appendFileSync, writeFileSync } from 'node:fs';

const options = { port: 0, log: null, text: 'mock says hello', delayMs: 0, limit: Infinity, tasks: 0, bodies: null };

function fail(message) {
  process.stderr.write(`codex-mock.mjs: ${message}\n`);
  process.exit(2);
}

const names = { '--port': 'port', '--log': 'log', '--text': 'text', '--delay-ms': 'delayMs', '--limit': 'limit', '--tasks': 'tasks', '--bodies': 'bodies' };
for (let args = process.argv.slice(2); args.length > 0; ) {
  const [name, value] = args.splice(0, 2);
  const field = names[name];
  if (!field) fail(`unknown option ${name}`);
  if (value === undefined) fail(`${name} wants a value`);
  if (['log', 'text', 'bodies'].includes(field)) options[field] = value;
  else {
    const number = Number(value);
    if (!Number.isInteger(number) || number < 0) fail(`${name} wants a whole number, not ${JSON.stringify(value)}`);
    options[field] = number;
  }
}
for (const file of [options.log, options.bodies]) if (file) writeFileSync(file, '', { flag: 'a' });

const TASK_MARK = 'MOCK-SUBTASK';
// maxInFlight counts the refused ones too.
const seen = { requests: 0, model: 0, rejected: 0, maxInFlight: 0, byKind: { main: 0, task: 0, side: 0 }, models: [], paths: [] };
let inFlight = 0;
let step = 0; // 0: tasks not given; 1: given, wait next
let serial = 0;

function log(entry) {
  seen.requests += 1;
  if (!seen.paths.includes(entry.path)) seen.paths.push(entry.path);
  if (options.log) appendFileSync(options.log, JSON.stringify(entry) + '\n');
}

function note(list, value) {
  if (value !== undefined && !list.includes(value)) list.push(value);
}

/** All names under which the client offers tools, with the namespace where there is one. */
function toolsOf(body) {
  return (body.tools ?? []).flatMap((tool) =>
    tool.type === 'namespace' ? (tool.tools ?? []).map((inner) => ({ namespace: tool.name, name: inner.name, parameters: inner.parameters })) : [{ name: tool.name ?? tool.function?.name, parameters: tool.parameters }]);
}

function textOf(item) {
  if (typeof item.content === 'string') return item.content;
  return (item.content ?? []).map((part) => part.text ?? '').join('\n');
}

function kindOf(body) {
  if ((body.tools ?? []).length === 0) return 'side';
  const input = Array.isArray(body.input) ? body.input : [];
  // A sub-agent's own prompt: a message, never the lead's call (whose arguments hold the mark, too).
  return input.some((item) => (item.type ?? 'message').endsWith('message') && textOf(item).includes(TASK_MARK)) ? 'task' : 'main';
}

/** What the model "does" next: text, or calls. */
function decide(body, kind) {
  const tools = toolsOf(body);
  const spawn = tools.find((tool) => tool.name === 'spawn_agent');
  const wait = tools.find((tool) => tool.name === 'wait_agent' || tool.name === 'wait');
  if (kind === 'main' && options.tasks > 0 && spawn && step === 0) {
    step = 1;
    const wanted = Object.keys(spawn.parameters?.properties ?? {});
    return {
      calls: Array.from({ length: options.tasks }, (_, n) => {
        const input = { message: `${TASK_MARK} ${n + 1}: say hello` };
        if (wanted.includes('task_name')) input.task_name = `task_${n + 1}`;
        if (wanted.includes('fork_turns')) input.fork_turns = 'none';
        return { namespace: spawn.namespace, name: spawn.name, input };
      }),
    };
  }
  if (kind === 'main' && step === 1 && wait) {
    step = 2;
    const outputs = body.input.filter((item) => item.type === 'function_call_output').map((item) => (typeof item.output === 'string' ? item.output : JSON.stringify(item.output)));
    const ids = outputs.flatMap((text) => [...text.matchAll(/"agent_id"\s*:\s*"([^"]+)"/g)].map((found) => found[1]));
    const input = Object.keys(wait.parameters?.properties ?? {}).includes('targets') ? { targets: ids } : {};
    if (Object.keys(wait.parameters?.properties ?? {}).includes('timeout_ms')) input.timeout_ms = 20000;
    return { calls: [{ namespace: wait.namespace, name: wait.name, input }] };
  }
  return { text: options.text };
}

function items(answer) {
  if (answer.text !== undefined) {
    return [{ type: 'message', id: `msg_mock_${++serial}`, role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: answer.text, annotations: [] }] }];
  }
  return answer.calls.map((call) => ({ type: 'function_call', id: `fc_mock_${++serial}`, call_id: `call_mock_${serial}`, ...(call.namespace && { namespace: call.namespace }), name: call.name, arguments: JSON.stringify(call.input), status: 'completed' }));
}

const usage = { input_tokens: 10, input_tokens_details: { cached_tokens: 0 }, output_tokens: 5, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 15 };

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function sendEvents(response, whole) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (event) => response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  send({ type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } });
  whole.output.forEach((item, index) => {
    send({ type: 'response.output_item.added', output_index: index, item });
    send({ type: 'response.output_item.done', output_index: index, item });
  });
  send({ type: 'response.completed', response: whole });
  response.end();
}

async function modelRequest(request, response, entry, text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    log({ ...entry, status: 400 });
    return sendJson(response, 400, { error: { code: '1210', message: 'the body is not JSON' } });
  }
  if (options.bodies) appendFileSync(options.bodies, text + '\n');
  inFlight += 1;
  let counted = true;
  const leave = () => { if (counted) { counted = false; inFlight -= 1; } };
  response.on('close', leave);
  const kind = kindOf(body);
  const refused = inFlight > options.limit;
  seen.model += 1;
  seen.byKind[kind] += 1;
  note(seen.models, body.model);
  seen.maxInFlight = Math.max(seen.maxInFlight, inFlight);
  log({ ...entry, kind, model: body.model, stream: body.stream === true, inFlight, status: refused ? 429 : 200 });
  if (refused) {
    seen.rejected += 1;
    leave();
    return sendJson(response, 429, { error: { code: '1302', message: 'Rate limit reached for requests' } });
  }
  const answer = decide(body, kind);
  if (options.delayMs > 0) await new Promise((done) => setTimeout(done, options.delayMs));
  leave();
  if (response.destroyed) return;
  const whole = { id: `resp_mock_${++serial}`, object: 'response', created_at: Math.floor(Date.now() / 1000), status: 'completed', model: body.model, output: items(answer), usage };
  return body.stream === true ? sendEvents(response, whole) : sendJson(response, 200, whole);
}

async function handle(request, response) {
  const path = request.url.split('?')[0];
  if (path === '/mock/summary') return sendJson(response, 200, seen);
  const entry = { method: request.method, path, authorization: request.headers.authorization !== undefined, chatgptAccount: request.headers['chatgpt-account-id'] !== undefined };
  const parts = [];
  for await (const part of request) parts.push(part);
  if (request.method === 'POST' && path.endsWith('/responses')) return modelRequest(request, response, entry, Buffer.concat(parts).toString('utf8'));
  if (request.method === 'GET' && path.endsWith('/models')) {
    log({ ...entry, status: 200 });
    return sendJson(response, 200, { object: 'list', data: [], models: [] });
  }
  log({ ...entry, status: 404 });
  return sendJson(response, 404, { error: { code: '404', message: 'the mock has nothing here' } });
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    process.stderr.write(`codex-mock.mjs: ${error.stack}\n`);
    response.destroy();
  });
});
server.requestTimeout = 0;
server.on('error', (error) => fail(error.message));
server.listen(options.port, '127.0.0.1', () => process.stdout.write(JSON.stringify({ port: server.address().port, pid: process.pid }) + '\n'));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => { process.stdout.write(JSON.stringify(seen) + '\n'); process.exit(0); });
