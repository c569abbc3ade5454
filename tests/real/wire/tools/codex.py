"""Codex CLI: `model_provider` chooses a provider by name; its key comes from a variable, a command, the file, or Codex's own login."""

import json

from ..configuration import Configuration
from ..generate import ANTHROPIC, CHAT, RESPONSES, address, chance

TOOL = "codex"
ENV = {}
PATIENCE = 60
USER, PROJECT, LOGIN = ".codex/config.toml", "project/.codex/config.toml", ".codex/auth.json"
MODELS = ["glm-5.3", "glm-5.3-flash", "glm-5.2", "GLM-5.3", "glm-5.3[1m]", "glm-9-unknown", "gpt-5.5"]
NAMES = ["ZAI", "zai", "z-ai", "glm", "my glm"]
TRUST = {"projects": {"@HOME@/project": {"trust_level": "trusted"}}}


def command(tool, configuration, home):
    return [tool.program, "exec", "--skip-git-repo-check", "hi"]


def toml(value, path=()):
    """Tables as TOML: simple members first, then the tables below."""
    name = lambda part: part if part.replace("-", "").replace("_", "").isalnum() else json.dumps(part)
    lines = [f"{name(key)} = {json.dumps(member)}" for key, member in value.items() if not isinstance(member, dict)]
    if path and lines or path and not value:
        lines.insert(0, f"[{'.'.join(map(name, path))}]")
    for key, member in value.items():
        if isinstance(member, dict):
            lines += toml(member, (*path, key))
    return lines


class Layers:
    """The files of one configuration while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name)
        self.files = {}

    def set(self, file, **members):
        self.files.setdefault(file, {}).update(members)
        return self

    def provider(self, file, name, /, **members):
        self.files.setdefault(file, {}).setdefault("model_providers", {}).setdefault(name, {}).update(members)
        return self

    def variable(self, name):
        self.configuration.variable(name)
        return self

    def env(self, **variables):
        self.configuration.env.update(variables)
        return self

    def login(self, kind="api"):
        """What `codex login` leaves."""
        if kind == "api":
            content = {"auth_mode": "apikey", "OPENAI_API_KEY": self.configuration.key("login", file=LOGIN)}
        else:
            # Nobody looks at the signature; the times are those of a token that is still good.
            import base64
            part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
            token = ".".join([part({"alg": "none"}), part({"exp": 4102444800, "email": "a@example.com", "https://api.openai.com/auth": {"chatgpt_plan_type": "pro", "chatgpt_account_id": "a"}}), "x"])
            self.configuration.known(token, "login", file=LOGIN)
            content = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": {"id_token": token, "access_token": token, "refresh_token": "r", "account_id": "a"}, "last_refresh": "2026-11-30T00:00:00Z"}
        self.configuration.files[LOGIN] = json.dumps(content, indent=2)
        return self

    def done(self):
        for file, members in self.files.items():
            self.configuration.files[file] = "\n".join(toml(members)) + "\n"
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Layers
    chosen = lambda name, provider="ZAI": new(name).set(USER, model="glm-5.3", model_provider=provider)
    plan = lambda name, **more: chosen(name).provider(USER, "ZAI", **{"name": "Z.ai", "base_url": RESPONSES[0], "env_key": "ZAI_API_KEY", "wire_api": "responses", **more})
    yield new("nothing at all").done()
    yield new("OpenAI's variable alone").variable("OPENAI_API_KEY").done()
    yield new("Codex's variable alone").variable("CODEX_API_KEY").done()
    yield new("an API key's login alone").login().done()
    yield new("a login and a variable").login().variable("OPENAI_API_KEY").done()
    yield new("a login and Codex's variable").login().variable("CODEX_API_KEY").done()
    yield new("a model alone, and a login").login().set(USER, model="glm-5.3").done()
    yield plan("the plan").variable("ZAI_API_KEY").done()
    yield plan("the plan, its variable empty").env(ZAI_API_KEY="").done()
    yield plan("the plan without its variable").done()
    yield plan("the plan without its variable, with a login").login().done()
    yield plan("the plan and a login").variable("ZAI_API_KEY").login().done()
    yield plan("the plan and OpenAI's variables").variable("ZAI_API_KEY").variable("OPENAI_API_KEY").env(OPENAI_BASE_URL=RESPONSES[2]).done()
    no_key = lambda name, **more: chosen(name).provider(USER, "ZAI", name="Z.ai", base_url=RESPONSES[0], wire_api="responses", **more)
    yield no_key("no env_key").done()
    yield no_key("no env_key, with a login").login().done()
    yield no_key("no env_key, with OpenAI's variable").variable("OPENAI_API_KEY").done()
    yield no_key("OpenAI's login wanted", requires_openai_auth=True).login().done()
    yield no_key("OpenAI's login wanted, a variable", requires_openai_auth=True).variable("OPENAI_API_KEY").done()
    yield no_key("OpenAI's login wanted, a ChatGPT login", requires_openai_auth=True).login("chatgpt").done()
    yield no_key("OpenAI's login wanted, none there", requires_openai_auth=True).done()
    layers = no_key("a key as text")
    yield layers.provider(USER, "ZAI", experimental_bearer_token=layers.configuration.key("literal", "experimental_bearer_token", USER)).done()
    layers = plan("a key as text and env_key").variable("ZAI_API_KEY")
    yield layers.provider(USER, "ZAI", experimental_bearer_token=layers.configuration.key("literal", "experimental_bearer_token", USER)).done()
    layers = plan("a key as text and an env_key that is not there")
    yield layers.provider(USER, "ZAI", experimental_bearer_token=layers.configuration.key("literal", "experimental_bearer_token", USER)).done()
    layers = no_key("a key in the headers")
    yield layers.provider(USER, "ZAI", http_headers={"Authorization": f"Bearer {layers.configuration.key('literal', 'http_headers', USER)}"}).done()
    layers = plan("a key in the headers and env_key").variable("ZAI_API_KEY")
    yield layers.provider(USER, "ZAI", http_headers={"Authorization": f"Bearer {layers.configuration.key('literal', 'http_headers', USER)}"}).done()
    yield no_key("a header by a variable", env_http_headers={"x-api-key": "ZAI_API_KEY"}).variable("ZAI_API_KEY").done()
    layers = no_key("a command")
    yield layers.provider(USER, "ZAI", auth={"command": "/bin/echo", "args": [layers.configuration.key("command", file=USER)]}).done()
    layers = plan("a command and env_key").variable("ZAI_API_KEY")
    yield layers.provider(USER, "ZAI", auth={"command": "/bin/echo", "args": [layers.configuration.key("command", file=USER)]}).done()
    layers = plan("a key where the variable's name belongs")
    yield layers.provider(USER, "ZAI", env_key=layers.configuration.key("literal", "env_key", USER)).done()
    yield plan("a variable with a dollar", env_key="$ZAI_API_KEY").variable("ZAI_API_KEY").done()
    keyed = lambda name, **more: plan(name, **more).variable("ZAI_API_KEY")
    for url in RESPONSES[0] + "/", RESPONSES[0] + "//", RESPONSES[0] + "/responses", CHAT[0], ANTHROPIC[0], "api.z.ai/api/v1", "", f" {RESPONSES[0]} ", RESPONSES[0] + "?a=b", "${MY_URL}", "https://API.z.ai:443/api/v1", "http://api.z.ai/api/v1":
        yield keyed(f"the address {url!r}", base_url=url).env(MY_URL=RESPONSES[2]).done()
    yield keyed("query parameters", query_params={"a": "b"}).done()
    yield chosen("no address").provider(USER, "ZAI", name="Z.ai", env_key="ZAI_API_KEY", wire_api="responses").variable("ZAI_API_KEY").done()
    for wire in "chat", "anthropic", "Responses":
        yield keyed(f"wire_api = {wire}", wire_api=wire).done()
    yield chosen("no wire_api").provider(USER, "ZAI", name="Z.ai", base_url=RESPONSES[0], env_key="ZAI_API_KEY").variable("ZAI_API_KEY").done()
    yield chosen("no name").provider(USER, "ZAI", base_url=RESPONSES[0], env_key="ZAI_API_KEY", wire_api="responses").variable("ZAI_API_KEY").done()
    yield keyed("a provider that is not there").set(USER, model_provider="other").done()
    yield keyed("a provider in other letters").set(USER, model_provider="zai").done()
    layers = keyed("a provider that nobody chose").login()
    del layers.files[USER]["model_provider"]
    yield layers.done()
    layers = keyed("no model")
    del layers.files[USER]["model"]
    yield layers.done()
    for model in "", "GLM-5.3", "glm-5.3[1m]", "zai/glm-5.3", "gpt-5.5":
        yield keyed(f"the model {model!r}").set(USER, model=model).done()
    yield keyed("two providers, the second chosen").provider(USER, "other", name="Other", base_url=RESPONSES[1], env_key="MY_KEY", wire_api="responses").set(USER, model_provider="other").variable("MY_KEY").done()
    yield keyed("the built-in provider changed").set(USER, model_provider="openai").provider(USER, "openai", name="OpenAI", base_url=RESPONSES[0], env_key="ZAI_API_KEY", wire_api="responses").done()
    yield chosen("OpenAI by its own address", "openai").set(USER, openai_base_url=RESPONSES[0]).login().done()
    yield chosen("OpenAI by a variable of the address", "openai").env(OPENAI_BASE_URL=RESPONSES[0]).login().done()
    yield chosen("ollama", "ollama").done()
    yield chosen("LM Studio", "lmstudio").done()
    yield keyed("a profile in the same file").set(USER, profile="glm", profiles={"glm": {"model": "glm-5.2"}}).done()
    yield keyed("a profile of its own file").set(".codex/glm.config.toml", model="glm-5.2").done()
    yield keyed("the small models").set(USER, review_model="glm-5.2", model_context_window=200000).done()
    yield keyed("a catalogue that is not there").set(USER, model_catalog_json="models.json").done()
    yield keyed("another folder").env(CODEX_HOME="@HOME@/c").set("c/config.toml", model="glm-5.2", model_provider="ZAI").provider("c/config.toml", "ZAI", name="Z", base_url=RESPONSES[2], env_key="ZAI_API_KEY", wire_api="responses").done()
    yield keyed("another folder that is not there").env(CODEX_HOME="@HOME@/none").done()
    yield keyed("the project's model").set(PROJECT, model="glm-5.2").done()
    yield keyed("the trusted project's model").set(USER, **TRUST).set(PROJECT, model="glm-5.2").done()
    yield keyed("the trusted project's provider").set(USER, **TRUST).set(PROJECT, model_provider="other").provider(PROJECT, "other", name="Other", base_url=RESPONSES[2], env_key="ZAI_API_KEY", wire_api="responses").done()
    configuration = keyed("the trusted project's model, from a folder below").set(USER, **TRUST).set(PROJECT, model="glm-5.2").done()
    configuration.cwd, configuration.repositories = "project/below", ["project"]
    yield configuration
    yield keyed("an unknown key").set(USER, providerConcurrency=1).done()
    yield keyed("a wrong type").set(USER, model=["glm-5.3"]).done()
    yield keyed("an unknown key of a provider", apiKey="x").done()
    for name, text in ("broken", "model = \n"), ("twice", 'model = "a"\nmodel = "b"\n'), ("a BOM", "\ufeff"):
        configuration = keyed(f"text: {name}").done()
        configuration.files[USER] = text + configuration.files[USER]
        yield configuration
    configuration = keyed("a damaged file of the project").set(USER, **TRUST).done()
    configuration.files[PROJECT] = "model = \n"
    yield configuration


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    names = rng.sample(NAMES, rng.choice([1, 1, 2]))
    for name in names:
        entry = {"name": name, "base_url": address(rng, RESPONSES, RESPONSES, RESPONSES, CHAT, ANTHROPIC)}
        if chance(rng, 0.85):
            entry["wire_api"] = rng.choice(["responses"] * 9 + ["chat"])
        if chance(rng, 0.75):
            entry["env_key"] = rng.choice(["ZAI_API_KEY", "ZAI_API_KEY", "MY_KEY", "OPENAI_API_KEY"])
        if chance(rng, 0.12):
            entry["requires_openai_auth"] = True
        layers.provider(USER, name, **entry)
        if chance(rng, 0.15):
            layers.provider(USER, name, experimental_bearer_token=configuration.key("literal", "experimental_bearer_token", USER))
        if chance(rng, 0.1):
            layers.provider(USER, name, http_headers={"x-api-key": configuration.key("literal", "http_headers", USER)})
    if chance(rng, 0.9):
        layers.set(USER, model=rng.choice(MODELS))
    if chance(rng, 0.9):
        layers.set(USER, model_provider=rng.choice(names * 15 + NAMES + ["openai"]))
    if chance(rng, 0.25):
        layers.set(PROJECT, model=rng.choice(MODELS))
        if chance(rng, 0.6):
            layers.set(USER, **TRUST)
        if chance(rng, 0.3):
            layers.set(PROJECT, model_provider=rng.choice(names))
    for name, likelihood in ("ZAI_API_KEY", 0.75), ("MY_KEY", 0.4), ("OPENAI_API_KEY", 0.25), ("CODEX_API_KEY", 0.06):
        if chance(rng, likelihood):
            layers.variable(name)
    if chance(rng, 0.2):
        layers.login()
    if chance(rng, 0.1):
        layers.env(OPENAI_BASE_URL=rng.choice(RESPONSES))
    layers.done()
    if chance(rng, 0.03):
        configuration.files[USER] = configuration.files[USER] + "model = \n"
