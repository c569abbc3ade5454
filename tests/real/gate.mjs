#!/usr/bin/env node
// The gate with the real HAProxy: measures it, and fails when a promise is broken.
//
//   node tests/real/gate.mjs GLM_SETUP [--real FOLDER]     FOLDER holds node_modules of tests/real/install.sh
//
// Prints the figures of docs/gate.md as Markdown. Needs node >= 20 and HAProxy >= 2.6 ($HAPROXY, /usr/sbin/haproxy).
// Everything stays on loopback. Times depend on the machine; counts don't, and only counts are promises, except where
// a time shows that something wasn't held or kept out at all.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KEY, ask, folder, gated, haproxy, jain, load, percentile, sleep, upstream } from './gate-load.mjs';
import { realTools, versions } from './gate-tools.mjs';

const program = resolve(process.argv[2] ?? '');
const real = process.argv.indexOf('--real');
const failures = [];
const rows = [];

function promise(what, holds, more = '') {
  if (!holds) failures.push(`${what} ${more}`);
  process.stderr.write(`${holds ? 'ok    ' : 'BROKEN'} ${what} ${more}\n`);
}
const row = (...cells) => rows.push(`| ${cells.join(' | ')} |`);
const ms = (value) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const s = (value) => `${(value / 1000).toFixed(2)} s`;

const up = await upstream();
const both = (client, n) => ({ protocol: (client + n) % 2 ? 'anthropic' : 'openai' });

// ------------------------------------------------------------------ refused of how many
const PLAIN = { cap: 1, caps: null, ms: 300, chunks: 10, lag: 0, faults: [], slow: 0, numeric: false };
async function counted(name, port, clients, each, options) {
  await up.set(PLAIN);
  const run = await load(port, clients, each, options);
  const { refused, most } = await up.stats();
  const firsts = run.all.filter((one) => one.status === 200).map((one) => one.first);
  row(name, `${refused} of ${clients * each}`, `${run.ok}`, `${run.wall.toFixed(1)} s`, `${s(percentile(firsts, 50))} / ${s(percentile(firsts, 99))}`);
  return { ...run, refused, most };
}
await counted('8 clients, directly', up.port, 8, 5, both);
await counted('3 serial tools, directly', up.port, 3, 20, both);
await gated(program, up.port, [], async (port) => {
  for (const [name, clients, each] of [['8 clients, gate', 8, 5], ['3 serial tools, gate', 3, 20]]) {
    const run = await counted(name, port, clients, each, both);
    promise(`${name}: nobody is refused, one at a time`, run.refused === 0 && run.ok === clients * each && run.most === 1, `${run.refused}/${run.ok}/${run.most}`);
  }
  const { hosts, keys } = await up.stats();
  promise('the key and Z.ai\'s host arrive, nothing else', Object.keys(keys).join() === `Bearer ${KEY}` && Object.keys(hosts).join() === 'api.z.ai');
});
await gated(program, up.port, ['--profile', 'max'], async (port) => {
  await up.set({ ...PLAIN, cap: 2 });
  const run = await load(port, 8, 5, both);
  const { refused, most } = await up.stats();
  row('8 clients, gate with 2 slots', `${refused} of 40`, run.ok, `${run.wall.toFixed(1)} s`, '');
  promise('two slots are both used, never a third', refused === 0 && most === 2);
});
await gated(program, up.port, ['--profile', 'max', '--per-model', '--concurrency', '1'], async (port) => {
  await up.set({ ...PLAIN, caps: { 'glm-5.3': 1, 'glm-5.3-flash': 1 } });
  const run = await load(port, 8, 5, (client) => ({ model: client % 2 ? 'glm-5.3' : 'glm-5.3-flash' }));
  const { refused, most } = await up.stats();
  row('8 clients, 2 models, gate --per-model', `${refused} of 40`, run.ok, `${run.wall.toFixed(1)} s`, '');
  promise('one for each model', refused === 0 && run.ok === 40 && most === 2);
});
const refusedRows = rows.splice(0);

// ------------------------------------------------------------------ pieces are not held
const STREAM = { ...PLAIN, cap: 4, ms: 600, chunks: 40 };
async function held(port) {
  await up.set(STREAM);
  const run = await load(port, 1, 15, () => ({}));
  return run.all.flatMap((one) => one.held);
}
const direct = await held(up.port);
const through = await gated(program, up.port, [], held);
row('directly', ms(percentile(direct, 50)), ms(percentile(direct, 99)));
row('gate', ms(percentile(through, 50)), ms(percentile(through, 99)));
promise('pieces are passed on at once', through.length === 600 && percentile(through, 99) < 100, `p99 ${percentile(through, 99).toFixed(1)} ms`);
const heldRows = rows.splice(0);

// ------------------------------------------------------------------ a client that leaves
await gated(program, up.port, [], async (port) => {
  for (const stream of [true, false]) {
    const free = [];
    const seen = { aborted: 0, requests: 0, refused: 0 };
    for (let n = 0; n < 10; n += 1) {
      await up.set(PLAIN);
      const leaver = new AbortController();
      const long = ask(port, { ms: 5000, stream, signal: leaver.signal, keep: false });
      await sleep(100);
      const queued = new AbortController();
      const waits = ask(port, { signal: queued.signal, keep: false });
      await sleep(50);
      queued.abort();
      await waits;
      const next = ask(port, { client: 'next' });
      await sleep(100);
      leaver.abort();
      await long;
      const answer = await next;
      if (answer.status === 200) free.push(answer.total - 100 - 300);
      for (const [name, count] of Object.entries(await up.stats())) if (name in seen) seen[name] += count;
    }
    // The next request may overtake the news that the last one was given up: a 1302, with Retry-After. Counted, not promised.
    const name = stream ? 'while streaming' : 'before the answer began';
    promise(`10 clients that leave ${name} free their slots, 10 that leave the queue are never sent`, free.length + seen.refused === 10 && seen.aborted === 10 && seen.requests === 20, JSON.stringify(seen));
    row(`slot free after a client left ${name}, p50 of 10`, ms(percentile(free, 50)), `${seen.refused} of 10`);
  }
  await up.set({ ...PLAIN, ms: 20, chunks: 2 });
  for (let n = 0; n < 300; n += 1) {
    const one = new AbortController();
    const gone = ask(port, { signal: one.signal, keep: false, ms: 1000 });
    await sleep(n % 12);
    one.abort();
    await gone;
  }
  const after = await ask(port, {});
  promise('no slot leaks in 300 aborts', after.status === 200 && after.total < 1500, `${after.total.toFixed(0)} ms`);
});
const abortRows = rows.splice(0);

// ------------------------------------------------------------------ stop codes
for (const [code, protocol, own, numeric] of [
  ['1302', 'anthropic', null], ['1305', 'anthropic', 429], ['1305', 'openai', 429, true], ['1308', 'anthropic', 429],
  ['1308', 'openai', 403], ['1310', 'openai', 403, true], ['1313', 'anthropic', 429], ['1313', 'openai', 403],
]) {
  await gated(program, up.port, [], async (port) => {
    await up.set({ ...PLAIN, faults: [code], slow: 200, numeric: numeric === true });
    const first = ask(port, { protocol });
    await sleep(50);
    const rest = await Promise.all(Array.from({ length: 7 }, (_, n) => ask(port, { protocol, client: `queued-${n}` })));
    const head = await first;
    const later = await ask(port, { protocol });
    const { requests } = await up.stats();
    const said = [head, rest[0]].map((one) => `${one.status}${one.headers['retry-after'] ? `, Retry-After ${one.headers['retry-after']}` : ''}${one.headers['x-should-retry'] ? ', x-should-retry false' : ''}`);
    row(`${code}${numeric ? ' (as a number)' : ''}, ${protocol}`, `${requests} of 9`, ...said);
    if (own === null) {
      promise('1302 says when to come back and stops nobody', requests === 9 && head.status === 429 && head.headers['retry-after'] === '5' && rest.every((one) => one.status === 200));
    } else {
      const stopped = [...rest, later].every((one) => one.status === own && Number(one.headers['retry-after']) > 0 && one.text.includes(code));
      promise(`${code} on ${protocol}: what is queued and what comes later is not sent`, requests === 1 && stopped, `${requests} sent, ${[...rest, later].map((one) => one.status)}`);
      const final = own === 429 && code !== '1305';
      promise(`${code} on ${protocol}: Claude Code is told to stop`, (head.headers['x-should-retry'] === 'false') === final && (later.headers['x-should-retry'] === 'false') === final);
    }
  });
}
await gated(program, up.port, [], async (port) => {
  await up.set({ ...PLAIN, faults: ['1311', '1113'] });
  const answers = [await ask(port, {}), await ask(port, {}), await ask(port, {})];
  promise('1311 and 1113 concern one request: the others go on', answers.map((one) => one.status).join() === '429,429,200' && (await up.stats()).requests === 3);
});
const stopRows = rows.splice(0);

// ------------------------------------------------------------------ fairness
const SHORT = { ...PLAIN, ms: 200, chunks: 2 };
async function beside(port, many, one, rounds = 3) {
  const waits = [];
  for (let n = 0; n < rounds; n += 1) {
    await up.set(SHORT);
    const crowd = Array.from({ length: 20 }, () => ask(port, many));
    await sleep(100);
    waits.push((await ask(port, one)).first);
    await Promise.all(crowd);
  }
  return percentile(waits, 50);
}
await gated(program, up.port, ['--profile', 'pro'], async (port) => {
  const light = await beside(port, { client: 'busy' }, { client: 'light' });
  row('one request beside a tool with 20: first byte', s(light), s(20 * 200));
  promise('a busy tool doesn\'t keep another one out', light < 1500, s(light));
  const front = await beside(port, { client: 'same', model: 'glm-5.3-flash' }, { client: 'same', model: 'glm-5.3' }, 1);
  row('the main model behind 20 requests of the same tool for the small one', s(front), '');
  await up.set(SHORT);
  const background = Array.from({ length: 10 }, (_, n) => ask(port, { client: `title-${n}`, model: 'glm-5.3-flash' }));
  await sleep(100);
  const interactive = await ask(port, { client: 'main', model: 'glm-5.3' });
  await Promise.all(background);
  row('one request for the main model beside 10 tools\' background ones: first byte', s(interactive.first), s(10 * 200));
  promise('background models are last', interactive.first < 1000, s(interactive.first));
  await up.set(SHORT);
  const tools = await Promise.all([0, 1, 2].map((tool) => load(port, 8, 3, () => ({ client: `tool-${tool}` }))));
  const waited = tools.map((tool) => tool.all.reduce((sum, one) => sum + one.first, 0) / tool.all.length);
  row('3 tools with 8 parallel requests each, 3 rounds: Jain\'s index of the mean waits', jain(waited).toFixed(3), '1');
  promise('3 tools share evenly', jain(waited) > 0.95 && tools.every((tool) => tool.ok === 24), jain(waited).toFixed(3));
});
const team = ['--profile', 'metered', '--concurrency', '1', '--team'];
await gated(program, up.port, team, async (port) => {
  const person = (n, more) => ({ protocol: 'metered', from: `127.0.0.${n}`, keep: false, client: 'same tool', ...more });
  const light = await beside(port, person(2), person(3));
  row('--team: one request of one person beside 20 of another: first byte', s(light), s(20 * 200));
  promise('a busy person doesn\'t keep another one out', light < 1500, s(light));
});
const fairRows = rows.splice(0);

// ------------------------------------------------------------------ a slot that is freed late
for (const lag of [0, 1, 50]) {
  await gated(program, up.port, [], async (port) => {
    await up.set({ ...PLAIN, lag });
    const run = await load(port, 8, 3, both);
    const { refused } = await up.stats();
    row(`${lag} ms late`, `${refused} of 24`, `${run.wall.toFixed(1)} s`);
  });
}
const lateRows = rows.splice(0);

// ------------------------------------------------------------------ who may come in
await gated(program, up.port, [], async (port, gate) => {
  await up.set(PLAIN);
  const status = async (options) => (await ask(port, options)).status;
  const host = (name) => ({ headers: { host: name } });
  promise('another Host is refused', (await status(host('evil.example'))) === 403 && (await status(host(`evil.example:${port}`))) === 403);
  promise('a web page is refused', (await status({ headers: { origin: 'https://evil.example' } })) === 403 && (await status({ headers: { origin: 'null' } })) === 403);
  promise('other paths and methods are refused', (await Promise.all([
    { path: '/' }, { path: '/api/paas/v4/chat/completions' }, { path: '/api/anthropic/v1/files' }, { path: '/api/anthropic/v1/messages/../../x' },
    { method: 'GET' }, { method: 'DELETE' }, { method: 'OPTIONS' }, { method: 'GET', path: '/metrics' },
  ].map(status))).every((code) => code === 404));
  promise('localhost and HEAD are answered', (await status({ headers: { host: `localhost:${port}` } })) === 200 && (await status({ method: 'HEAD', path: '/' })) === 200);
  promise('nothing of that reached the upstream', (await up.stats()).requests === 1);
  const second = await haproxy(readFileSync(`${folder}/gate-${port}.cfg`, 'utf8'), port).then((again) => sleep(300).then(() => again));
  await sleep(5000);
  promise('a second process for the same port does not start', second.child.exitCode !== null && second.child.exitCode !== 0, `exit ${second.child.exitCode}`);
  promise('the first goes on', (await status({})) === 200 && gate.child.exitCode === null);
});

// ------------------------------------------------------------------ TLS
const [key, cert] = ['key', 'cert'].map((name) => `${folder}/${name}.pem`);
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=api.z.ai', '-addext', 'subjectAltName=DNS:api.z.ai', '-keyout', key, '-out', cert], { stdio: 'ignore' });
const secure = await upstream({ key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
const line = execFileSync(program, ['--home', folder, 'gate', 'emit', 'haproxy'], { encoding: 'utf8' }).split('\n').find((one) => one.startsWith('    server zai '));
const local = line.replace('api.z.ai:443', `127.0.0.1:${secure.port}`).replace(/ resolvers .*/, '');
const tls = (server) => gated(program, 0, [], async (port) => (await ask(port, {})).status, server);
promise('a certificate that nobody vouches for is refused', (await tls(local)) >= 500);
promise('with its issuer it is taken', (await tls(local.replace('@system-ca', cert))) === 200);
promise('for another name it is refused', (await tls(local.replace('@system-ca', cert).replace('sni str(api.z.ai)', 'sni str(example.com)'))) >= 500);

// ------------------------------------------------------------------ the wait ends
await gated(program, up.port, [], async (port) => {
  await up.set({ ...PLAIN, ms: 2500, chunks: 2 });
  const long = ask(port, {});
  await sleep(100);
  const waits = await ask(port, {});
  promise('who has waited too long is told so, in JSON', waits.status === 503 && JSON.parse(waits.text).error.message.includes('too long') && waits.headers['retry-after'] === '5', `${waits.status}`);
  promise('and is not sent', (await long).status === 200 && (await up.stats()).requests === 1);
}, null, (text) => text.replace(/timeout queue \S+/, 'timeout queue 1s'));
await gated(program, 1, [], async (port) => {
  const answer = await ask(port, {});
  promise('an unreachable service is named, in JSON', answer.status === 503 && JSON.parse(answer.text).error.message.includes('api.z.ai'), `${answer.status}`);
});

// ------------------------------------------------------------------ real tools
const toolRows = [];
if (real > 0) {
  for (const tool of await realTools(program, resolve(process.argv[real + 1]))) {
    promise(tool.name, tool.holds, tool.said);
    toolRows.push(`| ${[tool.name, ...tool.cells].join(' | ')} |`);
  }
}

const version = execFileSync(process.env.HAPROXY ?? '/usr/sbin/haproxy', ['-v'], { encoding: 'utf8' }).match(/version (\S+)/)[1];
const table = (title, head, body) => `\n${title}\n\n| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|\n${body.join('\n')}\n`;
process.stdout.write(`HAProxy ${version}, node ${process.version}\n${[
  table('Refused: the upstream takes one request at a time and answers in 300 ms.', ['who', 'refused', 'answered', 'all done after', 'first byte p50 / p99'], refusedRows),
  table('How long each of 600 pieces of a stream was on its way.', ['way', 'p50', 'p99'], heldRows),
  table('Clients that leave.', ['what', 'time', 'next one refused'], abortRows),
  table('Stop codes: the upstream answers the first of 8 requests with the code after 200 ms; 7 wait, a ninth comes later.', ['code', 'sent to Z.ai', 'the first is told', 'the others are told'], stopRows),
  table('Fairness: an answer takes 200 ms.', ['what', 'measured', 'first come, first served'], fairRows),
  table('A service that frees its slot late, 24 requests of 8 clients.', ['freed', 'refused', 'all done after'], lateRows),
  toolRows.length ? table(`Real tools (${versions(resolve(process.argv[real + 1]))}) on a service that takes one request at a time.`, ['who', 'refused', 'answered', 'all done after'], toolRows) : '',
].join('')}`);
if (failures.length) process.stderr.write(`\n${failures.length} broken:\n${failures.join('\n')}\n`);
process.exit(failures.length ? 1 : 0);
