"""goose: a provider's name from config.yaml or a variable; built-in providers, and the user's own as JSON files."""

import json

from ..configuration import Configuration
from ..generate import ANTHROPIC, CHAT, METERED, OTHERS, address, chance

TOOL = "goose"
ENV = {"GOOSE_DISABLE_KEYRING": "1"}
PATIENCE = 90
FOLDER = ".config/goose"
FILE, SECRETS = f"{FOLDER}/config.yaml", f"{FOLDER}/secrets.yaml"
BUILT_IN = {"zai": "ZHIPU_API_KEY", "zai_coding_plan": "ZAI_CODING_PLAN_API_KEY", "zhipu": "ZHIPU_API_KEY"}
OTHER = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "openrouter": "OPENROUTER_API_KEY"}
MODELS = ["glm-5.3", "glm-5.3-flash", "glm-5.2", "glm-4.7", "GLM-5.3", "glm-5.3[1m]", "glm-9-unknown"]


def command(tool, configuration, home):
    return [tool.program, "run", "--no-session", "-t", "hi"]


class Layers:
    """The files of one configuration while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name, lead="a")
        self.settings, self.providers, self.secrets, self.own = {}, {}, {}, {}

    def flat(self, provider, model=None, **members):
        """The older keys."""
        self.settings["GOOSE_PROVIDER"] = provider
        if model is not None:
            self.settings["GOOSE_MODEL"] = model
        self.settings.update(members)
        return self

    def active(self, provider, model=None, **members):
        """The newer ones."""
        self.settings["active_provider"] = provider
        entry = self.providers.setdefault(provider, {"enabled": True, "configured": True})
        entry.update({"model": model} if model is not None else {}, **members)
        return self

    def set(self, **members):
        self.settings.update(members)
        return self

    def custom(self, name, file=None, **members):
        """A provider of the user's own."""
        content = {"name": name, "engine": "openai", "display_name": name, "api_key_env": "ZAI_API_KEY", "base_url": CHAT[0], "models": [{"name": "glm-5.3", "context_limit": 128000}], "supports_streaming": True, **members}
        self.own[f"{FOLDER}/custom_providers/{file or name}.json"] = {key: value for key, value in content.items() if value is not None}
        return self

    def variable(self, name):
        self.configuration.variable(name)
        return self

    def env(self, **variables):
        self.configuration.env.update(variables)
        return self

    def secret(self, name):
        self.secrets[name] = self.configuration.key("literal", name, SECRETS)
        return self

    def in_config(self, name):
        self.settings[name] = self.configuration.key("literal", name, FILE)
        return self

    def done(self):
        lines = [f"{name}: {json.dumps(value)}" for name, value in self.settings.items()]
        if self.providers:
            lines.append("providers:")
            for name, entry in self.providers.items():
                lines += [f"  {name}:", *(f"    {key}: {json.dumps(value)}" for key, value in entry.items())]
        if lines:
            self.configuration.files[FILE] = "\n".join(lines) + "\n"
        if self.secrets:
            self.configuration.files[SECRETS] = "".join(f'{name}: "{value}"\n' for name, value in self.secrets.items())
        for path, content in self.own.items():
            self.configuration.files[path] = json.dumps(content, indent=2)
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Layers
    yield new("nothing at all").done()
    for name, variable in {**BUILT_IN, **OTHER}.items():
        yield new(f"{name}, flat").flat(name, "glm-5.3").variable(variable).done()
        yield new(f"{name}, active").active(name, "glm-5.3").variable(variable).done()
        yield new(f"{name} without a key").active(name, "glm-5.3").done()
        yield new(f"{name}, a key in the secrets").active(name, "glm-5.3").secret(variable).done()
        yield new(f"{name} without a model").active(name).variable(variable).done()
    plan = lambda name: new(name).active("zai", "glm-5.3")
    yield plan("a key in the settings").in_config("ZHIPU_API_KEY").done()
    yield plan("a key in the secrets and the variable").secret("ZHIPU_API_KEY").variable("ZHIPU_API_KEY").done()
    yield plan("another variable").variable("ZAI_API_KEY").done()
    yield plan("the plan's variable under zai").variable("ZAI_CODING_PLAN_API_KEY").done()
    yield plan("an empty variable").env(ZHIPU_API_KEY="").secret("ZHIPU_API_KEY").done()
    keyed = lambda name: plan(name).variable("ZHIPU_API_KEY")
    for url in METERED[0], CHAT[2], CHAT[2] + "/", CHAT[2] + "/chat/completions", "", "api.z.ai/api/coding/paas/v4":
        yield keyed(f"ZAI_BASE_URL in the settings: {url!r}").set(ZAI_BASE_URL=url).done()
        yield keyed(f"ZAI_BASE_URL as a variable: {url!r}").env(ZAI_BASE_URL=url).done()
    yield keyed("ZAI_BASE_URL in both").set(ZAI_BASE_URL=METERED[0]).env(ZAI_BASE_URL=CHAT[2]).done()
    yield new("ZHIPU_BASE_URL").active("zhipu", "glm-5.3").variable("ZHIPU_API_KEY").set(ZHIPU_BASE_URL=CHAT[1]).done()
    yield new("a wrong variable for the plan's provider").active("zai_coding_plan", "glm-5.3").variable("ZAI_CODING_PLAN_API_KEY").env(ZAI_BASE_URL=CHAT[2], ZAI_CODING_PLAN_BASE_URL=CHAT[2]).done()
    yield keyed("both forms of the provider").set(GOOSE_PROVIDER="zhipu", GOOSE_MODEL="glm-4.7").done()
    yield keyed("the provider by a variable").env(GOOSE_PROVIDER="zhipu").done()
    yield keyed("the model by a variable").env(GOOSE_MODEL="glm-4.7").done()
    yield keyed("both by variables").env(GOOSE_PROVIDER="zhipu", GOOSE_MODEL="glm-4.7").done()
    yield new("all by variables").variable("ZHIPU_API_KEY").env(GOOSE_PROVIDER="zai", GOOSE_MODEL="glm-4.7").done()
    yield new("flat, the model by a variable").flat("zai", "glm-5.3").variable("ZHIPU_API_KEY").env(GOOSE_MODEL="glm-4.7").done()
    yield new("not enabled").active("zai", "glm-5.3", enabled=False).variable("ZHIPU_API_KEY").done()
    yield new("not configured").active("zai", "glm-5.3", configured=False).variable("ZHIPU_API_KEY").done()
    layers = new("two providers, one active").active("zhipu", "glm-4.7").active("zai", "glm-5.3").variable("ZHIPU_API_KEY")
    yield layers.done()
    yield new("an unknown provider").active("glm", "glm-5.3").variable("ZHIPU_API_KEY").done()
    yield new("upper case").active("ZAI", "glm-5.3").variable("ZHIPU_API_KEY").done()
    for model in "glm-5", "GLM-5.3", "glm-5.3[1m]", "zai/glm-5.3", "":
        yield new(f"the model {model!r}").active("zai", model).variable("ZHIPU_API_KEY").done()
    yield keyed("planner and fast models").set(GOOSE_FAST_MODEL="glm-4.7", GOOSE_PLANNER_PROVIDER="zhipu", GOOSE_PLANNER_MODEL="glm-4.7").done()
    yield keyed("a lead model").env(GOOSE_LEAD_MODEL="glm-4.7").done()
    own = lambda name, **members: new(name).active("custom_glm", "glm-5.3").custom("custom_glm", **members).variable("ZAI_API_KEY")
    yield own("one's own").done()
    yield new("one's own without a key").active("custom_glm", "glm-5.3").custom("custom_glm").done()
    yield new("one's own, a key in the secrets").active("custom_glm", "glm-5.3").custom("custom_glm").secret("ZAI_API_KEY").done()
    yield own("one's own without a variable's name", api_key_env=None).done()
    yield own("one's own with an empty variable's name", api_key_env="").done()
    yield own("one's own that needs no key", api_key_env=None, requires_auth=False).done()
    yield own("one's own with a model that it lacks", models=[{"name": "glm-4.7", "context_limit": 128000}]).done()
    yield own("one's own without models", models=[]).done()
    for engine in "openai", "anthropic", "ollama", "openai_compatible", "zai":
        base = ANTHROPIC[0] if engine == "anthropic" else CHAT[0]
        yield own(f"the engine {engine}", engine=engine, base_url=base).done()
    for url in CHAT[0] + "/", CHAT[0] + "//", CHAT[0] + "/chat/completions", CHAT[0] + "/v1", ANTHROPIC[0], "https://llm.example", "https://llm.example/v1", "api.z.ai/api/coding/paas/v4", "", "${MY_URL}", CHAT[0] + "?a=b", "https://API.z.ai:443/api/coding/paas/v4":
        yield own(f"one's own, the address {url!r}", base_url=url).env(MY_URL=CHAT[2]).done()
    for url in ANTHROPIC[0] + "/", ANTHROPIC[0] + "/v1", ANTHROPIC[0] + "/v1/", ANTHROPIC[0] + "/v1/messages", CHAT[0]:
        yield own(f"the engine anthropic, the address {url!r}", engine="anthropic", base_url=url).done()
    yield own("a path of its own", base_path="v9/chat").done()
    layers = own("a key in the headers")
    yield layers.custom("custom_glm", headers={"Authorization": f"Bearer {layers.configuration.key('literal', 'headers', f'{FOLDER}/custom_providers/custom_glm.json')}"}).done()
    yield own("a file of another name").custom("custom_glm", file="z").done()
    layers = new("a name that is built in").active("zai", "glm-5.3").variable("ZHIPU_API_KEY").variable("ZAI_API_KEY")
    yield layers.custom("zai", base_url=CHAT[2]).done()
    yield new("one's own under another name").active("glm", "glm-5.3").custom("glm").variable("ZAI_API_KEY").done()
    yield new("OpenAI's host").active("openai", "glm-5.3").variable("OPENAI_API_KEY").env(OPENAI_HOST="https://api.z.ai", OPENAI_BASE_PATH="api/coding/paas/v4/chat/completions").done()
    yield new("OpenAI's host alone").active("openai", "glm-5.3").variable("OPENAI_API_KEY").env(OPENAI_HOST="https://api.z.ai/api/coding/paas/v4").done()
    yield new("OpenAI's base URL").active("openai", "glm-5.3").variable("OPENAI_API_KEY").env(OPENAI_BASE_URL=CHAT[0]).done()
    yield new("Anthropic's host").active("anthropic", "glm-5.3").variable("ANTHROPIC_API_KEY").env(ANTHROPIC_HOST=ANTHROPIC[0]).done()
    yield new("Anthropic's host in the settings").active("anthropic", "glm-5.3").variable("ANTHROPIC_API_KEY").set(ANTHROPIC_HOST=ANTHROPIC[0]).done()
    yield new("OpenAI's host in the settings").active("openai", "glm-5.3").variable("OPENAI_API_KEY").set(OPENAI_HOST="https://api.z.ai", OPENAI_BASE_PATH="api/coding/paas/v4/chat/completions").done()
    layers = keyed("another folder").done()
    layers.files = {path.replace(FOLDER, "g/config"): text for path, text in layers.files.items()}
    layers.env["GOOSE_PATH_ROOT"] = "@HOME@/g"
    yield layers
    layers = keyed("another folder of settings").done()
    layers.files = {path.replace(".config", "c"): text for path, text in layers.files.items()}
    layers.env["XDG_CONFIG_HOME"] = "@HOME@/c"
    yield layers
    for name, change in (("broken", lambda text: "a: [\n" + text), ("a BOM", lambda text: "\ufeff" + text), ("twice", lambda text: text + "active_provider: zhipu\n"), ("empty", lambda text: "")):
        configuration = keyed(f"text: {name}").done()
        configuration.files[FILE] = change(configuration.files[FILE])
        yield configuration
    configuration = own("text: a comment in one's own").done()
    path = f"{FOLDER}/custom_providers/custom_glm.json"
    configuration.files[path] = "// mine\n" + configuration.files[path]
    yield configuration
    layers = plan("a key that is a number")
    layers.configuration.lead = "0"
    yield layers.variable("ZHIPU_API_KEY").done()
    layers = plan("a key that is a number, in the secrets")
    layers.configuration.lead = "0"
    yield layers.secret("ZHIPU_API_KEY").done()


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    configuration.lead = "a"
    names = rng.sample([*BUILT_IN, *BUILT_IN, "custom_glm", "custom_glm", "custom_z.ai", "my_glm", "anthropic", "openai"], 2)
    variables = {}
    for name in names:
        if name in BUILT_IN or name in OTHER:
            variables[name] = {**BUILT_IN, **OTHER}[name]
            continue
        engine = rng.choice(["openai"] * 5 + ["anthropic"] * 3)
        variables[name] = rng.choice(["ZAI_API_KEY", "MY_KEY", "ZHIPU_API_KEY"])
        models = [{"name": model, "context_limit": 128000} for model in rng.sample(MODELS, 2)]
        layers.custom(name, engine=engine, api_key_env=variables[name], base_url=address(rng, ANTHROPIC if engine == "anthropic" else CHAT, CHAT, METERED, OTHERS[:2]), models=models)
    for name in names[1:] + names[:1]:
        if chance(rng, 0.85):
            layers.active(name, rng.choice(MODELS) if chance(rng, 0.92) else None)
    if chance(rng, 0.3):
        layers.flat(rng.choice(names), rng.choice(MODELS))
    if chance(rng, 0.15):
        layers.env(GOOSE_PROVIDER=rng.choice(names))
    if chance(rng, 0.15):
        layers.env(GOOSE_MODEL=rng.choice(MODELS))
    for name in names:
        how = rng.random()
        if how < 0.55:
            layers.variable(variables[name])
        elif how < 0.8:
            layers.secret(variables[name])
        elif how < 0.88:
            layers.in_config(variables[name])
    for name, lists in ("ZAI_BASE_URL", [CHAT, METERED]), ("ZHIPU_BASE_URL", [CHAT, METERED]), ("ANTHROPIC_HOST", [ANTHROPIC]):
        if chance(rng, 0.25):
            url = address(rng, *lists)
            layers.env(**{name: url}) if chance(rng, 0.5) else layers.set(**{name: url})
    layers.done()
