// Runs the real SillyTavern server on a copy of a user's folder and asks it questions.
//
//   node sillytavern-ask.mjs accepts  PACKAGE USER_FOLDER
//   node sillytavern-ask.mjs requests PACKAGE USER_FOLDER
//   node sillytavern-ask.mjs saves    PACKAGE USER_FOLDER
//   node sillytavern-ask.mjs sends    PACKAGE USER_FOLDER
//
// PACKAGE is the folder of the npm package or of a checkout (with its dependencies), USER_FOLDER one `data/<handle>`.
// It is started by sillytavern-accepts.sh and sillytavern-measure.sh, in a network and mount namespace of its own where
// api.z.ai and open.bigmodel.cn are names of loopback; the variable ASK_PORT then names the port of tests/real/mock.mjs,
// and ASK_CERT and ASK_KEY a certificate for these names (NODE_EXTRA_CA_CERTS has it, too).
//
// accepts: exit 0 when the server hands out the settings, the browser's `JSON.parse` takes them, every file in
//   `OpenAI Settings` is in the list of presets, and the secrets can be read. Else 1, with the reasons. 2: could not ask.
// requests: one JSON line for each place that may decide an address: the settings as they are loaded, each preset when it
//   is picked, each connection profile when it is applied. The request goes out through the server's own
//   `/api/backends/chat-completions/generate`; the line says which path it had at the mock, which model, whether a key.
// saves: gives the settings and the presets, with another temperature, and a further key (an invented one) to the server, which writes them, and puts what it
//   wrote into USER_FOLDER. Exit 0, or 2.
// sends: one message with the settings as they are loaded, to whatever stands for the services (wire.py). Exit 0; 1 when the page
//   would not ask a chat completion service, or the server refuses (said why); 2.
//
// The page itself does not run here (it needs a browser). What it makes of the settings is done again below, as in
// public/scripts/openai.js and extensions/connection-manager/index.js of 1.19.0; the addresses are made by the server.
// The bundling of the page's libraries takes half a minute and is left out.

import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join, parse, resolve } from 'node:path';

const [mode, packageFolder, userFolder] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'sillytavern-'));
let server;

function leave(code) {
  server?.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
  process.exit(code);
}
function cannot(why) {
  console.error(`sillytavern-ask: cannot ask: ${why}`);
  leave(2);
}
if (!['accepts', 'requests', 'saves', 'sends'].includes(mode) || !packageFolder || !userFolder) cannot('wrong usage');
if (!existsSync(join(packageFolder, 'server.js'))) cannot(`no server.js in ${packageFolder}`);

// ---------------------------------------------------------------- the server

const port = 20000 + (process.pid % 20000);
const base = `http://127.0.0.1:${port}`;
const user = join(work, 'data', 'default-user');
mkdirSync(join(user, 'OpenAI Settings'), { recursive: true });
for (const name of ['settings.json', 'secrets.json']) {
  if (existsSync(join(userFolder, name))) copyFileSync(join(userFolder, name), join(user, name));
}
if (existsSync(join(userFolder, 'OpenAI Settings'))) cpSync(join(userFolder, 'OpenAI Settings'), join(user, 'OpenAI Settings'), { recursive: true, dereference: true });
writeFileSync(join(work, 'config.yaml'), [
  `port: ${port}`, 'listen: false', 'disableCsrfProtection: true', 'skipContentCheck: true', 'browserLaunch:', '  enabled: false', '',
].join('\n'));
// A stand-in for `webpack`: the page's libraries are not needed.
writeFileSync(join(work, 'no-webpack.mjs'), `
import { register } from 'node:module';
const stub = 'const done = { toString: () => "" }; const make = () => ({ run: (f) => f(null, done), close: (f) => f() }); make.version = "none"; export default make;';
register('data:text/javascript,' + encodeURIComponent(\`
export async function resolve(specifier, context, next) {
  return specifier === 'webpack' ? { url: 'data:text/javascript,' + encodeURIComponent(\${JSON.stringify(stub)}), shortCircuit: true } : next(specifier, context);
}\`));
`);
server = spawn(process.execPath, ['--import', join(work, 'no-webpack.mjs'), resolve(packageFolder, 'server.js'), '--configPath', join(work, 'config.yaml'), '--dataRoot', join(work, 'data')], {
  cwd: work,
  env: { HOME: work, PATH: process.env.PATH, TMPDIR: work, ...(process.env.NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }) },
  stdio: ['ignore', 'pipe', 'pipe'],
});
let said = '';
for (const stream of [server.stdout, server.stderr]) stream.on('data', (part) => { said = (said + part).slice(-20000); });
let ended = false;
server.on('exit', () => { ended = true; });

async function post(path, body) {
  const response = await fetch(base + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
for (let tries = 0; ; tries += 1) {
  if (ended || tries > 600) cannot(`the server did not start:\n${said}`);
  try { await fetch(`${base}/version`); break; } catch { await sleep(100); }
}

// ---------------------------------------------------------------- accepts

const got = await post('/api/settings/get', {});
const problems = [];
let all;
if (got.status !== 200) problems.push(`POST /api/settings/get answers ${got.status}`);
else {
  all = JSON.parse(got.text);
  try {
    all.settings = JSON.parse(all.settings); // as the page does
    if (all.settings === null || typeof all.settings !== 'object') problems.push('settings.json: not an object');
  } catch (error) {
    problems.push(`settings.json: ${error.name}: ${error.message}`);
  }
  for (const file of readdirSync(join(user, 'OpenAI Settings')).filter((name) => parse(name).ext === '.json')) {
    if (!all.openai_setting_names.includes(parse(file).name)) problems.push(`OpenAI Settings/${file}: not in the list of presets`);
  }
}
const secrets = await post('/api/secrets/read', {});
if (secrets.status !== 200) problems.push(`secrets.json: POST /api/secrets/read answers ${secrets.status}`);
if (mode === 'accepts' || problems.length > 0) {
  for (const problem of problems) console.log(`sillytavern: ${problem.replaceAll(work, '$WORK')}`);
  leave(problems.length > 0 ? 1 : 0);
}

// ---------------------------------------------------------------- saves

if (mode === 'saves') {
  const save = async (path, body) => {
    const answer = await post(path, body);
    if (answer.status >= 300) cannot(`POST ${path} answers ${answer.status}: ${answer.text.slice(0, 200)}`);
  };
  // Somebody has moved the slider of the temperature.
  const moved = (object, name) => (object !== null && typeof object === 'object' && !Array.isArray(object) ? { ...object, [name]: 0.35 } : object);
  await save('/api/settings/save', { ...all.settings, oai_settings: moved(all.settings.oai_settings, 'temp_openai') });
  for (const [index, name] of all.openai_setting_names.entries()) {
    await save('/api/presets/save', { apiId: 'openai', name, preset: moved(JSON.parse(all.openai_settings[index]), 'temperature') });
  }
  await save('/api/secrets/write', { key: 'api_key_deepseek', value: 'invented', label: 'invented' });
  cpSync(join(user, 'settings.json'), join(userFolder, 'settings.json'));
  if (existsSync(join(userFolder, 'secrets.json'))) cpSync(join(user, 'secrets.json'), join(userFolder, 'secrets.json'));
  if (existsSync(join(userFolder, 'OpenAI Settings'))) cpSync(join(user, 'OpenAI Settings'), join(userFolder, 'OpenAI Settings'), { recursive: true });
  leave(0);
}

// ---------------------------------------------------------------- the page

/** What the page does with the settings when it loads them: the chosen proxy replaces `reverse_proxy`. */
function loaded(settings) {
  const proxy = settings.selected_proxy || { name: 'None', url: '', password: '' };
  return { zai_model: 'glm-4.6', ...settings.oai_settings, reverse_proxy: proxy.url, proxy_password: proxy.password };
}
/** The same, with the page's own defaults, and only models that the page has in its list (or may take as text). */
function loadedWithLists(settings) {
  const page = readFileSync(join(packageFolder, 'public/index.html'), 'utf8');
  const script = readFileSync(join(packageFolder, 'public/scripts/openai.js'), 'utf8');
  const block = script.slice(script.indexOf('const default_settings = {'), script.indexOf('\n};', script.indexOf('const default_settings = {')));
  const defaults = Object.fromEntries([...block.matchAll(/^ {4}(\w+): '([^']*)',$/gm)].map(([, name, value]) => [name, value]));
  const given = Object.fromEntries(Object.entries(settings.oai_settings ?? {}).filter(([, value]) => value !== null));
  const result = { chat_completion_source: 'openai', ...defaults, ...loaded({ ...settings, oai_settings: given }) };
  result.zai_model = given.zai_model ?? defaults.zai_model;
  for (const source of ['zai', 'claude', 'openai']) {
    const from = page.indexOf(`id="model_${source}_select"`);
    const known = [...page.slice(from, page.indexOf('</select>', from)).matchAll(/<option[^>]*value="([^"]*)"/g)].map(([, value]) => value);
    if (!known.includes(result[`${source}_model`])) result[`${source}_model`] = source === 'claude' ? defaults.claude_model : '';
  }
  return result;
}
const CONNECTION = ['chat_completion_source', 'zai_endpoint', 'zai_model', 'custom_url', 'custom_model', 'reverse_proxy', 'proxy_password', 'openai_model', 'claude_model'];
/** A preset is picked, with "bind to connection" on, which is the default. */
function withPreset(current, preset) {
  const chosen = CONNECTION.filter((name) => preset[name] !== undefined).map((name) => [name, preset[name]]);
  return { ...current, ...Object.fromEntries(chosen) };
}
/** A connection profile is applied: API, preset, API again, server URL, model, proxy. */
function withProfile(current, profile, presets, proxies) {
  let next = { ...current, ...(profile.preset in presets ? withPreset(current, presets[profile.preset]) : {}), chat_completion_source: profile.api };
  if (profile['api-url'] && profile.api === 'zai') next.zai_endpoint = profile['api-url'];
  if (profile['api-url'] && profile.api === 'custom') next.custom_url = profile['api-url'];
  if (profile.model) next[`${profile.api}_model`] = profile.model;
  const proxy = proxies.find((one) => one.name === profile.proxy);
  if (proxy) next = { ...next, reverse_proxy: proxy.url, proxy_password: proxy.password };
  return next;
}
const WITH_PROXY = ['claude', 'openai', 'mistralai', 'makersuite', 'vertexai', 'deepseek', 'xai', 'zai', 'moonshot'];
/** The request that the page sends to its server. */
function generation(settings) {
  const source = settings.chat_completion_source;
  const body = {
    type: 'normal', messages: [{ role: 'user', content: 'hi' }], stream: false, max_tokens: 5, temperature: 1,
    chat_completion_source: source, model: settings[`${source}_model`] ?? 'none',
  };
  if (settings.reverse_proxy && WITH_PROXY.includes(source)) Object.assign(body, { reverse_proxy: settings.reverse_proxy, proxy_password: settings.proxy_password });
  if (source === 'zai') body.zai_endpoint = settings.zai_endpoint || 'common';
  if (source === 'custom') body.custom_url = settings.custom_url;
  if (source === 'custom' && settings.custom_include_headers) body.custom_include_headers = settings.custom_include_headers;
  return body;
}

if (mode === 'sends') {
  const settings = loadedWithLists(all.settings);
  if (all.settings.main_api !== 'openai') {
    console.log(`the page would ask ${all.settings.main_api}`);
    leave(1);
  }
  const answer = await post('/api/backends/chat-completions/generate', generation(settings));
  console.log(`${answer.status} ${answer.text.slice(0, 200)}`);
  leave(answer.status === 200 && !answer.text.includes('"error"') ? 0 : 1);
}

// ---------------------------------------------------------------- requests

// The mock speaks plain HTTP; SillyTavern asks https://api.z.ai.
const seen = [];
createServer({ cert: readFileSync(process.env.ASK_CERT), key: readFileSync(process.env.ASK_KEY) }, (from, to) => {
  seen.push({ host: from.headers.host, path: from.url, key: Boolean(from.headers['x-api-key'] || /^Bearer ./.test(from.headers.authorization ?? '')) });
  const onward = httpRequest({ port: process.env.ASK_PORT, path: from.url, method: from.method, headers: from.headers }, (answer) => {
    to.writeHead(answer.statusCode, answer.headers);
    answer.pipe(to);
  });
  from.pipe(onward);
}).listen(443, '127.0.0.1');

async function ask(place, settings) {
  seen.length = 0;
  const answer = await post('/api/backends/chat-completions/generate', generation(settings));
  const at = seen[0] ?? {};
  const body = JSON.parse(answer.text.startsWith('{') ? answer.text : '{}');
  console.log(JSON.stringify({ place, source: settings.chat_completion_source, url: at.host ? `https://${at.host}${at.path}` : null, model: generation(settings).model, key: at.key ?? false, answered: body.choices || body.content ? true : body.error?.message ?? false }));
}
const settings = all.settings;
const presets = Object.fromEntries(all.openai_setting_names.map((name, index) => [name, JSON.parse(all.openai_settings[index])]));
const current = loaded(settings);
await ask('settings', current);
for (const [name, preset] of Object.entries(presets)) await ask(`preset ${name}`, withPreset(current, preset));
for (const profile of settings.extension_settings?.connectionManager?.profiles ?? []) {
  if (profile.mode === 'cc') await ask(`profile ${profile.name}`, withProfile(current, profile, presets, settings.proxies ?? []));
}
leave(0);
