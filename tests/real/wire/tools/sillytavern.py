"""SillyTavern, by its server: settings.json chooses a source, the server has that source's address and takes the key from secrets.json.

The page itself does not run (it needs a browser); sillytavern-ask.mjs does what it does when it has loaded the settings.
"""

import json

from ..configuration import Configuration
from ..generate import ANTHROPIC, CHAT, METERED, OTHERS, address, chance
from ..place import REAL
from .. import run

TOOL = "sillytavern"
ENV = {}
PATIENCE = 120
DATA = "SillyTavern/data/default-user"
SETTINGS, SECRETS = f"{DATA}/settings.json", f"{DATA}/secrets.json"
ZAI_MODELS = ["glm-5.2", "glm-5-turbo", "glm-5", "glm-4.7", "glm-4.6", "glm-4.5-air", "glm-5.3", "glm-5.3-flash", "GLM-4.7", "glm-5.2[1m]", ""]
SOURCES = ["zai", "zai", "zai", "custom", "custom", "claude", "openai", "openrouter", "deepseek"]
SECRET_NAMES = {"zai": "api_key_zai", "custom": "api_key_custom", "claude": "api_key_claude", "openai": "api_key_openai", "openrouter": "api_key_openrouter", "deepseek": "api_key_deepseek"}


def converse(tool, configuration, place, env, seen, patience):
    """The server is started on a copy of the user's folder, and given one message."""
    program = tool.program.resolve()
    package = next(folder for folder in program.parents if (folder / "server.js").exists())
    command = ["node", REAL / "sillytavern-ask.mjs", "sends", package, place.home / DATA]
    return run.start(command, place, env, seen, patience, None)


def main_request(requests):
    return requests[0] if requests else None


class Settings:
    """One user's files while they are put together."""

    def __init__(self, name, source="zai"):
        self.configuration = Configuration(name)
        self.chat = {"preset_settings_openai": "Default", "chat_completion_source": source, "bind_preset_to_connection": True}
        self.all = {"firstRun": False, "username": "User", "main_api": "openai", "oai_settings": self.chat}
        self.presets, self.secrets = {}, {}

    def set(self, **members):
        self.chat.update(members)
        return self

    def top(self, **members):
        self.all.update(members)
        return self

    def secret(self, source, active=True, flat=False):
        name = SECRET_NAMES[source]
        marker = self.configuration.key("literal", name, SECRETS)
        if flat:
            self.secrets[name] = marker
        else:
            entries = self.secrets.setdefault(name, [])
            entries.append({"id": f"00000000-0000-4000-8000-{len(entries):012}", "value": marker, "label": f"key {len(entries)}", "active": active})
        return self

    def proxy(self, url, selected=True, name="mine", password=True):
        """A proxy preset; its password is what is sent to it."""
        entry = {"name": name, "url": url, "password": self.configuration.key("literal", "proxy_password", SETTINGS) if password else ""}
        self.all.setdefault("proxies", [{"name": "None", "url": "", "password": ""}]).append(entry)
        self.all["selected_proxy"] = dict(entry) if selected else {"name": "None", "url": "", "password": ""}
        return self

    def done(self):
        dump = lambda value: json.dumps(value, indent=4, ensure_ascii=False)
        self.configuration.files[SETTINGS] = dump(self.all)
        self.configuration.files[f"{DATA}/OpenAI Settings/Default.json"] = dump({"chat_completion_source": "openai"})
        for name, preset in self.presets.items():
            self.configuration.files[f"{DATA}/OpenAI Settings/{name}.json"] = dump(preset)
        if self.secrets:
            self.configuration.files[SECRETS] = dump(self.secrets)
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Settings
    yield new("Z.ai, a key").secret("zai").done()
    yield new("Z.ai, no key").done()
    yield new("Z.ai, another source's key").secret("custom").done()
    for word in "coding", "common", "Coding", "", "https://api.z.ai/api/coding/paas/v4", None:
        yield new(f"Z.ai, the endpoint {word!r}").set(zai_endpoint=word).secret("zai").done()
    for model in "glm-5.2", "glm-5.3", "GLM-4.7", "", None:
        yield new(f"Z.ai, the model {model!r}").set(zai_model=model).secret("zai").done()
    yield new("two keys, the second active").secret("zai", False).secret("zai").done()
    yield new("a key that is not active").secret("zai", False).done()
    yield new("a key in the older form").secret("zai", flat=True).done()
    yield new("Z.ai behind a proxy").set(zai_endpoint="coding").secret("zai").proxy(CHAT[2]).done()
    yield new("Z.ai behind a proxy without a password").set(zai_endpoint="coding").secret("zai").proxy(CHAT[2], password=False).done()
    yield new("a proxy that is not selected").set(zai_endpoint="coding").secret("zai").proxy(CHAT[2], selected=False).done()
    yield new("only reverse_proxy").set(zai_endpoint="coding", reverse_proxy=CHAT[2], proxy_password="x").secret("zai").done()
    for tail in "/", "/chat/completions":
        yield new(f"a proxy that ends in {tail}").secret("zai").proxy(CHAT[0] + tail).done()
    yield new("a proxy without a scheme").secret("zai").proxy("api.z.ai/api/coding/paas/v4").done()
    custom = lambda name, url=CHAT[0]: new(name, "custom").set(custom_url=url, custom_model="glm-5.3")
    yield custom("custom, a key").secret("custom").done()
    yield custom("custom, no key").done()
    yield custom("custom, Z.ai's key").secret("zai").done()
    for url in CHAT[0] + "/", CHAT[0] + "/chat/completions", METERED[1], ANTHROPIC[0], "", "api.z.ai/api/coding/paas/v4", "https://API.z.ai:443/api/coding/paas/v4", CHAT[2] + "?a=b":
        yield custom(f"custom, the address {url!r}", url).secret("custom").done()
    yield custom("custom behind a proxy").secret("custom").proxy(CHAT[2]).done()
    yield custom("custom without a model").set(custom_model="").secret("custom").done()
    layers = custom("custom, a key in the headers").secret("custom")
    yield layers.set(custom_include_headers=f'Authorization: "Bearer {layers.configuration.key("literal", "custom_include_headers", SETTINGS)}"').done()
    claude = lambda name: new(name, "claude").set(claude_model="claude-opus-4-8")
    yield claude("Claude").secret("claude").done()
    yield claude("Claude without a key").done()
    yield claude("Claude behind the plan's address").secret("claude").proxy(ANTHROPIC[0] + "/v1").done()
    yield claude("Claude behind the plan's address without /v1").proxy(ANTHROPIC[0]).done()
    yield claude("Claude behind a proxy without a password").secret("claude").proxy(ANTHROPIC[0] + "/v1", password=False).done()
    yield claude("Claude with another model").set(claude_model="glm-5.3").proxy(ANTHROPIC[0] + "/v1").done()
    yield new("OpenAI behind the plan's address", "openai").set(openai_model="gpt-5.6").proxy(CHAT[0]).done()
    yield new("OpenAI behind the plan's address, another model", "openai").set(openai_model="glm-5.3").proxy(CHAT[0]).done()
    yield new("OpenAI", "openai").set(openai_model="gpt-5.6").secret("openai").done()
    yield new("OpenRouter", "openrouter").set(openrouter_model="z-ai/glm-5.2").secret("openrouter").done()
    yield new("DeepSeek behind the plan's address", "deepseek").set(deepseek_model="glm-5.3").proxy(CHAT[0]).done()
    yield new("an unknown source", "glm").secret("zai").done()
    yield new("another main API").top(main_api="textgenerationwebui").secret("zai").done()
    yield new("no main API").top(main_api=None).secret("zai").done()
    layers = new("a preset that says otherwise").set(zai_endpoint="common", preset_settings_openai="Plan").secret("zai")
    layers.presets["Plan"] = {"chat_completion_source": "zai", "zai_endpoint": "coding", "zai_model": "glm-4.7"}
    yield layers.done()
    profile = {"id": "00000000-0000-4000-8000-000000000001", "mode": "cc", "exclude": [], "api": "zai", "preset": "Default", "api-url": "coding", "model": "glm-4.7", "proxy": "None", "name": "plan"}
    yield new("a selected profile that says otherwise").set(zai_endpoint="common", zai_model="glm-5.2").secret("zai").top(extension_settings={"connectionManager": {"selectedProfile": profile["id"], "profiles": [profile]}}).done()
    for name, change in ("a trailing comma", lambda text: text.rstrip()[:-1].rstrip() + ",\n}"), ("a comment", lambda text: "// mine\n" + text), ("a BOM", lambda text: "\ufeff" + text):
        configuration = new(f"text: {name}").secret("zai").done()
        configuration.files[SETTINGS] = change(configuration.files[SETTINGS])
        yield configuration


def make(rng, configuration):
    source = rng.choice(SOURCES)
    layers = Settings(configuration.name, source)
    layers.configuration = configuration
    if chance(rng, 0.8):
        layers.set(zai_endpoint=rng.choice(["coding", "coding", "common", "Coding", ""]))
    if chance(rng, 0.85):
        layers.set(zai_model=rng.choice(ZAI_MODELS))
    if chance(rng, 0.9 if source == "custom" else 0.3):
        layers.set(custom_url=address(rng, CHAT, CHAT, METERED, OTHERS))
    if chance(rng, 0.9 if source == "custom" else 0.3):
        layers.set(custom_model=rng.choice(["glm-5.3", "glm-5.3[1m]", "GLM-5.3", "glm-9-unknown", ""]))
    layers.set(claude_model=rng.choice(["claude-opus-4-8", "glm-5.3"]), openai_model=rng.choice(["gpt-5.6", "glm-5.3"]), openrouter_model="z-ai/glm-5.2", deepseek_model="glm-5.3")
    if chance(rng, 0.85):
        layers.secret(source, flat=chance(rng, 0.1))
    if chance(rng, 0.4):
        layers.secret(rng.choice(list(SECRET_NAMES)), active=chance(rng, 0.7)) if not any(isinstance(each, str) for each in layers.secrets.values()) else None
    if chance(rng, 0.35):
        layers.proxy(address(rng, ANTHROPIC if source == "claude" else CHAT), selected=chance(rng, 0.6), password=chance(rng, 0.8))
        if source == "claude" and chance(rng, 0.6):
            layers.all["selected_proxy"]["url"] = ANTHROPIC[0] + "/v1"
    if chance(rng, 0.15):
        layers.set(reverse_proxy=CHAT[2], proxy_password="")
    if chance(rng, 0.06):
        layers.top(main_api=rng.choice(["koboldhorde", "textgenerationwebui", "novel"]))
    layers.done()
