"""Cline CLI 3 (the newer engine): providers.json, of which the provider that was used last is chosen."""

import json

from ..configuration import Configuration
from ..generate import ANTHROPIC, CHAT, METERED, address, chance
from . import cline_2

TOOL = "cline"
ENV = {}
PATIENCE = 90
FILE = ".cline/data/settings/providers.json"
MODELS = [*cline_2.MODELS, "glm-5-turbo"]
BUILT_IN = ["zai", "zai-coding-plan", "zhipuai", "zhipuai-coding-plan"]


def command(tool, configuration, home):
    return [tool.program, "please say hello"]


class Providers:
    """The file while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name)
        self.content = {"version": 1, "modes": {}, "providers": {}}

    def add(self, provider, used=True, key=True, **settings):
        members = {"provider": provider, **settings}
        if key:
            members["apiKey"] = self.configuration.key("literal", provider, FILE)
        self.content["providers"][provider] = {"settings": members, "updatedAt": "2026-11-21T22:49:28.984Z", "tokenSource": "manual"}
        if used:
            self.content["lastUsedProvider"] = provider
        return self

    def top(self, **members):
        self.content.update(members)
        return self

    def variable(self, name):
        self.configuration.variable(name)
        return self

    def env(self, **variables):
        self.configuration.env.update(variables)
        return self

    def done(self):
        self.configuration.files[FILE] = json.dumps(self.content, indent=2)
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Providers
    yield Configuration("nothing at all")
    configuration = Configuration("a variable alone")
    configuration.variable("ZHIPU_API_KEY")
    yield configuration
    plan = "zai-coding-plan"
    for name in BUILT_IN:
        yield new(f"{name}").add(name, model="glm-4.7").done()
        yield new(f"{name} without a model").add(name).done()
        yield new(f"{name} without a key").add(name, key=False, model="glm-4.7").done()
        yield new(f"{name}, china").add(name, model="glm-4.7", apiLine="china").done()
    yield new("an unknown line").add(plan, model="glm-4.7", apiLine="coding").done()
    yield new("a variable").add(plan, key=False, model="glm-4.7").variable("ZHIPU_API_KEY").done()
    yield new("a key and a variable").add(plan, model="glm-4.7").variable("ZHIPU_API_KEY").done()
    yield new("another variable").add(plan, key=False, model="glm-4.7").variable("ZAI_API_KEY").done()
    for model in "glm-5.3", "glm-5", "GLM-4.7", "glm-4.7[1m]", "glm-9-unknown", "zai-coding-plan/glm-4.7", "":
        yield new(f"the model {model!r}").add(plan, model=model).done()
    for url in METERED[0], CHAT[2] + "/", CHAT[2] + "//", CHAT[2] + "/chat/completions", ANTHROPIC[0], "api.z.ai/api/coding/paas/v4", "", CHAT[2] + "?a=b":
        yield new(f"the plan, the address {url!r}").add(plan, model="glm-4.7", baseUrl=url).done()
        yield new(f"OpenAI compatible, the address {url!r}").add("openai-compatible", model="glm-5.3", baseUrl=url).done()
    yield new("OpenAI compatible").add("openai-compatible", model="glm-5.3", baseUrl=CHAT[0]).done()
    yield new("OpenAI compatible without an address").add("openai-compatible", model="glm-5.3").done()
    yield new("OpenAI compatible without a model").add("openai-compatible", baseUrl=CHAT[0]).done()
    yield new("OpenAI compatible without a key").add("openai-compatible", key=False, model="glm-5.3", baseUrl=CHAT[0]).done()
    yield new("OpenAI compatible, a variable").add("openai-compatible", key=False, model="glm-5.3", baseUrl=CHAT[0]).variable("OPENAI_API_KEY").done()
    yield new("the older name").add("openai", model="glm-5.3", baseUrl=CHAT[0]).done()
    yield new("two providers, the first used").add(plan, model="glm-4.7").add("zai", used=False, model="glm-5").done()
    yield new("two providers, the second used").add(plan, model="glm-4.7").add("zai", model="glm-5").done()
    yield new("none was used last").add(plan, used=False, model="glm-4.7").done()
    yield new("two, none was used last").add("zai", used=False, model="glm-5").add(plan, used=False, model="glm-4.7").done()
    yield new("the last one is not there").add(plan, used=False, model="glm-4.7").top(lastUsedProvider="zai").done()
    yield new("the last one is unknown").add(plan, used=False, model="glm-4.7").top(lastUsedProvider="glm").done()
    yield new("a mode's provider").add(plan, model="glm-4.7").add("zai", used=False, model="glm-5").top(modes={"act": {"provider": "zai", "model": "glm-5"}}).done()
    yield new("one's own name").add("glm", model="glm-5.3", baseUrl=CHAT[0]).done()
    yield new("another protocol").add(plan, model="glm-4.7", baseUrl=ANTHROPIC[0], protocol="anthropic").done()
    yield new("a name in the entry that differs").add(plan, model="glm-4.7").done()
    claude = lambda name, **more: new(name).add("anthropic", **{"model": "claude-sonnet-4-5-20250929", **more})
    yield claude("Anthropic").done()
    yield claude("Anthropic at Z.ai", baseUrl=ANTHROPIC[0]).done()
    yield claude("Anthropic at Z.ai, /v1", baseUrl=ANTHROPIC[0] + "/v1").done()
    yield claude("Anthropic at Z.ai, a model of Z.ai's", baseUrl=ANTHROPIC[0] + "/v1", model="glm-5.3").done()
    yield new("OpenRouter").add("openrouter", model="z-ai/glm-4.7").done()
    yield new("OpenAI itself").add("openai-native", model="gpt-5").done()
    layers = new("a key in the headers").add(plan, model="glm-4.7")
    layers.content["providers"][plan]["settings"]["headers"] = {"Authorization": f"Bearer {layers.configuration.key('literal', 'headers', FILE)}"}
    yield layers.done()
    yield new("an unknown member").add(plan, model="glm-4.7", providerConcurrency=1).done()
    yield new("another version").add(plan, model="glm-4.7").top(version=2).done()
    for name, variable, path in ("CLINE_DIR", "@HOME@/c", "c/data/settings/providers.json"), ("CLINE_DATA_DIR", "@HOME@/d", "d/settings/providers.json"), ("CLINE_PROVIDER_SETTINGS_PATH", "@HOME@/p.json", "p.json"):
        configuration = new(f"another place by {name}").add(plan, model="glm-4.7").done()
        configuration.env[name] = variable
        configuration.files = {path: configuration.files[FILE]}
        for key in configuration.keys.values():
            key.file = "~/" + path
        yield configuration
    for name, change in (("a comment", lambda text: "// mine\n" + text), ("a trailing comma", lambda text: text[:-1].rstrip() + ",\n}"), ("a BOM", lambda text: "\ufeff" + text)):
        configuration = new(f"text: {name}").add(plan, model="glm-4.7").done()
        configuration.files[FILE] = change(configuration.files[FILE])
        yield configuration
    # Settings of the older engine are taken over for providers that are not there.
    older = lambda name: cline_2.State(name)
    yield older("the older engine's Z.ai").both("zai", "glm-4.7").key("zai").done()
    yield older("the older engine's OpenAI compatible").both("openai", "glm-5.3").set(openAiBaseUrl=CHAT[0]).key("openai").done()
    yield older("the older engine's two modes").mode("plan", "zai", "glm-4.7").mode("act", "openai", "glm-5.3").set(openAiBaseUrl=CHAT[0]).key("zai").key("openai").done()
    configuration = older("both engines").both("openai", "glm-5.3").set(openAiBaseUrl=CHAT[2]).key("openai").done()
    layers = new("both engines")
    layers.configuration = configuration
    yield layers.add(plan, model="glm-4.7").done()
    configuration = older("both engines, the same provider").both("zai", "glm-4.6").key("zai").done()
    layers = new("both engines, the same provider")
    layers.configuration = configuration
    yield layers.add("zai", model="glm-4.7", apiLine="china").done()


def make(rng, configuration):
    layers = Providers(configuration.name)
    layers.configuration = configuration
    for name in rng.sample([*BUILT_IN, "openai-compatible", "openai-compatible", "anthropic", "zai", "zai-coding-plan"], rng.choice([1, 2, 2, 3])):
        settings = {}
        if chance(rng, 0.9):
            settings["model"] = rng.choice(MODELS)
        if chance(rng, 0.92 if name == "openai-compatible" else 0.3):
            settings["baseUrl"] = address(rng, ANTHROPIC if name == "anthropic" else CHAT, CHAT if name != "anthropic" else ANTHROPIC, METERED if name != "anthropic" else ANTHROPIC)
        if name in BUILT_IN and chance(rng, 0.25):
            settings["apiLine"] = rng.choice(["china", "international"])
        layers.add(name, used=chance(rng, 0.8), key=chance(rng, 0.85), **settings)
    if chance(rng, 0.25):
        layers.variable(rng.choice(["ZHIPU_API_KEY", "ZHIPU_API_KEY", "ZAI_API_KEY", "OPENAI_API_KEY"]))
    layers.done()
