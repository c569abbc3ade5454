"""Factory Droid: models of one's own in settings.json (or the older config.json), of which `sessionDefaultSettings.model` chooses one."""

from ..configuration import Configuration, pretty
from ..generate import ANTHROPIC, CHAT, METERED, OTHERS, RESPONSES, address, chance

TOOL = "droid"
ENV = {"FACTORY_DROID_AUTO_UPDATE_ENABLED": "false"}
PATIENCE = 90
FILE, LEGACY, PROJECT = ".factory/settings.json", ".factory/config.json", "project/.factory/settings.json"
MODELS = ["glm-5.3", "glm-5.3-flash", "glm-4.7", "GLM-5.3", "glm-5.3[1m]", "glm-9-unknown"]
PROVIDERS = {"generic-chat-completion-api": CHAT, "anthropic": ANTHROPIC, "openai": RESPONSES}


def command(tool, configuration, home):
    return [tool.program, "exec", "hi"]


class Layers:
    """The files of one configuration while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name)
        self.files, self.legacy = {}, []

    def model(self, file=FILE, name="GLM", model="glm-5.3", base=CHAT[0], provider="generic-chat-completion-api", key="${ZAI_API_KEY}", **more):
        entry = {"model": model, "displayName": name, "baseUrl": base, "apiKey": key, "provider": provider, "maxOutputTokens": 131072, **more}
        self.files.setdefault(file, {}).setdefault("customModels", []).append({name: value for name, value in entry.items() if value is not None})
        return self

    def older(self, name="GLM", model="glm-4.7", base=CHAT[1], provider="generic-chat-completion-api"):
        entry = {"model_display_name": name, "model": model, "base_url": base, "api_key": self.configuration.key("literal", "api_key", LEGACY), "provider": provider}
        self.legacy.append(entry)
        return self

    def literal(self, file=FILE):
        """The last model's key as text."""
        self.files[file]["customModels"][-1]["apiKey"] = self.configuration.key("literal", "apiKey", file)
        return self

    def choose(self, model, file=FILE):
        self.files.setdefault(file, {}).setdefault("sessionDefaultSettings", {})["model"] = model
        return self

    def set(self, file=FILE, **members):
        self.files.setdefault(file, {}).update(members)
        return self

    def variable(self, name="ZAI_API_KEY"):
        self.configuration.variable(name)
        return self

    def done(self):
        for file, members in self.files.items():
            self.configuration.files[file] = pretty(members)
        if self.legacy:
            self.configuration.files[LEGACY] = pretty({"custom_models": self.legacy})
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Layers
    yield Configuration("nothing at all")
    yield new("none chosen").model().variable().done()
    plan = lambda name, **more: new(name).model(**more).choose("custom:GLM-0").variable()
    yield plan("the plan").done()
    yield plan("a key as text").literal().done()
    yield new("a reference to nothing").model().choose("custom:GLM-0").done()
    yield plan("no key", key=None).done()
    yield plan("an empty key", key="").done()
    for text in "$ZAI_API_KEY", "{env:ZAI_API_KEY}", "${ZAI_API_KEY:-x}":
        layers = plan(f"the reference {text}", key=text)
        layers.configuration.known(text, "unexpanded", "ZAI_API_KEY", FILE)
        yield layers.done()
    for provider, bases in PROVIDERS.items():
        for tail in "", "/", "//", "/v1", "/v1/", "/chat/completions", "/v1/messages", "/responses":
            yield plan(f"{provider}, {bases[2]}{tail}", provider=provider, base=bases[2] + tail).done()
    yield plan("Anthropic's protocol at the other address", provider="anthropic").done()
    yield plan("chat at Anthropic's address", base=ANTHROPIC[0]).done()
    for provider in "zai", "openai-compatible", None:
        yield plan(f"the provider {provider}", provider=provider).done()
    for base in "api.z.ai/api/coding/paas/v4", "", None, "${MY_URL}", CHAT[0] + "?a=b", f" {CHAT[0]} ", "https://API.z.ai:443/api/coding/paas/v4":
        layers = plan(f"the address {base!r}", base=base)
        layers.configuration.env["MY_URL"] = CHAT[2]
        yield layers.done()
    for model in "GLM-5.3", "glm-5.3[1m]", "zai/glm-5.3", "":
        yield plan(f"the model {model!r}", model=model).done()
    two = lambda name: new(name).model(name="GLM", model="glm-4.7").model(name="GLM", model="glm-5.3", base=CHAT[1]).variable()
    for choice in "custom:GLM-0", "custom:GLM-1", "custom:GLM", "custom:glm-5.3", "glm-5.3", "custom:none", "custom:GLM-7", "glm-5.2", "":
        yield two(f"two models, {choice!r} chosen").choose(choice).done()
    yield new("a name with spaces").model(name="GLM 5.3 [plan]").choose("custom:GLM-5.3-[plan]-0").variable().done()
    yield new("no name").model(name=None).choose("custom:glm-5.3-0").variable().done()
    yield new("an id of its own").model(id="custom:mine").choose("custom:mine").variable().done()
    yield new("chosen at the top level").model().set(model="custom:GLM-0").variable().done()
    yield new("the older file").older().choose("custom:GLM-0").done()
    yield new("the older file alone").older().done()
    yield new("both files").model().older().choose("custom:GLM-0").variable().done()
    yield new("both files, the second chosen").model().older().choose("custom:GLM-1").variable().done()
    yield new("both files, other names").model().older(name="Old").choose("custom:Old-1").variable().done()
    yield plan("the project's model").model(PROJECT, name="P", model="glm-4.7", base=CHAT[1]).choose("custom:P-0", PROJECT).done()
    yield plan("the project's choice").model(name="B", model="glm-4.7").choose("custom:B-1", PROJECT).done()
    yield plan("the local choice").model(name="B", model="glm-4.7").choose("custom:B-1", ".factory/settings.local.json").done()
    layers = plan("a key in the headers", extraHeaders={"x-mine": "a"})
    layers.files[FILE]["customModels"][0]["extraHeaders"]["Authorization"] = f"Bearer {layers.configuration.key('literal', 'extraHeaders', FILE)}"
    yield layers.done()
    yield plan("a Factory key beside it").variable("FACTORY_API_KEY").done()
    configuration = Configuration("a Factory key alone")
    configuration.variable("FACTORY_API_KEY")
    yield configuration
    for name, change in (("a comment", lambda text: "// mine\n" + text), ("a trailing comma", lambda text: text.rstrip()[:-1].rstrip() + ",\n}"), ("a BOM", lambda text: "\ufeff" + text), ("cut off", lambda text: text.rstrip()[:-1])):
        configuration = plan(f"text: {name}").done()
        configuration.files[FILE] = change(configuration.files[FILE])
        yield configuration


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    names = []
    for _ in range(rng.choice([1, 1, 2, 3])):
        provider = rng.choice(["generic-chat-completion-api"] * 5 + ["anthropic"] * 3 + ["openai"])
        names.append(rng.choice(["GLM", "GLM", "Plan", "z.ai"]))
        variable = rng.choice(["ZAI_API_KEY", "MY_KEY"])
        layers.model(name=names[-1], model=rng.choice(MODELS), base=address(rng, PROVIDERS[provider], PROVIDERS[provider], CHAT, METERED, OTHERS[:3]), provider=provider, key=f"${{{variable}}}")
        if chance(rng, 0.35):
            layers.literal()
    if chance(rng, 0.25):
        names.append("Old")
        layers.older("Old", rng.choice(MODELS), address(rng, CHAT, METERED))
    if chance(rng, 0.9):
        index = rng.randrange(len(names))
        layers.choose(f"custom:{names[index]}-{index}")
    for variable, likelihood in ("ZAI_API_KEY", 0.85), ("MY_KEY", 0.8):
        if chance(rng, likelihood):
            layers.variable(variable)
    layers.done()
