// What the gate's test needs beside its scenarios: an upstream, a gate, and clients that measure.

import { execFileSync, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as http } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const KEY = '00000000000000000000000000000000.0000000000000000';
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const folder = mkdtempSync(join(tmpdir(), 'glm-gate-'));
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A counting upstream in a process of its own. */
export async function upstream(pair) {
  const child = fork(new URL('./gate-upstream.mjs', import.meta.url), pair ? [JSON.stringify(pair)] : []);
  children.add(child);
  const answer = () => new Promise((done) => child.once('message', done));
  const { port } = await answer();
  const tell = async (message) => {
    const told = answer();
    child.send(message);
    return (await told).stats;
  };
  return { port, set: (set) => tell({ set, reset: true }), stats: () => tell({ stats: true }) };
}

/** A port that is free now. */
export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** What `gate emit haproxy` prints, with one line exchanged: the server. */
export function config(program, upstreamPort, options = [], server = null) {
  const text = execFileSync(program, ['--home', folder, 'gate', 'emit', 'haproxy', ...options], { encoding: 'utf8' });
  const lines = text.split('\n');
  const at = lines.flatMap((line, index) => (line.startsWith('    server zai ') ? [index] : []));
  if (at.length !== 1) throw new Error(`one server line was expected, there are ${at.length}`);
  lines[at[0]] = `${server ?? `    server zai 127.0.0.1:${upstreamPort}`} ${lines[at[0]].match(/maxconn \d+/)[0]}`;
  return lines.join('\n');
}

/** The real HAProxy on a configuration. */
export async function haproxy(text, port) {
  const file = join(folder, `gate-${port}.cfg`);
  writeFileSync(file, text);
  const child = spawn(process.env.HAPROXY ?? '/usr/sbin/haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  let said = '';
  child.stderr.on('data', (data) => { said += data; });
  const ended = new Promise((done) => child.once('exit', (code) => { children.delete(child); done(code); }));
  for (let n = 0; n < 100; n += 1) {
    const there = await new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); done(true); });
      socket.on('error', () => done(false));
    });
    if (there) return { child, ended, said: () => said, stop: async () => { child.kill('SIGTERM'); await ended; } };
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  throw new Error(`HAProxy didn't start: ${said}`);
}

/** A gate of `gate emit haproxy OPTIONS` in front of a port, while `run` runs. `change` edits the configuration. */
export async function gated(program, upstreamPort, options, run, server = null, change = (text) => text) {
  const own = await freePort();
  const gate = await haproxy(change(config(program, upstreamPort, [...options, '--port', String(own)], server)), own);
  try {
    return await run(own, gate);
  } finally {
    await gate.stop();
  }
}

const paths = { anthropic: '/api/anthropic/v1/messages', openai: '/api/coding/paas/v4/chat/completions', metered: '/api/paas/v4/chat/completions' };
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** One request. `held` has, for each piece of the answer, how long it was on its way, in ms. */
export function ask(port, { protocol = 'anthropic', client = 'load', model = 'glm-5.3', stream = true, ms, headers = {}, method = 'POST', path = paths[protocol], signal, from, host = '127.0.0.1', keep = true } = {}) {
  const body = method === 'POST' ? JSON.stringify({ model, stream, ms, messages: [{ role: 'user', content: 'x'.repeat(2000) }] }) : '';
  const start = process.hrtime.bigint();
  const since = (then) => Number(then - start) / 1e6;
  return new Promise((done) => {
    let first;
    const held = [];
    const end = (more) => done({ status: 0, total: since(process.hrtime.bigint()), first: first && since(first), held, ...more });
    const request = http({
      host, port, method, path, agent: keep ? agent : undefined, localAddress: from, signal,
      headers: { 'content-type': 'application/json', 'user-agent': client, authorization: `Bearer ${KEY}`, ...headers },
    }, (response) => {
      let text = '';
      response.on('data', (data) => {
        const now = process.hrtime.bigint();
        first ??= now;
        text += data;
        for (const [, at] of String(data).matchAll(/"at":"(\d+)"/g)) held.push(Number(now - BigInt(at)) / 1e6);
      });
      response.on('end', () => end({ status: response.statusCode, headers: response.headers, text }));
      response.on('error', (error) => end({ error: error.code }));
    });
    request.on('error', (error) => end({ error: error.code ?? error.name }));
    request.end(body);
  });
}

/** `clients` at once, each with `each` requests one after another. */
export async function load(port, clients, each, options = () => ({})) {
  const start = process.hrtime.bigint();
  const answers = await Promise.all(Array.from({ length: clients }, async (_, client) => {
    const mine = [];
    for (let n = 0; n < each; n += 1) mine.push(await ask(port, { client: `client-${client}`, ...options(client, n) }));
    return mine;
  }));
  const all = answers.flat();
  return { answers, all, ok: all.filter((one) => one.status === 200).length, wall: Number(process.hrtime.bigint() - start) / 1e9 };
}

/** The p-th percentile. */
export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? NaN;
}

/** Jain's index of fairness: 1 when all are equal. */
export function jain(values) {
  const sum = values.reduce((a, b) => a + b, 0);
  return (sum * sum) / (values.length * values.reduce((a, b) => a + b * b, 0));
}
