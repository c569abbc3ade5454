#!/usr/bin/env node
// A stand-in for Z.ai's OpenAI-compatible API that speaks to Cline's two engines, for tests that run the real tool offline.
// (mock.mjs next to this file knows the sub-agent tools of other programs; Cline has its own, and the legacy engine asks
// for them in XML inside the text.)
//
//   POST …/chat/completions   streamed; anything else: 404, logged
//   GET  /mock/summary        what was seen so far, as JSON
//
//   --port N        port on 127.0.0.1; 0 (the default) lets the system choose
//   --tls KEY CERT  serve https with this key and certificate
//   --log FILE      one JSON line per request (appended)
//   --limit N       answer 429 with Z.ai's code 1302 while more than N requests are in flight
//   --delay-ms N    wait this long before every answer
//   --tasks N       the first request that offers a sub-agent tool is answered with N sub-agents at once
//   --tool NAME     the sub-agent tool to call instead of the one that Cline has built in (a configured agent's)
//   --know NAME=VALUE  say NAME in the log when the request's bearer is VALUE (for invented keys only)
//
// On stdout: one JSON line {"port":…,"pid":…} when ready. No credential, prompt or answer is logged.
import { createServer } from 'node:http';
import { createServer as createTls } from 'node:https';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const options = { port: 0, log: null, limit: Infinity, delay: 0, tasks: 0, tool: null, tls: null, know: new Map() };
const args = process.argv.slice(2);
const take = () => args.shift() ?? fail('an option wants a value');
function fail(message) {
  process.stderr.write(`cline-mock.mjs: ${message}\n`);
  process.exit(2);
}
while (args.length > 0) {
  const name = args.shift();
  if (name === '--port') options.port = Number(take());
  else if (name === '--log') options.log = take();
  else if (name === '--limit') options.limit = Number(take());
  else if (name === '--delay-ms') options.delay = Number(take());
  else if (name === '--tasks') options.tasks = Number(take());
  else if (name === '--tool') options.tool = take();
  else if (name === '--tls') options.tls = { key: readFileSync(take()), cert: readFileSync(take()) };
  else if (name === '--know') {
    const [known, ...value] = take().split('=');
    options.know.set(value.join('='), known);
  } else fail(`unknown option ${name}`);
}
if (options.log) writeFileSync(options.log, '', { flag: 'a' });

const MARK = 'MOCK-SUBTASK';
const seen = { requests: 0, refused: 0, maxInFlight: 0, tasks: 0, hosts: [], paths: [], models: [], credentials: [] };
const note = (list, value) => { if (value !== undefined && !list.includes(value)) list.push(value); };
let inFlight = 0;
let given = false;
let serial = 0;

const toolNames = (body) => (body.tools ?? []).map((tool) => tool.function?.name ?? tool.name);
const textOf = (message) => (typeof message?.content === 'string' ? message.content : (message?.content ?? []).map((part) => part.text ?? '').join('\n'));
const systemText = (body) => textOf((body.messages ?? []).find((message) => message.role === 'system' || message.role === 'developer'));
const userText = (body) => textOf((body.messages ?? []).find((message) => message.role === 'user'));

/** What to say: `calls` of native tools, or a text (for the legacy engine with a tool call in XML). */
function decide(body) {
  const names = toolNames(body);
  const isTask = userText(body).includes(MARK);
  const xml = names.length === 0;
  const system = xml ? systemText(body) : '';
  const offered = (name) => names.includes(name) || (xml && system.includes(name));
  const prompts = Array.from({ length: options.tasks }, (_, i) => `${MARK} ${i + 1}: say hello.`);
  if (!isTask && !given && options.tasks > 0) {
    if (options.tool ? offered(options.tool) : offered('spawn_agent')) {
      given = true;
      const call = (prompt) => (options.tool
        ? { name: options.tool, input: { task: prompt, input: prompt, prompt, prompt_1: prompt } }
        : { name: 'spawn_agent', input: { systemPrompt: 'You answer briefly.', task: prompt } });
      return { calls: prompts.map(call) };
    }
    if (offered('use_subagents')) {
      given = true;
      const input = Object.fromEntries(prompts.slice(0, 5).map((prompt, i) => [`prompt_${i + 1}`, prompt]));
      if (!xml) return { calls: [{ name: 'use_subagents', input }] };
      const inside = Object.entries(input).map(([name, prompt]) => `<${name}>${prompt}</${name}>`).join('\n');
      return { text: `<use_subagents>\n${inside}\n</use_subagents>` };
    }
  }
  if (names.includes('attempt_completion')) return { calls: [{ name: 'attempt_completion', input: { result: 'done' } }] };
  if (xml && system.includes('attempt_completion')) return { text: '<attempt_completion>\n<result>done</result>\n</attempt_completion>' };
  return { text: 'done' };
}

function* chunks(body, answer) {
  const head = { id: `chatcmpl-mock-${++serial}`, object: 'chat.completion.chunk', created: 1767225600, model: body.model };
  const chunk = (delta, finish_reason = null) => ({ ...head, choices: [{ index: 0, delta, finish_reason }] });
  const calls = answer.calls?.map((call, index) => ({ index, id: `call_mock_${++serial}`, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.input) } }));
  yield chunk({ role: 'assistant', content: '' });
  yield chunk(calls ? { tool_calls: calls } : { content: answer.text });
  yield chunk({}, calls ? 'tool_calls' : 'stop');
  yield { ...head, choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } };
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function handle(request, response) {
  const json = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (request.url === '/mock/summary') return json(200, seen);
  const parts = [];
  for await (const part of request) parts.push(part);
  const entry = { method: request.method, host: request.headers.host, path: request.url };
  const write = (more) => { if (options.log) appendFileSync(options.log, JSON.stringify({ ...entry, ...more }) + '\n'); };
  if (request.method !== 'POST' || !request.url.split('?')[0].endsWith('/chat/completions')) {
    write({ status: 404 });
    return json(404, { error: { code: '404', message: 'the mock has nothing here' } });
  }
  const body = JSON.parse(Buffer.concat(parts).toString('utf8'));
  const bearer = request.headers.authorization?.replace(/^bearer\b\s*/i, '');
  const credential = bearer === undefined ? 'none' : (options.know.get(bearer) ?? (bearer === '' ? 'empty' : 'unknown'));
  inFlight += 1;
  let counted = true;
  const leave = () => { if (counted) { counted = false; inFlight -= 1; } };
  response.on('close', leave);
  seen.requests += 1;
  seen.maxInFlight = Math.max(seen.maxInFlight, inFlight);
  if (userText(body).includes(MARK)) seen.tasks += 1;
  note(seen.hosts, request.headers.host);
  note(seen.paths, request.url);
  note(seen.models, body.model);
  note(seen.credentials, credential);
  const refused = inFlight > options.limit;
  write({ model: body.model, credential, inFlight, task: userText(body).includes(MARK), parallel: body.parallel_tool_calls, max_tokens: body.max_tokens ?? body.max_completion_tokens, tools: toolNames(body), status: refused ? 429 : 200 });
  if (refused) {
    seen.refused += 1;
    leave();
    return json(429, { error: { code: '1302', message: 'Rate limit reached for requests' } });
  }
  const answer = decide(body);
  if (options.delay > 0) await sleep(options.delay);
  leave();
  if (response.destroyed) return;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const chunk of chunks(body, answer)) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.write('data: [DONE]\n\n');
  response.end();
}

const listener = (request, response) => handle(request, response).catch((error) => {
  process.stderr.write(`cline-mock.mjs: ${error.stack}\n`);
  response.destroy();
});
const server = options.tls ? createTls(options.tls, listener) : createServer(listener);
server.on('error', (error) => fail(error.message));
server.listen(options.port, '127.0.0.1', () => process.stdout.write(JSON.stringify({ port: server.address().port, pid: process.pid }) + '\n'));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
