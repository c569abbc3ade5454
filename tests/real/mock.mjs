#!/usr/bin/env node
// A stand-in for Z.ai's two APIs, for tests that run the real tools offline.
//
//   POST …/v1/messages               Anthropic Messages, streamed and whole
//   POST …/v1/messages/count_tokens  a fixed count (waits --delay-ms, is never refused, has a gauge of its own)
//   POST …/chat/completions          OpenAI chat completions, streamed and whole
//   GET  …/models                    an empty-ish list
//   GET  /mock/summary               what was seen so far, as JSON (never logged)
//   anything else                    404 (HEAD: 200), logged
//
// Options
//   --port N           port on 127.0.0.1; 0 (the default) lets the system choose
//   --log FILE         one JSON line per request (appended); default: nowhere
//   --text STRING      the answer of every model request; default "mock says hello"
//   --delay-ms N       wait this long before every model answer
//   --task-delay-ms N  wait this long before the answers that sub-agents ask for; default: --delay-ms
//   --input-tokens N   the usage that answers report; a large one makes a tool compact its context
//   --limit N          answer 429 with Z.ai's code 1302 while more than N model requests are in flight
//   --refuse CODES     answer the first model requests 429 with these codes of Z.ai's, in turn (separated by commas;
//                      known: 1113, 1302, 1313), for transcripts and logs that hold them
//   --bracketed        those answers in the later form of the Anthropic address, `[code][message][trace]`
//   --tasks N          the first main request (one that offers a sub-agent tool) is answered with N parallel
//                      sub-agent calls: Claude Code's `Agent` (`Task` in old versions), opencode's `task`
//   --task-arguments JSON  more arguments for these calls (some tools want to be told whether to wait)
//
// On stdout: one JSON line {"port":…,"pid":…} when ready. It ends on SIGTERM or SIGINT, with a summary line.
// The log never holds a credential, a prompt or an answer, so it may be kept as a CI artefact:
// of the credentials it says only whether a header was there, and which of --know's values it was (see below).
//
//   --know NAME=VALUE  (repeatable) report `NAME` in the log's `credential` when a header's credential is VALUE
//                      ("unknown" for any other, "empty" for none). For invented test keys only: it lets a test
//                      see *which* key a tool used.

import { createServer } from 'node:http';
import { appendFileSync, writeFileSync } from 'node:fs';

// ---------------------------------------------------------------- options

const options = { port: 0, log: null, text: 'mock says hello', delayMs: 0, taskDelayMs: null, inputTokens: 10, limit: Infinity, refuse: [], bracketed: false, tasks: 0, taskArguments: {}, know: new Map() };

function fail(message) {
  process.stderr.write(`mock.mjs: ${message}\n`);
  process.exit(2);
}

function count(name, text) {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0) fail(`${name} wants a whole number, not ${JSON.stringify(text)}`);
  return n;
}

/** What Z.ai says with a code, as people have quoted it. */
const MESSAGES = {
  1113: 'Insufficient balance or no resource package. Please recharge.',
  1302: 'Rate limit reached for requests',
  1313: "Your account's current usage pattern does not comply with the Fair Usage Policy, and your request frequency has been limited. For details, please refer to the Subscription Service Agreement. To restore access, please submit a request.",
};

for (let args = process.argv.slice(2); args.length > 0; ) {
  const name = args.shift();
  if (name === '--bracketed') { options.bracketed = true; continue; }
  if (args.length === 0) fail(`${name} wants a value`);
  const value = args.shift();
  switch (name) {
    case '--port': options.port = count(name, value); break;
    case '--log': options.log = value; break;
    case '--text': options.text = value; break;
    case '--delay-ms': options.delayMs = count(name, value); break;
    case '--task-delay-ms': options.taskDelayMs = count(name, value); break;
    case '--input-tokens': options.inputTokens = count(name, value); break;
    case '--limit': options.limit = count(name, value); break;
    case '--refuse': {
      options.refuse = value.split(',');
      for (const code of options.refuse) if (!(code in MESSAGES)) fail(`--refuse knows no code ${JSON.stringify(code)}`);
      break;
    }
    case '--tasks': options.tasks = count(name, value); break;
    case '--task-arguments': options.taskArguments = JSON.parse(value); break;
    case '--know': {
      const at = value.indexOf('=');
      if (at < 1) fail('--know wants NAME=VALUE');
      options.know.set(value.slice(at + 1), value.slice(0, at));
      break;
    }
    default: fail(`unknown option ${name}`);
  }
}
options.taskDelayMs ??= options.delayMs;
if (options.log) writeFileSync(options.log, '', { flag: 'a' }); // fail now, not at the first request

// ---------------------------------------------------------------- what was seen

// maxInFlight counts the refused ones too: --limit 1 and a well-behaved client give 1, any other client 2 or more.
const seen = { requests: 0, model: 0, rejected: 0, maxInFlight: 0, byKind: { main: 0, task: 0, side: 0 }, counts: 0, maxCountsInFlight: 0 };
let inFlight = 0; // model requests being answered now
let countsInFlight = 0; // count_tokens requests being answered now
let tasksGiven = false;
let serial = 0;

/** The prompt of every sub-agent begins with this, so that its requests can be told from the lead's. */
const TASK_MARK = 'MOCK-SUBTASK';

function log(entry) {
  seen.requests += 1;
  if (options.log) appendFileSync(options.log, JSON.stringify(entry) + '\n');
}

/** Which credential headers came along; names of --know values, never the values themselves. */
function credentials(headers) {
  const bearer = headers.authorization?.replace(/^bearer\b\s*/i, '');
  const key = headers['x-api-key'];
  const name = (value) => (value === undefined ? undefined : value === '' ? 'empty' : (options.know.get(value) ?? 'unknown'));
  return {
    authorization: bearer !== undefined,
    xApiKey: key !== undefined,
    credential: options.know.size > 0 ? { authorization: name(bearer), xApiKey: name(key) } : undefined,
  };
}

// ---------------------------------------------------------------- reading a request

/** All text that the *user side* of a conversation holds, of either protocol. */
function firstUserText(body) {
  const first = (body.messages ?? []).find((m) => m.role === 'user');
  if (!first) return '';
  if (typeof first.content === 'string') return first.content;
  return (first.content ?? []).map((part) => part.text ?? '').join('\n');
}

/** The sub-agent tool that the client offers, or undefined. */
function taskTool(body) {
  const names = (body.tools ?? []).map((tool) => tool.name ?? tool.function?.name);
  return ['Agent', 'Task', 'task', 'agent'].find((name) => names.includes(name));
}

/** main: the lead's own turns; task: a sub-agent's; side: titles, summaries, permission checks, probes. */
function kindOf(body) {
  if ((body.tools ?? []).length === 0) return 'side'; // may quote a sub-agent's prompt
  return taskPrompt(body) ? 'task' : 'main';
}

/** A text part of the first user message that is a sub-agent's prompt (clients put their reminders before it). */
function taskPrompt(body) {
  return firstUserText(body).split('\n').some((line) => line.startsWith(TASK_MARK));
}

/** True when the answer must be JSON (Claude Code's session title asks for {"title": …}). */
function wantsJson(body) {
  const format = body.output_config?.format ?? body.output_format ?? body.response_format;
  return format !== undefined && format.type !== 'text';
}

// ---------------------------------------------------------------- what to answer

/** Arguments that both Claude Code's and opencode's sub-agent tool accept. */
function taskCall(tool, n) {
  return {
    id: `call_mock_${++serial}`,
    name: tool,
    input: {
      description: `mock task ${n}`,
      prompt: `${TASK_MARK} ${n}: say hello.`,
      subagent_type: tool === 'task' ? 'general' : 'general-purpose',
      ...options.taskArguments,
    },
  };
}

/** The content of the answer: a text, or N sub-agent calls (once). */
function decide(body, kind) {
  const tool = kind === 'main' && options.tasks > 0 && !tasksGiven ? taskTool(body) : undefined;
  if (tool) {
    tasksGiven = true;
    return { calls: Array.from({ length: options.tasks }, (_, i) => taskCall(tool, i + 1)) };
  }
  return { text: wantsJson(body) ? JSON.stringify({ title: options.text }) : options.text };
}

const USAGE = { input: options.inputTokens, output: 5 };

// ---------------------------------------------------------------- Anthropic Messages

function anthropicBlocks(answer) {
  if (answer.calls) return answer.calls.map((c) => ({ type: 'tool_use', id: c.id, name: c.name, input: c.input }));
  return [{ type: 'text', text: answer.text }];
}

function anthropicMessage(body, answer) {
  return {
    id: `msg_mock_${++serial}`,
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: anthropicBlocks(answer),
    stop_reason: answer.calls ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: USAGE.input, output_tokens: USAGE.output },
  };
}

function* anthropicEvents(body, answer) {
  const whole = anthropicMessage(body, answer);
  yield { type: 'message_start', message: { ...whole, content: [], stop_reason: null, usage: { input_tokens: USAGE.input, output_tokens: 1 } } };
  for (const [index, block] of whole.content.entries()) {
    if (block.type === 'text') {
      yield { type: 'content_block_start', index, content_block: { type: 'text', text: '' } };
      yield { type: 'content_block_delta', index, delta: { type: 'text_delta', text: block.text } };
    } else {
      yield { type: 'content_block_start', index, content_block: { ...block, input: {} } };
      yield { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: JSON.stringify(block.input) } };
    }
    yield { type: 'content_block_stop', index };
  }
  yield { type: 'message_delta', delta: { stop_reason: whole.stop_reason, stop_sequence: null }, usage: { output_tokens: USAGE.output } };
  yield { type: 'message_stop' };
}

// ---------------------------------------------------------------- OpenAI chat completions

function openaiCalls(answer) {
  return answer.calls?.map((c, index) => ({ index, id: c.id, type: 'function', function: { name: c.name, arguments: JSON.stringify(c.input) } }));
}

const openaiUsage = { prompt_tokens: USAGE.input, completion_tokens: USAGE.output, total_tokens: USAGE.input + USAGE.output };
const finish = (answer) => (answer.calls ? 'tool_calls' : 'stop');

function openaiMessage(body, answer) {
  const calls = openaiCalls(answer)?.map(({ index, ...call }) => call);
  return {
    id: `chatcmpl-mock-${++serial}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: body.model,
    choices: [{ index: 0, message: { role: 'assistant', content: answer.text ?? null, ...(calls && { tool_calls: calls }) }, finish_reason: finish(answer) }],
    usage: openaiUsage,
  };
}

function* openaiChunks(body, answer) {
  const head = { id: `chatcmpl-mock-${++serial}`, object: 'chat.completion.chunk', created: Math.floor(Date.now() / 1000), model: body.model };
  const chunk = (delta, reason = null) => ({ ...head, choices: [{ index: 0, delta, finish_reason: reason }] });
  yield chunk({ role: 'assistant', content: '' });
  yield chunk(answer.calls ? { tool_calls: openaiCalls(answer) } : { content: answer.text });
  yield chunk({}, finish(answer));
  if (body.stream_options?.include_usage) yield { ...head, choices: [], usage: openaiUsage };
}

// ---------------------------------------------------------------- HTTP

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function sendEvents(response, protocol, body, answer) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  if (protocol === 'anthropic') {
    for (const event of anthropicEvents(body, answer)) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  } else {
    for (const chunk of openaiChunks(body, answer)) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    response.write('data: [DONE]\n\n');
  }
  response.end();
}

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Z.ai's body for a code. */
function refusal(protocol, code) {
  const message = MESSAGES[code];
  if (protocol !== 'anthropic' || !options.bracketed) return { error: { code, message } };
  const trace = `20261122000000${String(++serial).padStart(18, '0')}`;
  return { type: 'error', error: { type: 'rate_limit_error', code, message: `[${code}][${message}][${trace}]` }, request_id: trace };
}

/** One request to a model: count it, perhaps refuse it, wait, answer. */
async function modelRequest(request, response, entry, protocol, text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    log({ ...entry, status: 400 });
    return sendJson(response, 400, { error: { code: '1210', message: 'the body is not JSON' } });
  }

  inFlight += 1;
  let counted = true;
  const leave = () => { if (counted) { counted = false; inFlight -= 1; } };
  response.on('close', leave); // also when the client gives up

  const kind = kindOf(body);
  const code = options.refuse.shift() ?? (inFlight > options.limit ? '1302' : undefined);
  const refused = code !== undefined;
  seen.model += 1;
  seen.byKind[kind] += 1;
  seen.maxInFlight = Math.max(seen.maxInFlight, inFlight);
  log({ ...entry, kind, model: body.model, stream: body.stream === true, inFlight, status: refused ? 429 : 200 });

  if (refused) {
    seen.rejected += 1;
    leave();
    return sendJson(response, 429, refusal(protocol, code));
  }
  const answer = decide(body, kind); // before the wait: a second request must not get the tasks again
  const wait = kind === 'task' ? options.taskDelayMs : options.delayMs;
  if (wait > 0) await sleep(wait);
  leave(); // the client may send its next request while the last bytes are on their way
  if (response.destroyed) return;
  if (body.stream === true) return sendEvents(response, protocol, body, answer);
  return sendJson(response, 200, protocol === 'anthropic' ? anthropicMessage(body, answer) : openaiMessage(body, answer));
}

async function handle(request, response) {
  const path = request.url.split('?')[0];
  if (path === '/mock/summary') return sendJson(response, 200, seen);

  const betas = request.headers['anthropic-beta']; // which of Anthropic's switches the client asks for
  const entry = { time: new Date().toISOString(), method: request.method, path: request.url, ...credentials(request.headers), betas };
  const text = await readBody(request);

  if (request.method === 'POST' && path.endsWith('/v1/messages')) return modelRequest(request, response, entry, 'anthropic', text);
  if (request.method === 'POST' && path.endsWith('/chat/completions')) return modelRequest(request, response, entry, 'openai', text);
  if (request.method === 'POST' && path.endsWith('/v1/messages/count_tokens')) {
    countsInFlight += 1;
    seen.counts += 1;
    seen.maxCountsInFlight = Math.max(seen.maxCountsInFlight, countsInFlight);
    log({ ...entry, countsInFlight, status: 200 });
    if (options.delayMs > 0) await sleep(options.delayMs);
    countsInFlight -= 1;
    return sendJson(response, 200, { input_tokens: USAGE.input });
  }
  if (request.method === 'GET' && path.endsWith('/models')) {
    log({ ...entry, status: 200 });
    return sendJson(response, 200, { object: 'list', data: [{ id: 'mock', object: 'model', created: 0, owned_by: 'mock' }] });
  }
  const status = request.method === 'HEAD' ? 200 : 404;
  log({ ...entry, status });
  return sendJson(response, status, { error: { code: '404', message: 'the mock has nothing here' } });
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    process.stderr.write(`mock.mjs: ${error.stack}\n`);
    response.destroy();
  });
});
server.requestTimeout = 0; // a slow answer is the point of --delay-ms
server.on('error', (error) => fail(error.message));
server.listen(options.port, '127.0.0.1', () => {
  process.stdout.write(JSON.stringify({ port: server.address().port, pid: process.pid }) + '\n');
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    process.stdout.write(JSON.stringify(seen) + '\n');
    process.exit(0);
  });
}
