"""Qwen Code: one kind of login is selected, and the model's name chooses an entry of `modelProviders`; else fields and variables."""

from ..configuration import Configuration, pretty
from ..generate import ANTHROPIC, CHAT, METERED, RESPONSES, address, chance

TOOL = "qwen-code"
ENV = {}
PATIENCE = 60
USER, PROJECT, DOTENV, PROJECT_DOTENV = ".qwen/settings.json", "project/.qwen/settings.json", ".qwen/.env", "project/.env"
MODELS = ["glm-5.3", "glm-5.3-flash", "glm-5.2", "glm-4.7", "GLM-5.3", "glm-5.3[1m]", "glm-9-unknown"]
KINDS = {"openai": ("OPENAI", CHAT), "anthropic": ("ANTHROPIC", ANTHROPIC)}


def command(tool, configuration, home):
    return [tool.node, tool.program, "-y", "-p", "hi"]


class Layers:
    """The files of one configuration while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name)
        self.files, self.dotenvs = {}, {}

    def set(self, file, **members):
        self.files.setdefault(file, {}).update(members)
        return self

    def auth(self, file, **members):
        self.files.setdefault(file, {}).setdefault("security", {}).setdefault("auth", {}).update(members)
        return self

    def model(self, file, name, **more):
        self.files.setdefault(file, {}).setdefault("model", {}).update(name=name, **more)
        return self

    def entry(self, file, protocol, **members):
        given = {name: value for name, value in members.items() if value is not None}
        self.files.setdefault(file, {}).setdefault("modelProviders", {}).setdefault(protocol, []).append(given)
        return self

    def env(self, file, **variables):
        """Variables of the shell (None), of the settings, or of a .env file."""
        if file is None:
            self.configuration.env.update(variables)
        elif file.endswith(".env"):
            self.dotenvs.setdefault(file, {}).update(variables)
        else:
            self.files.setdefault(file, {}).setdefault("env", {}).update(variables)
        return self

    def key(self, name, file=None):
        """A key under a variable's name: in the shell, the settings' `env`, or a .env file."""
        if file is None:
            self.configuration.variable(name)
            return self
        return self.env(file, **{name: self.configuration.key("literal", name, file)})

    def literal(self, file):
        """A key as text where the settings have a field for it."""
        return self.auth(file, apiKey=self.configuration.key("literal", "apiKey", file))

    def done(self):
        for file, members in self.files.items():
            self.configuration.files[file] = pretty(members)
        for file, variables in self.dotenvs.items():
            self.configuration.files[file] = "".join(f"{name}={value}\n" for name, value in variables.items())
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Layers
    selected = lambda name, kind="openai": new(name).auth(USER, selectedType=kind)
    plain = lambda name: selected(name).auth(USER, baseUrl=CHAT[0]).model(USER, "glm-5.3")
    yield new("nothing at all").done()
    yield new("three variables").key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=CHAT[0], OPENAI_MODEL="glm-5.3").done()
    yield new("three variables, the model under its other name").key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=CHAT[0], QWEN_MODEL="glm-5.3").done()
    yield new("both names of the model").key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=CHAT[0], QWEN_MODEL="glm-5.3", OPENAI_MODEL="glm-5.2").done()
    yield new("two of the three variables").key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=CHAT[0]).done()
    yield selected("two of the three variables, selected").key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=CHAT[0]).done()
    yield selected("two of the three variables, selected, and a model").key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=CHAT[0]).model(USER, "glm-5.3").done()
    yield new("variables of Anthropic").key("ANTHROPIC_API_KEY").env(None, ANTHROPIC_BASE_URL=ANTHROPIC[0], ANTHROPIC_MODEL="glm-5.3").done()
    yield new("variables of both").key("ANTHROPIC_API_KEY").env(None, ANTHROPIC_BASE_URL=ANTHROPIC[0], ANTHROPIC_MODEL="glm-5.3").key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=CHAT[0], OPENAI_MODEL="glm-5.3").done()
    yield selected("variables of both, one selected", "anthropic").key("ANTHROPIC_API_KEY").env(None, ANTHROPIC_BASE_URL=ANTHROPIC[0], ANTHROPIC_MODEL="glm-4.7").key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=CHAT[0], OPENAI_MODEL="glm-5.3").done()
    yield plain("fields, and a key as text").literal(USER).done()
    yield plain("fields, and a reference").auth(USER, apiKey="${ZAI_API_KEY}").key("ZAI_API_KEY").done()
    yield plain("fields, and a short reference").auth(USER, apiKey="$ZAI_API_KEY").key("ZAI_API_KEY").done()
    layers = plain("fields, and a reference to nothing").auth(USER, apiKey="${ZAI_API_KEY}")
    layers.configuration.known("${ZAI_API_KEY}", "unexpanded", "ZAI_API_KEY", USER)
    yield layers.done()
    layers = plain("fields, and a reference with another way out").auth(USER, apiKey="${ZAI_API_KEY:-none}").key("ZAI_API_KEY")
    layers.configuration.known("${ZAI_API_KEY:-none}", "unexpanded", "ZAI_API_KEY", USER)
    yield layers.done()
    layers = plain("fields, and opencode's kind of reference").auth(USER, apiKey="{env:ZAI_API_KEY}").key("ZAI_API_KEY")
    layers.configuration.known("{env:ZAI_API_KEY}", "unexpanded", "ZAI_API_KEY", USER)
    yield layers.done()
    yield plain("a reference that the settings' env fulfils").auth(USER, apiKey="${ZAI_API_KEY}").key("ZAI_API_KEY", USER).done()
    yield plain("a reference that .env fulfils").auth(USER, apiKey="${ZAI_API_KEY}").key("ZAI_API_KEY", DOTENV).done()
    yield plain("fields without a key").done()
    yield plain("fields, and OpenAI's variable").key("OPENAI_API_KEY").done()
    yield plain("fields with a key, and OpenAI's variable").literal(USER).key("OPENAI_API_KEY").done()
    yield plain("fields, and another variable").key("ZAI_API_KEY").done()
    yield plain("fields, and another address by a variable").literal(USER).env(None, OPENAI_BASE_URL=CHAT[2]).done()
    yield plain("fields, and another model by a variable").literal(USER).env(None, OPENAI_MODEL="glm-4.7").done()
    yield plain("an empty variable of the address").literal(USER).env(None, OPENAI_BASE_URL="").done()
    yield selected("fields without an address").literal(USER).model(USER, "glm-5.3").done()
    yield selected("fields without a model").literal(USER).auth(USER, baseUrl=CHAT[0]).done()
    yield selected("fields for Anthropic", "anthropic").literal(USER).auth(USER, baseUrl=ANTHROPIC[0]).model(USER, "glm-5.3").done()
    yield selected("fields for Anthropic without an address", "anthropic").literal(USER).model(USER, "glm-5.3").done()
    yield selected("fields for Anthropic without a model", "anthropic").literal(USER).auth(USER, baseUrl=ANTHROPIC[0]).done()
    yield selected("fields for Responses", "openai-responses").literal(USER).auth(USER, baseUrl=RESPONSES[0]).model(USER, "glm-5.3").done()
    yield selected("Gemini", "gemini").key("GEMINI_API_KEY").model(USER, "glm-5.3").done()
    yield selected("Qwen's own login", "qwen-oauth").model(USER, "glm-5.3").done()
    yield selected("an unknown kind", "zai").literal(USER).auth(USER, baseUrl=CHAT[0]).model(USER, "glm-5.3").done()
    yield new("fields without a kind").literal(USER).auth(USER, baseUrl=CHAT[0]).model(USER, "glm-5.3").done()
    for url in CHAT[0] + "/", CHAT[0] + "//", CHAT[0] + "/chat/completions", METERED[0], ANTHROPIC[0], "api.z.ai/api/coding/paas/v4", f" {CHAT[0]} ", CHAT[0] + "?a=b", "${MY_URL}", "https://API.z.ai:443/api/coding/paas/v4":
        yield selected(f"the address {url!r}").literal(USER).auth(USER, baseUrl=url).env(None, MY_URL=CHAT[2]).model(USER, "glm-5.3").done()
    for url in ANTHROPIC[0] + "/", ANTHROPIC[0] + "/v1", ANTHROPIC[0] + "/v1/messages", CHAT[0]:
        yield selected(f"for Anthropic, the address {url!r}", "anthropic").literal(USER).auth(USER, baseUrl=url).model(USER, "glm-5.3").done()

    listed = lambda name, **more: selected(name).entry(USER, "openai", **{"id": "glm-5.3", "baseUrl": CHAT[0], "envKey": "ZAI_API_KEY", **more}).model(USER, "glm-5.3")
    yield listed("an entry").key("ZAI_API_KEY").done()
    yield listed("an entry without its key").done()
    yield listed("an entry without its key, and OpenAI's variable").key("OPENAI_API_KEY").done()
    yield listed("an entry without its key, and one in the fields").literal(USER).done()
    yield listed("an entry, and OpenAI's variables").key("ZAI_API_KEY").key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=METERED[0], OPENAI_MODEL="glm-4.7").done()
    yield listed("an entry with its key in the settings' env").key("ZAI_API_KEY", USER).done()
    yield listed("an entry with its key in the settings' env and in the shell").key("ZAI_API_KEY", USER).key("ZAI_API_KEY").done()
    yield listed("an entry with its key in .env and in the settings' env").key("ZAI_API_KEY", USER).key("ZAI_API_KEY", DOTENV).done()
    yield listed("an entry with its key in the project's .env").key("ZAI_API_KEY", PROJECT_DOTENV).key("ZAI_API_KEY", DOTENV).done()
    yield listed("an entry with its key in the home's .env").key("ZAI_API_KEY", ".env").done()
    yield listed("an entry with an empty variable").env(None, ZAI_API_KEY="").key("ZAI_API_KEY", USER).done()
    layers = listed("an entry whose envKey is a reference", envKey="$ZAI_API_KEY").key("ZAI_API_KEY")
    yield layers.done()
    layers = listed("an entry with a key as text")
    layers.files[USER]["modelProviders"]["openai"][0]["apiKey"] = layers.configuration.key("literal", "apiKey", USER)
    yield layers.done()
    layers = listed("a key where the variable's name belongs")
    layers.files[USER]["modelProviders"]["openai"][0]["envKey"] = layers.configuration.key("literal", "envKey", USER)
    yield layers.done()
    yield listed("an entry without envKey", envKey=None).key("OPENAI_API_KEY").done()
    yield listed("an entry without an address", baseUrl=None).key("ZAI_API_KEY").done()
    yield listed("an entry without an address, and one by a variable", baseUrl=None).key("ZAI_API_KEY").env(None, OPENAI_BASE_URL=CHAT[2]).done()
    yield listed("an entry without an address, and one in the fields", baseUrl=None).key("ZAI_API_KEY").auth(USER, baseUrl=CHAT[2]).done()
    yield listed("an entry with another model", id="glm-4.7").key("ZAI_API_KEY").done()
    yield listed("an entry with another model, and fields", id="glm-4.7").key("ZAI_API_KEY").literal(USER).auth(USER, baseUrl=CHAT[2]).done()
    yield listed("two entries of one id").entry(USER, "openai", id="glm-5.3", baseUrl=METERED[0], envKey="ZAI_API_KEY").key("ZAI_API_KEY").done()
    yield listed("two entries of one id, the second one chosen").entry(USER, "openai", id="glm-5.3", baseUrl=METERED[0], envKey="ZAI_API_KEY").model(USER, "glm-5.3", baseUrl=METERED[0]).key("ZAI_API_KEY").done()
    yield listed("two entries of one id, none chosen rightly").entry(USER, "openai", id="glm-5.3", baseUrl=METERED[0], envKey="ZAI_API_KEY").model(USER, "glm-5.3", baseUrl=CHAT[1]).key("ZAI_API_KEY").done()
    yield listed("two entries, the second one chosen").entry(USER, "openai", id="glm-4.7", baseUrl=METERED[0], envKey="MY_KEY").model(USER, "glm-4.7").key("ZAI_API_KEY").key("MY_KEY").done()
    layers = selected("an entry and no model").entry(USER, "openai", id="glm-5.3", baseUrl=CHAT[0], envKey="ZAI_API_KEY").key("ZAI_API_KEY")
    yield layers.done()
    yield listed("an entry and no kind").auth(USER, selectedType=None).key("ZAI_API_KEY").done()
    yield listed("an entry of the other kind").entry(USER, "anthropic", id="glm-5.3", baseUrl=ANTHROPIC[0], envKey="MY_KEY").auth(USER, selectedType="anthropic").key("ZAI_API_KEY").key("MY_KEY").done()
    yield selected("an entry that is not of the selected kind").entry(USER, "anthropic", id="glm-5.3", baseUrl=ANTHROPIC[0], envKey="MY_KEY").model(USER, "glm-5.3").key("MY_KEY").done()
    yield selected("a provider of one's own name").entry(USER, "zai", id="glm-5.3", baseUrl=CHAT[0], envKey="ZAI_API_KEY").model(USER, "glm-5.3").key("ZAI_API_KEY").done()
    yield selected("a provider of one's own name, with its protocol").entry(USER, "zai", id="glm-5.3", baseUrl=CHAT[0], envKey="ZAI_API_KEY").set(USER, providerProtocol={"zai": "openai"}).model(USER, "glm-5.3").key("ZAI_API_KEY").done()
    yield selected("a provider of one's own name, of Anthropic's protocol").entry(USER, "zai", id="glm-5.3", baseUrl=ANTHROPIC[0], envKey="ZAI_API_KEY").set(USER, providerProtocol={"zai": "anthropic"}).model(USER, "glm-5.3").key("ZAI_API_KEY").done()
    yield selected("one's own name selected", "zai").entry(USER, "zai", id="glm-5.3", baseUrl=CHAT[0], envKey="ZAI_API_KEY").set(USER, providerProtocol={"zai": "openai"}).model(USER, "glm-5.3").key("ZAI_API_KEY").done()
    yield listed("an entry of Responses", baseUrl=RESPONSES[0], wireApi="responses").key("ZAI_API_KEY").done()
    yield listed("an entry with an unknown wireApi", wireApi="messages").key("ZAI_API_KEY").done()
    layers = selected("the older shape of the entries").model(USER, "glm-5.3").key("ZAI_API_KEY")
    yield layers.set(USER, modelProviders={"openai": {"protocol": "openai", "models": [{"id": "glm-5.3", "baseUrl": CHAT[0], "envKey": "ZAI_API_KEY"}]}}).done()
    yield new("the older place of the kind").set(USER, selectedAuthType="openai", apiKey="x").auth(USER, baseUrl=CHAT[0]).literal(USER).set(USER, model="glm-5.3").done()
    yield listed("a model with [1m]", id="glm-5.3[1m]").model(USER, "glm-5.3[1m]").key("ZAI_API_KEY").done()
    yield listed("a model in upper case").model(USER, "GLM-5.3").key("ZAI_API_KEY").done()
    yield listed("a model with its provider in front").model(USER, "openai/glm-5.3").key("ZAI_API_KEY").done()

    yield plain("the project's model").literal(USER).model(PROJECT, "glm-5.2").done()
    yield plain("the project's address and key").literal(USER).literal(PROJECT).auth(PROJECT, baseUrl=CHAT[2]).done()
    yield listed("the project's entries").key("ZAI_API_KEY").entry(PROJECT, "openai", id="glm-5.3", baseUrl=CHAT[2], envKey="ZAI_API_KEY").done()
    yield listed("the project's further entry").key("ZAI_API_KEY").entry(PROJECT, "openai", id="glm-4.7", baseUrl=CHAT[2], envKey="ZAI_API_KEY").done()
    yield plain("a project that is not trusted").literal(USER).model(PROJECT, "glm-5.2").set(USER, security={"folderTrust": {"enabled": True}, "auth": {"selectedType": "openai", "baseUrl": CHAT[0], "apiKey": "${ZAI_API_KEY}"}}).key("ZAI_API_KEY").done()
    yield new("another folder").env(None, QWEN_HOME="@HOME@/q").auth("q/settings.json", selectedType="openai", baseUrl=CHAT[0]).literal("q/settings.json").model("q/settings.json", "glm-5.3").done()
    yield plain("a system file").literal(USER).env(None, QWEN_CODE_SYSTEM_SETTINGS_PATH="@HOME@/system.json").model("system.json", "glm-5.2").model(PROJECT, "glm-4.7").done()
    yield new("system defaults").env(None, QWEN_CODE_SYSTEM_DEFAULTS_PATH="@HOME@/system.json").auth("system.json", selectedType="openai", baseUrl=CHAT[0]).literal("system.json").model("system.json", "glm-5.3").model(USER, "glm-4.7").done()
    configuration = plain("from a folder below").literal(USER).model(PROJECT, "glm-5.2").done()
    configuration.cwd = "project/below"
    yield configuration
    for name, change in (("a trailing comma", lambda text: text.rstrip()[:-1].rstrip() + ",\n}\n"), ("a comment", lambda text: "// mine\n" + text), ("a BOM", lambda text: "\ufeff" + text), ("cut off", lambda text: text.rstrip()[:-1]), ("empty", lambda text: ""), ("null", lambda text: "null")):
        configuration = plain(f"text: {name}").literal(USER).key("OPENAI_API_KEY").env(None, OPENAI_BASE_URL=METERED[2], OPENAI_MODEL="glm-4.7").done()
        configuration.files[USER] = change(configuration.files[USER])
        yield configuration
    configuration = plain("a damaged file of the project").literal(USER).done()
    configuration.files[PROJECT] = "{"
    yield configuration


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    files = [USER] * chance(rng, 0.92) + [PROJECT] * chance(rng, 0.3) or [USER]
    kind = rng.choice(["openai"] * 5 + ["anthropic"] * 2)
    for file in files:
        if chance(rng, 0.8):
            layers.auth(file, selectedType=kind if chance(rng, 0.9) else rng.choice(["openai", "anthropic", "gemini", "zai", "openai-responses"]))
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            protocol = rng.choice([kind] * 5 + ["openai", "anthropic", "zai"])
            entry = {"id": rng.choice(MODELS)}
            if chance(rng, 0.9):
                entry["baseUrl"] = address(rng, ANTHROPIC if protocol == "anthropic" else CHAT, METERED if chance(rng, 0.3) else CHAT)
            if chance(rng, 0.9):
                entry["envKey"] = rng.choice(["ZAI_API_KEY", "ZAI_API_KEY", "MY_KEY", "OPENAI_API_KEY", "ZAI_API_KEY", "ZAI_API_KEY", "$ZAI_API_KEY"])
            if protocol == "openai" and chance(rng, 0.08):
                entry["wireApi"] = rng.choice(["responses", "chat-completions"])
            layers.entry(file, protocol, **entry)
        if chance(rng, 0.3):
            layers.set(file, providerProtocol={"zai": rng.choice(["openai", "openai", "anthropic", "zai"])})
        if chance(rng, 0.4):
            layers.auth(file, baseUrl=address(rng, ANTHROPIC if kind == "anthropic" else CHAT, CHAT))
        how = rng.random()
        if how < 0.3:
            layers.literal(file)
        elif how < 0.5:
            name = rng.choice(["ZAI_API_KEY", "MY_KEY"])
            text = rng.choice([f"${{{name}}}", f"${name}"])
            configuration.known(text, "unexpanded", name, file)
            layers.auth(file, apiKey=text)
        ids = [entry["id"] for group in layers.files[file].get("modelProviders", {}).values() for entry in group] if file in layers.files else []
        if chance(rng, 0.75):
            more = {"baseUrl": rng.choice(CHAT)} if chance(rng, 0.1) else {}
            layers.model(file, rng.choice(ids * 3 + MODELS), **more)
    for name, likelihood in ("ZAI_API_KEY", 0.8), ("MY_KEY", 0.5), ("OPENAI_API_KEY", 0.35), ("ANTHROPIC_API_KEY", 0.4 if kind == "anthropic" else 0.1):
        if chance(rng, likelihood):
            layers.key(name, rng.choice([None, None, None, USER, DOTENV, PROJECT_DOTENV]))
    for name, value in ("OPENAI_BASE_URL", CHAT), ("ANTHROPIC_BASE_URL", ANTHROPIC), ("OPENAI_MODEL", MODELS), ("QWEN_MODEL", MODELS), ("ANTHROPIC_MODEL", MODELS):
        if chance(rng, 0.6 if kind == "anthropic" and name == "ANTHROPIC_BASE_URL" else 0.15):
            layers.env(rng.choice([None, None, USER, DOTENV]), **{name: rng.choice(value)})
    layers.done()
    if chance(rng, 0.03):
        configuration.files[files[-1]] = "{"
