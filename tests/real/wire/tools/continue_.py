"""Continue's CLI: the first model of config.yaml that may chat."""

import json

from ..configuration import Configuration
from ..generate import ANTHROPIC, CHAT, METERED, OTHERS, address, chance

TOOL = "continue"
ENV = {"CONTINUE_TELEMETRY_ENABLED": "0"}
PATIENCE = 90
FILE, DOTENV, PROJECT_DOTENV = ".continue/config.yaml", ".continue/.env", "project/.env"
OLD = ".continue/config.json"
MODELS = ["glm-5.3", "glm-5.3-flash", "glm-5.2", "glm-4.7", "GLM-5.3", "glm-5.3[1m]", "glm-9-unknown"]


def command(tool, configuration, home):
    return [tool.program, "-p", "hi"]


class Layers:
    """The file while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name, lead="a")
        self.models, self.dotenvs, self.more = [], {}, {}

    def model(self, provider="zAI", model="glm-5.3", base=CHAT[0], key="${{ secrets.ZAI_API_KEY }}", **more):
        entry = {"name": f"GLM {len(self.models)}", "provider": provider, "model": model, "apiBase": base, "apiKey": key, **more}
        self.models.append({name: value for name, value in entry.items() if value is not None})
        return self

    def literal(self):
        """The last model's key as text."""
        self.models[-1]["apiKey"] = self.configuration.key("literal", "apiKey", FILE)
        return self

    def variable(self, name="ZAI_API_KEY"):
        self.configuration.variable(name)
        return self

    def env(self, **variables):
        self.configuration.env.update(variables)
        return self

    def in_dotenv(self, file, name="ZAI_API_KEY"):
        self.dotenvs.setdefault(file, {})[name] = self.configuration.key("literal", name, file)
        return self

    def done(self):
        # JSON is YAML, too; one line for each model.
        lines = ["name: Main", "version: 1.0.0", "schema: v1", *(f"{name}: {json.dumps(value)}" for name, value in self.more.items()), "models:"]
        lines += [f"  - {json.dumps(entry)}" for entry in self.models]
        self.configuration.files[FILE] = "\n".join(lines) + "\n"
        for file, variables in self.dotenvs.items():
            self.configuration.files[file] = "".join(f"{name}={value}\n" for name, value in variables.items())
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Layers
    yield Configuration("nothing at all")
    yield new("no models").variable().done()
    yield new("the plan").model().variable().done()
    yield new("no address").model(base=None).variable().done()
    yield new("no key").model(key=None).variable().done()
    yield new("a reference to nothing").model().done()
    yield new("a key as text").model().literal().done()
    for text in "${ZAI_API_KEY}", "$ZAI_API_KEY", "{env:ZAI_API_KEY}":
        layers = new(f"the reference {text}").model(key=text).variable()
        layers.configuration.known(text, "unexpanded", "ZAI_API_KEY", FILE)
        yield layers.done()
    yield new("inputs").model(key="${{ inputs.ZAI_API_KEY }}").variable().done()
    yield new("no spaces").model(key="${{secrets.ZAI_API_KEY}}").variable().done()
    yield new("another variable").model(key="${{ secrets.MY_KEY }}").variable("MY_KEY").variable().done()
    yield new("a variable in .env").model().in_dotenv(DOTENV).done()
    yield new("a variable in the project's .env").model().in_dotenv(PROJECT_DOTENV).done()
    yield new("a variable in the project's folder").model().in_dotenv("project/.continue/.env").done()
    yield new("a variable in .env and the shell").model().in_dotenv(DOTENV).variable().done()
    yield new("a variable in both .env files").model().in_dotenv(DOTENV).in_dotenv(PROJECT_DOTENV).done()
    for provider in "zAI", "zai", "openai", "anthropic", "openrouter", "ollama", "lmstudio", "deepseek", "glm":
        for base in CHAT[0], ANTHROPIC[0], ANTHROPIC[0] + "/v1", None:
            yield new(f"{provider} with {base}").model(provider, base=base).variable().done()
    for provider in "zAI", "openai", "anthropic":
        bases = ANTHROPIC if provider == "anthropic" else CHAT
        for base in bases[2] + "/", bases[2] + "//", bases[2] + "/v1/", bases[2] + "/chat/completions", bases[2] + "/v1/messages", "", "api.z.ai/api/coding/paas/v4", bases[2] + "?a=b", "${{ secrets.MY_URL }}", "https://API.z.ai:443/api/coding/paas/v4":
            yield new(f"{provider}, the address {base!r}").model(provider, base=base).env(MY_URL=bases[1]).variable().done()
    yield new("two models").model(model="glm-4.7").model("openai", base=CHAT[1]).variable().done()
    yield new("the second one may chat").model(model="glm-4.7", roles=["autocomplete"]).model("openai", base=CHAT[1], roles=["chat"]).variable().done()
    yield new("none may chat").model(model="glm-4.7", roles=["autocomplete"]).variable().done()
    yield new("the first one edits").model(model="glm-4.7", roles=["edit", "apply"]).model("openai", base=CHAT[1]).variable().done()
    for model in "GLM-5.3", "glm-5.3[1m]", "zai/glm-5.3", "":
        yield new(f"the model {model!r}").model(model=model).variable().done()
    layers = new("a key in the headers").model("openai")
    yield layers.model(requestOptions={"headers": {"Authorization": f"Bearer {layers.configuration.key('literal', 'headers', FILE)}"}}).variable().done()
    layers = new("a key in the first one's headers")
    yield layers.model("openai", requestOptions={"headers": {"Authorization": f"Bearer {layers.configuration.key('literal', 'headers', FILE)}"}}).variable().done()
    yield new("Responses").model("openai", base=CHAT[0], useResponsesApi=True).variable().done()
    layers = new("the older file").variable().done()
    layers.files = {OLD: json.dumps({"models": [{"title": "GLM", "provider": "zAI", "model": "glm-5.3", "apiBase": CHAT[0], "apiKey": layers.key("literal", "apiKey", OLD)}]})}
    yield layers
    layers = new("both files").model().variable().done()
    layers.files[OLD] = json.dumps({"models": [{"title": "GLM", "provider": "zAI", "model": "glm-4.7", "apiBase": CHAT[0], "apiKey": layers.key("literal", "apiKey", OLD)}]})
    yield layers
    layers = new("another folder").model().variable().env(CONTINUE_GLOBAL_DIR="@HOME@/c").done()
    layers.files = {"c/config.yaml": layers.files[FILE]}
    yield layers
    layers = new("a project's model").model().variable().done()
    layers.files["project/.continue/models/glm.yaml"] = "name: G\nversion: 0.0.1\nschema: v1\nmodels:\n  - name: P\n    provider: zAI\n    model: glm-4.7\n    apiKey: ${{ secrets.ZAI_API_KEY }}\n"
    yield layers
    layers = new("a project's config").model().variable().done()
    layers.files["project/.continue/config.yaml"] = "name: G\nversion: 0.0.1\nschema: v1\nmodels:\n  - name: P\n    provider: zAI\n    model: glm-4.7\n    apiKey: ${{ secrets.ZAI_API_KEY }}\n"
    yield layers
    for name, change in (("broken", lambda text: "a: [\n" + text), ("a BOM", lambda text: "\ufeff" + text), ("no header", lambda text: text.partition("models:")[1] + text.partition("models:")[2]), ("empty", lambda text: "")):
        configuration = new(f"text: {name}").model().variable().done()
        configuration.files[FILE] = change(configuration.files[FILE])
        yield configuration
    for variable in "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "CONTINUE_API_KEY":
        configuration = Configuration(f"{variable} alone", lead="a")
        configuration.variable(variable)
        yield configuration


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    configuration.lead = "a"
    for _ in range(rng.choice([1, 1, 2, 3])):
        provider = rng.choice(["zAI"] * 4 + ["openai"] * 4 + ["anthropic"] * 3 + ["zai", "openrouter"])
        base = None if chance(rng, 0.1) else address(rng, ANTHROPIC if provider == "anthropic" else CHAT, ANTHROPIC if provider == "anthropic" else CHAT, CHAT, METERED, OTHERS[:3])
        more = {"roles": rng.choice([["chat"], ["chat", "edit"], ["autocomplete"], ["edit"]])} if chance(rng, 0.35) else {}
        name = rng.choice(["ZAI_API_KEY", "ZAI_API_KEY", "MY_KEY"])
        layers.model(provider, rng.choice(MODELS), base, f"${{{{ secrets.{name} }}}}", **more)
        how = rng.random()
        if how < 0.25:
            layers.literal()
        elif how < 0.33:
            layers.configuration.known(f"${{{name}}}", "unexpanded", name, FILE)
            layers.models[-1]["apiKey"] = f"${{{name}}}"
        elif how < 0.4:
            del layers.models[-1]["apiKey"]
    for name, likelihood in ("ZAI_API_KEY", 0.85), ("MY_KEY", 0.5), ("OPENAI_API_KEY", 0.1):
        if chance(rng, likelihood):
            layers.in_dotenv(rng.choice([DOTENV, PROJECT_DOTENV]), name) if chance(rng, 0.25) else layers.variable(name)
    layers.done()
