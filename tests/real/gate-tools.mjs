// Real tools through the gate: Claude Code and opencode in an isolated home, set up by `apply --via-gate`.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEY, folder, gated } from './gate-load.mjs';

const MOCK = new URL('./mock.mjs', import.meta.url).pathname;

/** mock.mjs, which speaks the tools' protocols, with one slot. */
async function service() {
  const child = spawn(process.execPath, [MOCK, '--limit', '1', '--delay-ms', '700'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((done) => child.stdout.once('data', (data) => done(JSON.parse(data).port)));
  return { port, seen: async () => (await fetch(`http://127.0.0.1:${port}/mock/summary`)).json(), stop: () => child.kill() };
}

function homeOf(name) {
  const home = join(folder, name);
  for (const below of ['.claude', '.config/opencode', 'project']) mkdirSync(join(home, below), { recursive: true });
  writeFileSync(join(home, '.claude/settings.json'), `{\n  "env": {\n    "ANTHROPIC_BASE_URL": "https://api.z.ai/api/anthropic",\n    "ANTHROPIC_AUTH_TOKEN": "${KEY}"\n  }\n}\n`);
  writeFileSync(join(home, '.config/opencode/opencode.json'), `{\n  "$schema": "https://opencode.ai/config.json",\n  // mine\n  "model": "zai-coding-plan/glm-5.3-flash",\n  "provider": { "zai-coding-plan": { "options": { "apiKey": "${KEY}" } } },\n}\n`);
  return home;
}

const configs = ['.claude/settings.json', '.config/opencode/opencode.json'];
const bytes = (home) => configs.map((name) => readFileSync(join(home, name), 'utf8')).join('\0');

/** Runs a tool with nothing of this machine's surroundings; its exit code and what it printed. */
function run(program, args, home) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: join(home, 'project'), stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000,
      env: {
        HOME: home, PATH: '/usr/local/bin:/usr/bin:/bin', TERM: 'dumb', LANG: 'C.UTF-8', TMPDIR: folder, DISABLE_AUTOUPDATER: '1',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1',
      },
    });
    let said = '';
    child.stdout.on('data', (data) => { said += data; });
    child.stderr.on('data', (data) => { said += data; });
    child.on('close', (code) => done({ code, said }));
  });
}

/** Two of each tool at once, two rounds, on a service with one slot: directly and through the gate. */
export async function realTools(program, real) {
  const bin = (name) => join(real, 'node_modules/.bin', name);
  const setUp = (home, ...args) => execFileSync(program, ['--home', home, ...args], { env: { HOME: home, XDG_STATE_HOME: join(home, 'state') }, cwd: home, encoding: 'utf8' });
  const calls = (home) => [['claude', '-p', 'hi'], ['opencode', 'run', 'hi'], ['claude', '-p', 'hi'], ['opencode', 'run', 'hi']]
    .map(([name, ...args]) => run(bin(name), args, home));
  const results = [];
  for (const way of ['directly', 'through the gate']) {
    const upstream = await service();
    const home = homeOf(way.split(' ')[0]);
    const before = bytes(home);
    const round = async (port) => {
      // Where Z.ai would be, the test's own service is: the gate's address in one case, the service's in the other.
      setUp(home, 'apply', '--profile', 'lite', '--yes', '--via-gate', `http://127.0.0.1:${port}`);
      const written = bytes(home);
      // opencode makes its database at the first start; two at once would meet there.
      await run(bin('opencode'), ['run', 'hi'], home);
      const start = Date.now();
      const ended = [];
      for (let n = 0; n < 2; n += 1) ended.push(...await Promise.all(calls(home)));
      return { ended, seconds: (Date.now() - start) / 1000, changed: bytes(home) !== written };
    };
    const { ended, seconds, changed } = way === 'directly' ? await round(upstream.port) : await gated(program, upstream.port, [], round);
    const seen = await upstream.seen();
    upstream.stop();
    const ok = ended.filter((one) => one.code === 0 && one.said.includes('mock says hello')).length;
    if (changed) writeFileSync(join(home, configs[1]), readFileSync(join(home, configs[1]))); // the tool's own rewriting is not ours
    let back = 'bytes back after undo';
    try {
      setUp(home, 'undo');
      if (bytes(home) !== before) back = 'undo did NOT give the bytes back';
    } catch (error) {
      back = `undo failed: ${String(error.stderr ?? error)}`;
    }
    results.push({
      name: `2 × Claude Code and 2 × opencode at once, 2 rounds, ${way}`,
      holds: back.startsWith('bytes') && (way === 'directly' || (ok === 8 && seen.rejected === 0 && seen.maxInFlight === 1)),
      cells: [`${seen.rejected} of ${seen.model}`, `${ok} of 8`, `${seconds.toFixed(0)} s`],
      said: `${seen.rejected} of ${seen.model} refused, ${ok} of 8 answered, ${seconds.toFixed(0)} s, ${back}${ok < 8 ? ended.filter((one) => one.code !== 0).map((one) => one.said.slice(0, 200)).join(';') : ''}`,
    });
  }
  return results;
}

/** The versions of the tools. */
export function versions(real) {
  return ['@anthropic-ai/claude-code', 'opencode-ai']
    .map((name) => `${name} ${JSON.parse(readFileSync(join(real, 'node_modules', name, 'package.json'), 'utf8')).version}`).join(', ');
}
