"""Aider: `.aider.conf.yml` of home, repository and folder, `.env` files, variables; LiteLLM makes the address from the model's prefix."""

import json

from ..configuration import Configuration
from ..generate import ANTHROPIC, CHAT, METERED, OTHERS, address, chance

TOOL = "aider"
ENV = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
PATIENCE = 120
HOME_FILE, PROJECT_FILE, DOTENV, PROJECT_DOTENV = ".aider.conf.yml", "project/.aider.conf.yml", ".env", "project/.env"
MODELS = ["openai/glm-5.3", "openai/glm-5.3", "openai/glm-4.7", "glm-5.3", "zai/glm-4.7", "zai/glm-5.3", "openai/glm-5.3[1m]", "openai/GLM-5.3", "anthropic/glm-5.3", "openrouter/z-ai/glm-4.7"]


def command(tool, configuration, home):
    return [tool.program, "--message", "hi", "--no-git", "--no-pretty", "--yes-always", "--analytics-disable", "--no-check-update", "--no-show-model-warnings", "--no-show-release-notes", "--map-tokens", "0"]


class Layers:
    """The files of one configuration while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name)
        self.files, self.dotenvs = {}, {}

    def set(self, file=HOME_FILE, **members):
        self.files.setdefault(file, {}).update({name.replace("_", "-"): value for name, value in members.items()})
        return self

    def spelled(self, name, value, file=HOME_FILE):
        """A member under exactly this name."""
        self.files.setdefault(file, {})[name] = value
        return self

    def literal(self, name="openai-api-key", file=HOME_FILE):
        return self.spelled(name, self.configuration.key("literal", name, file), file)

    def listed(self, provider, file=HOME_FILE):
        """`api-key: [provider=key]`"""
        entries = self.files.setdefault(file, {}).setdefault("api-key", [])
        entries.append(f"{provider}={self.configuration.key('literal', 'api-key', file)}")
        return self

    def variable(self, name="OPENAI_API_KEY"):
        self.configuration.variable(name)
        return self

    def env(self, **variables):
        self.configuration.env.update(variables)
        return self

    def in_dotenv(self, name, file=DOTENV, value=None):
        self.dotenvs.setdefault(file, {})[name] = value or self.configuration.key("literal", name, file)
        return self

    def done(self):
        for file, members in self.files.items():
            self.configuration.files[file] = "".join(f"{name}: {json.dumps(value)}\n" for name, value in members.items())
        for file, variables in self.dotenvs.items():
            self.configuration.files[file] = "".join(f"{name}={value}\n" for name, value in variables.items())
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Layers
    plan = lambda name, model="openai/glm-5.3": new(name).set(model=model, openai_api_base=CHAT[0])
    yield new("nothing at all").done()
    yield new("a variable alone").variable().done()
    yield new("Z.ai's variable alone").variable("ZAI_API_KEY").done()
    yield plan("the plan").variable().done()
    yield plan("the plan without a key").done()
    yield plan("the plan, Z.ai's variable").variable("ZAI_API_KEY").done()
    yield plan("a key in the settings").literal().done()
    yield plan("a key in the settings and the variable").literal().variable().done()
    yield plan("a listed key").listed("openai").done()
    yield plan("a listed key and the variable").listed("openai").variable().done()
    yield plan("two keys in the settings").listed("openai").literal().done()
    layers = plan("a reference")
    layers.configuration.known("${ZAI_API_KEY}", "unexpanded", "ZAI_API_KEY", HOME_FILE)
    yield layers.set(openai_api_key="${ZAI_API_KEY}").variable("ZAI_API_KEY").done()
    yield plan("a key in .env").in_dotenv("OPENAI_API_KEY").done()
    yield plan("a key in the project's .env").in_dotenv("OPENAI_API_KEY", PROJECT_DOTENV).done()
    yield plan("keys in both .env files").in_dotenv("OPENAI_API_KEY").in_dotenv("OPENAI_API_KEY", PROJECT_DOTENV).done()
    yield plan("keys in .env and the shell").in_dotenv("OPENAI_API_KEY").variable().done()
    yield plan("keys in .env and the settings").in_dotenv("OPENAI_API_KEY").literal().done()
    yield plan("a variable of Aider's").env(AIDER_OPENAI_API_KEY="x").variable("AIDER_OPENAI_API_KEY").done()
    layers = plan("a key by set-env")
    yield layers.set(set_env=[f"OPENAI_API_KEY={layers.configuration.key('literal', 'set-env', HOME_FILE)}"]).done()
    keyed = lambda name, model="openai/glm-5.3": new(name).set(model=model).variable()
    for url in CHAT[0] + "/", CHAT[0] + "//", CHAT[0] + "/chat/completions", METERED[0], ANTHROPIC[0], "api.z.ai/api/coding/paas/v4", "", CHAT[0] + "?a=b", "https://API.z.ai:443/api/coding/paas/v4", f" {CHAT[0]} ":
        yield keyed(f"the address {url!r}").set(openai_api_base=url).done()
    yield keyed("no address").done()
    yield keyed("the address under another spelling").spelled("openai_api_base", CHAT[0]).done()
    yield keyed("the address as a variable").env(OPENAI_API_BASE=CHAT[0]).done()
    yield keyed("the address as another variable").env(OPENAI_BASE_URL=CHAT[0]).done()
    yield keyed("the address as a variable and in the settings").env(OPENAI_API_BASE=CHAT[2]).set(openai_api_base=CHAT[0]).done()
    yield keyed("the address as Aider's variable").env(AIDER_OPENAI_API_BASE=CHAT[0]).done()
    yield keyed("the address in .env").in_dotenv("OPENAI_API_BASE", value=CHAT[0]).done()
    yield keyed("the address by set-env").set(set_env=[f"OPENAI_API_BASE={CHAT[0]}"]).done()
    yield keyed("the address by set-env and a variable").set(set_env=[f"OPENAI_API_BASE={CHAT[0]}"]).env(OPENAI_API_BASE=CHAT[2]).done()
    for model in "glm-5.3", "zai/glm-4.7", "zai/glm-5.3", "openai/glm-5.3[1m]", "openai/GLM-5.3", "OPENAI/glm-5.3", "openai/zai/glm-5.3", "custom/glm-5.3", "gpt-5", "sonnet", "deepseek/deepseek-chat":
        yield plan(f"the model {model}", model).variable().variable("ZAI_API_KEY").variable("ANTHROPIC_API_KEY").variable("DEEPSEEK_API_KEY").done()
    for model in "zai/glm-4.7", "zai/glm-5.3":
        yield new(f"{model} without a key").set(model=model).done()
        yield new(f"{model}, an address").set(model=model, set_env=[f"ZAI_API_BASE={CHAT[0]}"]).variable("ZAI_API_KEY").done()
        yield new(f"{model}, an address as a variable").set(model=model).env(ZAI_API_BASE=CHAT[2]).variable("ZAI_API_KEY").done()
        yield new(f"{model}, a listed key").set(model=model).listed("zai").done()
    yield new("Anthropic's prefix").set(model="anthropic/glm-5.3").env(ANTHROPIC_API_BASE=ANTHROPIC[0]).variable("ANTHROPIC_API_KEY").done()
    yield new("Anthropic's prefix, the other variable").set(model="anthropic/glm-5.3").env(ANTHROPIC_BASE_URL=ANTHROPIC[0]).variable("ANTHROPIC_API_KEY").done()
    yield new("Anthropic's prefix, /v1").set(model="anthropic/glm-5.3").env(ANTHROPIC_API_BASE=ANTHROPIC[0] + "/v1").variable("ANTHROPIC_API_KEY").done()
    yield new("Anthropic's prefix, /v1/messages").set(model="anthropic/glm-5.3").env(ANTHROPIC_API_BASE=ANTHROPIC[0] + "/v1/messages").variable("ANTHROPIC_API_KEY").done()
    yield new("Anthropic's prefix, no address").set(model="anthropic/glm-5.3").variable("ANTHROPIC_API_KEY").done()
    yield new("OpenRouter's prefix").set(model="openrouter/z-ai/glm-4.7").variable("OPENROUTER_API_KEY").done()
    yield plan("an alias", "glm").set(alias=["glm:openai/glm-5.3"]).variable().done()
    yield plan("other models").set(weak_model="openai/glm-5.3-flash", editor_model="openai/glm-4.7").variable().done()
    yield plan("architect").set(architect=True, editor_model="openai/glm-4.7").variable().done()
    yield plan("the model as a variable").env(AIDER_MODEL="openai/glm-4.7").variable().done()
    layers = new("the model as a variable alone").env(AIDER_MODEL="openai/glm-4.7").set(openai_api_base=CHAT[0]).variable()
    yield layers.done()
    yield plan("the project's model").set(PROJECT_FILE, model="openai/glm-4.7").variable().done()
    yield plan("the project's address").set(PROJECT_FILE, openai_api_base=CHAT[2]).variable().done()
    yield plan("the project's key").literal().literal(file=PROJECT_FILE).done()
    configuration = plan("the project's model, from a folder below").set(PROJECT_FILE, model="openai/glm-4.7").variable().done()
    configuration.cwd, configuration.repositories = "project/below", ["project"]
    yield configuration
    configuration = plan("the project's model, from a folder below, no repository").set(PROJECT_FILE, model="openai/glm-4.7").variable().done()
    configuration.cwd = "project/below"
    yield configuration
    layers = plan("settings of the model").variable().done()
    layers.files[".aider.model.settings.yml"] = f"- name: openai/glm-5.3\n  extra_params:\n    api_base: {METERED[0]}\n"
    yield layers
    layers = plan("settings of every model").variable().done()
    layers.files[".aider.model.settings.yml"] = f"- name: aider/extra_params\n  extra_params:\n    api_base: {METERED[0]}\n"
    yield layers
    layers = plan("a model's settings with headers").variable().done()
    layers.files[".aider.model.settings.yml"] = f"- name: openai/glm-5.3\n  extra_params:\n    api_key: \"{layers.key('literal', 'api_key', '.aider.model.settings.yml')}\"\n"
    yield layers
    for name, change in (("broken", lambda text: "a: [\n" + text), ("a BOM", lambda text: "\ufeff" + text), ("an unknown key", lambda text: text + "providerConcurrency: 1\n"), ("empty", lambda text: "")):
        configuration = plan(f"text: {name}").variable().done()
        configuration.files[HOME_FILE] = change(configuration.files[HOME_FILE])
        yield configuration


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    for file, likelihood in (HOME_FILE, 0.9), (PROJECT_FILE, 0.35):
        if not chance(rng, likelihood):
            continue
        if chance(rng, 0.85):
            layers.set(file, model=rng.choice(MODELS))
        if chance(rng, 0.6):
            layers.set(file, openai_api_base=address(rng, CHAT, CHAT, METERED, ANTHROPIC, OTHERS[:3]))
        how = rng.random()
        if how < 0.2:
            layers.literal(file=file)
        elif how < 0.35:
            layers.listed(rng.choice(["openai", "openai", "zai", "anthropic"]), file)
        if chance(rng, 0.15):
            name, value = rng.choice([("OPENAI_API_BASE", CHAT), ("ZAI_API_BASE", CHAT), ("ANTHROPIC_API_BASE", ANTHROPIC)])
            layers.set(file, set_env=[f"{name}={address(rng, value)}"])
    for name, likelihood in ("OPENAI_API_KEY", 0.6), ("ZAI_API_KEY", 0.5), ("ANTHROPIC_API_KEY", 0.2), ("OPENROUTER_API_KEY", 0.3):
        if chance(rng, likelihood):
            layers.in_dotenv(name, rng.choice([DOTENV, PROJECT_DOTENV])) if chance(rng, 0.25) else layers.variable(name)
    for name, value in ("OPENAI_API_BASE", CHAT), ("OPENAI_BASE_URL", CHAT), ("ZAI_API_BASE", CHAT), ("AIDER_MODEL", MODELS):
        if chance(rng, 0.12):
            layers.env(**{name: rng.choice(value)})
    layers.done()
