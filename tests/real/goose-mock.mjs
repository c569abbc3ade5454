#!/usr/bin/env node
// A small stand-in for an OpenAI chat address that makes goose delegate: tests/real/mock.mjs knows other tools' sub-agents.
//
//   goose-mock.mjs PORT LOG LIMIT TASKS [async]
//
// The first request that offers the tool `delegate` is answered with TASKS calls of it, all others with a text, after
// 1.5 s. While more than LIMIT requests are in flight the answer is 429 with Z.ai's code 1302. One JSON line for each request
// in LOG, without prompts and keys; {"requests","refused","maxInFlight"} on stdout at SIGTERM.
import { createServer } from 'node:http';
import { appendFileSync, writeFileSync } from 'node:fs';

const [port, log, limit, tasks, mode] = process.argv.slice(2);
writeFileSync(log, '');
const seen = { requests: 0, refused: 0, maxInFlight: 0 };
let inFlight = 0;
let given = Number(tasks) === 0;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  if (!request.url.endsWith('/chat/completions')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end('{"object":"list","data":[]}');
  }
  const body = JSON.parse(text);
  const tools = (body.tools ?? []).map((tool) => tool.function?.name);
  const delegate = tools.find((name) => /(^|_)delegate$/.test(name));
  inFlight += 1;
  seen.requests += 1;
  seen.maxInFlight = Math.max(seen.maxInFlight, inFlight);
  const refused = inFlight > Number(limit);
  const answers = (body.messages ?? []).filter((message) => message.role === 'tool')
    .map((message) => JSON.stringify(message.content).slice(0, 160));
  appendFileSync(log, JSON.stringify({ path: request.url, model: body.model, inFlight, refused, tools: tools.length, answers }) + '\n');
  await sleep(refused ? 50 : 1500);
  inFlight -= 1;
  if (refused) {
    seen.refused += 1;
    response.writeHead(429, { 'content-type': 'application/json' });
    return response.end('{"error":{"code":"1302","message":"Rate limit reached for requests"}}');
  }
  let delta = { role: 'assistant', content: 'done' };
  let finish = 'stop';
  if (!given && delegate) {
    given = true;
    finish = 'tool_calls';
    delta = {
      role: 'assistant',
      tool_calls: Array.from({ length: Number(tasks) }, (_, index) => ({
        index, id: `call_${index}`, type: 'function',
        function: { name: delegate, arguments: JSON.stringify({ instructions: `Say done, ${index}.`, ...(mode === 'async' ? { async: true } : {}) }) },
      })),
    };
  }
  const usage = { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 };
  if (!body.stream) {
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify({ id: 'x', object: 'chat.completion', model: body.model, choices: [{ index: 0, message: delta, finish_reason: finish }], usage }));
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (part) => response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: body.model, ...part })}\n\n`);
  send({ choices: [{ index: 0, delta, finish_reason: null }] });
  send({ choices: [{ index: 0, delta: {}, finish_reason: finish }], usage });
  response.end('data: [DONE]\n\n');
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    process.stdout.write(JSON.stringify(seen) + '\n');
    process.exit(0);
  });
}
