// Writes a large settings.json of SillyTavern to stdout, the same bytes each time: about 4 MB, one line of 400 KB, 4 spaces,
// LF, no final newline, as SillyTavern writes it. Its shape follows what large ones look like: most of it belongs to
// extensions, hundreds of connection profiles, and some long texts. All of it is invented.
//
//   node sillytavern-large.mjs [coding|common] >settings.json
//
// The word is put into zai_endpoint and into every 40th connection profile; 13 places hold it in all.

const word = process.argv[2] ?? 'coding';
const key = '00000000000000000000000000000000.0000000000000000';

let seed = 1;
const random = (below) => { // a small generator of its own: the same on every machine
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
const WORDS = ['tavern', 'glm', 'Über', '你好', 'prompt', '{{char}}', '{{user}}', 'and', 'the', 'a', 'say', '"quoted"', 'back\\slash', '<b>', 'line\nbreak', '🍺', 'https://example.com/v1', '\ttab'];
const text = (length) => {
  const parts = [];
  for (let size = 0; size < length; ) {
    const part = WORDS[random(WORDS.length)];
    parts.push(part);
    size += part.length + 1;
  }
  return parts.join(' ');
};
const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const profiles = Array.from({ length: 480 }, (_, n) => {
  const zai = n % 40 === 0;
  return {
    id: id(n), mode: 'cc', exclude: [], api: zai ? 'zai' : 'custom', preset: 'Default',
    'api-url': zai ? word : `https://llm-${n}.example.com/v1`, model: zai ? 'glm-5.2' : `model-${n}`, proxy: 'None',
    'stop-strings': '[]', 'start-reply-with': '', 'secret-id': id(10000 + n), name: `profile ${n} ${text(20)}`,
  };
});
const settings = {
  firstRun: false,
  username: 'User',
  main_api: 'openai',
  power_user: { custom_css: text(60000), persona_descriptions: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`${n}.png`, { description: text(1500), position: 0, depth: 2, role: 0 }])) },
  extension_settings: {
    connectionManager: { selectedProfile: id(0), profiles },
    memory: { prompt: text(2000), source: 'main' },
    regex: Array.from({ length: 900 }, (_, n) => ({ id: id(20000 + n), scriptName: `script ${n}`, findRegex: '/(a|b)+\\d{1,3}/g', replaceString: text(300), trimStrings: [], placement: [1, 2], disabled: n % 3 === 0, minDepth: null, maxDepth: null })),
    quickReplyV2: { isEnabled: true, config: { setList: Array.from({ length: 400 }, (_, n) => ({ set: `set ${n}`, isVisible: true })) } },
    library: Array.from({ length: 800 }, (_, n) => ({ title: `entry ${n}`, body: text(1500), tags: ['a', 'b', 'c'], weight: n / 8 })),
    // one line of 400 KB
    cache: { bundle: text(391500) },
  },
  tags: Array.from({ length: 900 }, (_, n) => ({ id: id(30000 + n), name: text(12), color: '', color2: '', create_date: 1700000000000 + n })),
  tag_map: Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`character ${n}.png`, [id(30000 + (n % 900))]])),
  oai_settings: {
    preset_settings_openai: 'Default', temp_openai: 1, openai_max_context: 128000, openai_max_tokens: 1000,
    prompts: Array.from({ length: 60 }, (_, n) => ({ identifier: id(40000 + n), name: `prompt ${n}`, system_prompt: false, marker: false, role: 'system', content: text(3000) })),
    chat_completion_source: 'zai', zai_model: 'glm-5.2', zai_endpoint: word, custom_url: '', custom_model: '', reverse_proxy: '', proxy_password: '', bind_preset_to_connection: true,
  },
  proxies: [{ name: 'None', url: '', password: '' }, { name: 'other', url: 'https://proxy.example.com/v1', password: key }],
  selected_proxy: { name: 'None', url: '', password: '' },
};
process.stdout.write(JSON.stringify(settings, null, 4));
