#!/usr/bin/env node
// roo-accepts.mjs TYPES FILE…
//
// Would Roo Code's import take these files? TYPES is the folder of npm's @roo-code/types (the extension's own schemas,
// node_modules/@roo-code/types); a FILE is an import file, or a folder in whose .config/*/User/settings.json the setting
// `roo-cline.autoImportSettingsPath` (or Zoo Code's `zoo-code.…`) names one.
//   exit 0  all are taken whole
//   exit 1  one is refused, or one of its profiles is skipped or loses its provider; said which, in the schema's words
//   exit 2  wrong usage, or the check could not be made
//
// The steps are those of the extension's import (3.52.1): strict JSON without a byte-order mark, the frame and all of
// globalSettings as a whole, then each profile by itself. Zoo Code takes settings one by one: `--zoo` in front does that.
// It needs no editor and no network. The schemas are Roo Code's; Zoo Code publishes none of its own.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { createRequire } from 'node:module';

const cannot = (text) => { console.error(`roo-accepts: ${text}`); process.exit(2); };
const args = process.argv.slice(2);
const zoo = args[0] === '--zoo' && args.shift() !== undefined;
if (args.length < 2) cannot('usage: roo-accepts.mjs [--zoo] TYPES FILE…');
const require = createRequire(import.meta.url);
let types, z;
try {
  types = require(resolve(args[0]));
  z = createRequire(join(resolve(args[0]), 'package.json'))('zod');
} catch (error) { cannot(`@roo-code/types can't be loaded from ${args[0]}: ${error.message}`); }

/** The import files that a home's editors name. */
function named(home) {
  const found = [];
  for (const base of ['.config', '.vscode-server/data', 'Library/Application Support', 'AppData/Roaming']) {
    const folder = join(home, base);
    if (!existsSync(folder)) continue;
    for (const editor of readdirSync(folder)) {
      for (const name of [join(folder, editor, 'User/settings.json'), join(folder, editor, 'settings.json')]) {
        if (!existsSync(name)) continue;
        const key = zoo ? 'zoo-code' : 'roo-cline';
        const hit = new RegExp(`"${key}[.]autoImportSettingsPath"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(readFileSync(name, 'utf8'));
        if (!hit) continue;
        const path = JSON.parse(`"${hit[1]}"`).trim();
        if (path) found.push(isAbsolute(path) ? path : join(home, path.replace(/^~\//, '')));
      }
    }
  }
  return [...new Set(found)].filter(existsSync);
}

const say = (error) => error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
const frame = z.object({
  currentApiConfigName: z.string(),
  apiConfigs: z.record(z.string(), z.any()),
  modeApiConfigs: z.record(z.string(), z.string()).optional(),
  cloudProfileIds: z.array(z.string()).optional(),
  migrations: z.object(Object.fromEntries(['rateLimitSecondsMigrated', 'openAiHeadersMigrated', 'consecutiveMistakeLimitMigrated',
    'todoListEnabledMigrated', 'claudeCodeLegacySettingsMigrated'].map((name) => [name, z.boolean().optional()]))).optional(),
});
const file = z.object({ providerProfiles: frame, globalSettings: zoo ? z.unknown().optional() : types.globalSettingsSchema.optional() });

function complaints(path) {
  let raw;
  try { raw = JSON.parse(readFileSync(path, 'utf8')); } catch (error) { return [`refused: ${error.message}`]; }
  const whole = file.safeParse(raw);
  if (!whole.success) return [`refused: ${say(whole.error)}`];
  const said = [];
  if (zoo) {
    for (const [key, value] of Object.entries(raw.globalSettings ?? {})) {
      const schema = types.globalSettingsSchema.shape[key];
      const result = schema?.safeParse(value);
      if (result && !result.success) said.push(`setting ${key} skipped: ${say(result.error)}`);
    }
  }
  for (const [name, profile] of Object.entries(whole.data.providerProfiles.apiConfigs)) {
    const { apiProvider, ...rest } = profile ?? {};
    const known = apiProvider === undefined || types.isProviderName(apiProvider);
    if (!known) said.push(`profile ${name}: provider ${apiProvider} removed`);
    const result = types.providerSettingsWithIdSchema.safeParse(known ? profile : rest);
    if (!result.success) said.push(`profile ${name} skipped: ${say(result.error)}`);
  }
  return said;
}

let failed = 0;
for (const arg of args.slice(1)) {
  if (!existsSync(arg)) cannot(`no such file: ${arg}`);
  const files = statSync(arg).isDirectory() ? named(resolve(arg)) : [arg];
  if (files.length === 0) cannot(`no editor in ${arg} names an import file that is there`);
  for (const path of files) for (const text of complaints(path)) { failed = 1; console.log(`${arg}: ${text}`); }
}
process.exit(failed);
