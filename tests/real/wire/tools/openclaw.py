"""openclaw: providers with an address, a protocol and models of their own, and a model for each agent.

Plugins are off: the one with Z.ai's built-in provider is a package of its own that can't be fetched here.
"""

import json

from ..configuration import Configuration, pretty
from ..generate import ANTHROPIC, CHAT, METERED, RESPONSES, address, chance

TOOL = "openclaw"
ENV = {"OPENCLAW_NO_AUTO_UPDATE": "1"}
PATIENCE = 240
FILE, DOTENV = ".openclaw/openclaw.json", ".openclaw/.env"
PROFILES = ".openclaw/agents/main/agent/auth-profiles.json"
PROTOCOLS = {"openai-completions": CHAT, "anthropic-messages": ANTHROPIC, "openai-responses": RESPONSES}
MODELS = ["glm-5.3", "glm-5.3-flash", "glm-5.2", "glm-4.7", "GLM-5.3", "glm-5.3[1m]", "glm-9-unknown"]


def command(tool, configuration, home):
    return [tool.program, "agent", "--local", "--agent", "main", "--message", "hi", "--json"]


class Layers:
    """The file while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name)
        self.content = {"plugins": {"enabled": False}, "models": {"providers": {}}, "agents": {"defaults": {}}}
        self.dotenv = {}

    def provider(self, name, /, **members):
        entry = {"baseUrl": CHAT[0], "api": "openai-completions", "models": [{"id": "glm-5.3", "name": "GLM"}], **members}
        self.content["models"]["providers"][name] = {key: value for key, value in entry.items() if value is not None}
        return self

    def model(self, value, **defaults):
        self.content["agents"]["defaults"].update(model=value, **defaults)
        return self

    def agent(self, name, **members):
        self.content["agents"].setdefault("entries", {})[name] = members
        return self

    def set(self, **members):
        self.content.update(members)
        return self

    def literal(self, name):
        self.content["models"]["providers"][name]["apiKey"] = self.configuration.key("literal", name, FILE)
        return self

    def variable(self, name):
        self.configuration.variable(name)
        return self

    def env(self, **variables):
        self.configuration.env.update(variables)
        return self

    def in_dotenv(self, name):
        self.dotenv[name] = self.configuration.key("literal", name, DOTENV)
        return self

    def done(self):
        self.configuration.files[FILE] = pretty(self.content)
        if self.dotenv:
            self.configuration.files[DOTENV] = "".join(f"{name}={value}\n" for name, value in self.dotenv.items())
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Layers
    zai = lambda name, **more: new(name).provider("zai", **more).model("zai/glm-5.3")
    yield new("nothing chosen").done()
    yield new("nothing chosen, the variable").variable("ZAI_API_KEY").done()
    yield new("a model without an entry, the variable").variable("ZAI_API_KEY").model("zai/glm-5.3").done()
    yield zai("a key").literal("zai").done()
    yield zai("a reference", apiKey="${ZAI_API_KEY}").variable("ZAI_API_KEY").done()
    yield zai("a reference to nothing", apiKey="${ZAI_API_KEY}").done()
    yield zai("a name", apiKey="ZAI_API_KEY").variable("ZAI_API_KEY").done()
    layers = zai("a short reference", apiKey="$ZAI_API_KEY").variable("ZAI_API_KEY")
    layers.configuration.known("$ZAI_API_KEY", "unexpanded", "ZAI_API_KEY", FILE)
    yield layers.done()
    yield zai("a structured reference", apiKey={"source": "env", "provider": "default", "id": "ZAI_API_KEY"}).variable("ZAI_API_KEY").done()
    yield zai("a variable alone").variable("ZAI_API_KEY").done()
    yield zai("its other name").variable("Z_AI_API_KEY").done()
    yield zai("a key and the variable").literal("zai").variable("ZAI_API_KEY").done()
    yield zai("no key").done()
    yield zai("a variable in .env").in_dotenv("ZAI_API_KEY").done()
    yield zai("a reference, and .env", apiKey="${ZAI_API_KEY}").in_dotenv("ZAI_API_KEY").done()
    yield zai("a reference, .env and the shell", apiKey="${ZAI_API_KEY}").in_dotenv("ZAI_API_KEY").variable("ZAI_API_KEY").done()
    layers = zai("variables in the file", apiKey="${ZAI_API_KEY}")
    yield layers.set(env={"vars": {"ZAI_API_KEY": layers.configuration.key("literal", "ZAI_API_KEY", FILE)}}).done()
    layers = zai("variables in the file, the older form")
    yield layers.set(env={"ZAI_API_KEY": layers.configuration.key("literal", "ZAI_API_KEY", FILE)}).done()
    layers = zai("a profile of the older kind")
    layers.configuration.files[PROFILES] = pretty({"version": 1, "profiles": {"zai:default": {"type": "api_key", "provider": "zai", "key": layers.configuration.key("literal", "zai", PROFILES)}}})
    yield layers.done()
    layers = zai("a key in the headers")
    layers.content["models"]["providers"]["zai"]["headers"] = {"x-api-key": layers.configuration.key("literal", "headers", FILE)}
    yield layers.literal("zai").done()
    for url in CHAT[0] + "/", CHAT[0] + "//", CHAT[0] + "/chat/completions", METERED[1], CHAT[2], ANTHROPIC[0], "api.z.ai/api/coding/paas/v4", "", "${MY_URL}", CHAT[0] + "?a=b", "https://API.z.ai:443/api/coding/paas/v4":
        yield zai(f"the address {url!r}", baseUrl=url).literal("zai").env(MY_URL=CHAT[1]).done()
    yield zai("no address", baseUrl=None).literal("zai").done()
    yield zai("a private address that is allowed", baseUrl=CHAT[2], request={"allowPrivateNetwork": True}).literal("zai").done()
    own = lambda name, **more: new(name).provider("glm", **more).model("glm/glm-5.3").literal("glm")
    yield own("one's own name").done()
    yield own("one's own name without a protocol", api=None).done()
    yield own("one's own name, an unknown protocol", api="openai-chat").done()
    for api, bases in PROTOCOLS.items():
        for tail in "", "/v1", "/":
            yield own(f"{api}, {tail or 'no tail'}", api=api, baseUrl=bases[0] + tail).done()
    yield own("a model with an address of its own", models=[{"id": "glm-5.3", "name": "GLM", "baseUrl": CHAT[1]}]).done()
    yield own("a model with a protocol of its own", models=[{"id": "glm-5.3", "name": "GLM", "api": "anthropic-messages"}]).done()
    yield own("a model that the entry lacks", models=[{"id": "glm-4.7", "name": "GLM"}]).done()
    yield own("no models", models=[]).done()
    yield own("no primary model", models=[{"id": "glm-4.7", "name": "GLM"}]).model({"fallbacks": ["glm/glm-4.7"]}).done()
    for value in {"primary": "glm/glm-5.3"}, {"primary": "other/glm-5.3", "fallbacks": ["glm/glm-5.3"]}, "glm-5.3", "GLM/glm-5.3", "glm/GLM-5.3", "glm/glm-5.3[1m]", "":
        yield own(f"the model {json.dumps(value)}").model(value).done()
    yield own("the agent's model").provider("zai", baseUrl=CHAT[1]).literal("zai").agent("main", model="zai/glm-5.3").done()
    yield own("another agent's model").provider("zai", baseUrl=CHAT[1]).literal("zai").agent("main").agent("other", model="zai/glm-5.3").done()
    layers = own("the agent's model in the older list").provider("zai", baseUrl=CHAT[1]).literal("zai")
    layers.content["agents"]["list"] = [{"id": "main", "default": True, "model": "zai/glm-5.3"}]
    yield layers.done()
    yield own("an alias").model("plan", models={"glm/glm-5.3": {"alias": "plan"}}).done()
    yield new("Anthropic's name").provider("anthropic", api="anthropic-messages", baseUrl=ANTHROPIC[0]).model("anthropic/glm-5.3").variable("ANTHROPIC_API_KEY").done()
    yield own("replaced").set(models={"mode": "replace", "providers": {"glm": {"baseUrl": CHAT[0], "api": "openai-completions", "apiKey": "${ZAI_API_KEY}", "models": [{"id": "glm-5.3", "name": "GLM"}]}}}).variable("ZAI_API_KEY").done()
    yield own("an unknown key").set(providerConcurrency=1).done()
    layers = own("another file").env(OPENCLAW_CONFIG_PATH="@HOME@/claw.json").done()
    layers.files = {"claw.json": layers.files[FILE]}
    for key in layers.keys.values():
        key.file = "~/claw.json"
    yield layers
    for name, change in (("a comment", lambda text: "// mine\n" + text), ("a trailing comma", lambda text: text.rstrip()[:-1].rstrip() + ",\n}"), ("a BOM", lambda text: "\ufeff" + text), ("cut off", lambda text: text.rstrip()[:-1])):
        configuration = own(f"text: {name}").done()
        configuration.files[FILE] = change(configuration.files[FILE])
        yield configuration


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    names = rng.sample(["zai", "zai", "glm", "glm-plan", "my-zai"], 2)
    models = {}
    for name in dict.fromkeys(names):
        api = rng.choice(["openai-completions"] * 5 + ["anthropic-messages"] * 2 + ["openai-responses"])
        models[name] = rng.sample(MODELS, 2)
        layers.provider(name, api=api, baseUrl=address(rng, PROTOCOLS[api], PROTOCOLS[api], CHAT, METERED), models=[{"id": model, "name": "GLM"} for model in models[name]])
        how = rng.random()
        entry = layers.content["models"]["providers"][name]
        if how < 0.4:
            layers.literal(name)
        elif how < 0.8:
            variable = rng.choice(["ZAI_API_KEY", "MY_KEY"])
            entry["apiKey"] = f"${{{variable}}}" if chance(rng, 0.7) else {"source": "env", "provider": "default", "id": variable}
    name = rng.choice(list(models))
    reference = f"{name}/{rng.choice(models[name] * 4 + MODELS)}"
    if chance(rng, 0.93):
        layers.model(reference if chance(rng, 0.5) else {"primary": reference})
    if chance(rng, 0.2):
        other = rng.choice(list(models))
        layers.agent("main", model=f"{other}/{rng.choice(models[other])}")
    for variable, likelihood in ("ZAI_API_KEY", 0.85), ("MY_KEY", 0.75):
        if chance(rng, likelihood):
            layers.in_dotenv(variable) if chance(rng, 0.2) else layers.variable(variable)
    layers.done()
