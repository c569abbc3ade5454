"""Claude Code: settings of user, project and project-local, variables of the shell, and its own login."""

from ..configuration import Configuration, pretty
from ..generate import ANTHROPIC, BREAKS, CHAT, METERED, MODELS, OTHERS, address, chance, damaged

TOOL = "claude-code"
ENV = {"DISABLE_AUTOUPDATER": "1"}
PATIENCE = 60
USER, PROJECT, LOCAL = ".claude/settings.json", "project/.claude/settings.json", "project/.claude/settings.local.json"
LOGIN = ".claude/.credentials.json"
PLAN = ANTHROPIC[0]
BASE, TOKEN, API_KEY, MODEL = "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "ANTHROPIC_MODEL"
TIERS = [f"ANTHROPIC_DEFAULT_{tier}_MODEL" for tier in ("OPUS", "SONNET", "HAIKU", "FABLE")]
ALIASES = ["opus", "sonnet", "haiku", "fable", "opusplan", "default", "best", "opus[1m]", "sonnet[1m]", "Sonnet"]


def command(tool, configuration, home):
    return [tool.program, "-p", "hi"]


class Layers:
    """The settings files of one configuration while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name)
        self.files = {}

    def set(self, file, **members):
        self.files.setdefault(file, {}).update(members)
        return self

    def env(self, file, **variables):
        """Variables: of the shell (None), or of a settings file."""
        if file is None:
            self.configuration.env.update(variables)
        else:
            self.files.setdefault(file, {}).setdefault("env", {}).update(variables)
        return self

    def key(self, file, name=TOKEN):
        """A key of its own for this layer."""
        if file is None:
            self.configuration.variable(name)
            return self
        return self.env(file, **{name: self.configuration.key("literal", name, file)})

    def helper(self, file):
        """A command that prints a key."""
        return self.set(file, apiKeyHelper=f"echo {self.configuration.key('command', file=file)}")

    def login(self, days=300):
        """What `/login` leaves: a token that is still good."""
        token = self.configuration.key("login", file=LOGIN)
        self.configuration.files[LOGIN] = pretty({"claudeAiOauth": {
            "accessToken": token, "refreshToken": token, "expiresAt": 4102444800000,
            "scopes": ["user:inference", "user:profile"], "subscriptionType": "max",
        }})
        return self

    def done(self):
        for file, members in self.files.items():
            self.configuration.files[file] = pretty(members)
        return self.configuration


def by_hand():
    """Each asks one question."""
    start = lambda name, file=USER: Layers(name).env(file, **{BASE: PLAN})
    yield Layers("nothing at all").done()
    yield Layers("a login alone").login().done()
    yield start("the plan, and a key").key(USER).done()
    yield start("the plan without a key").done()
    yield start("the plan without a key, with a login").login().done()
    yield start("an empty key over a login").env(USER, **{TOKEN: ""}).login().done()
    yield start("a login and a key").login().key(USER).done()
    yield start("a login and an exported API key").login().key(None, API_KEY).done()
    yield start("a login and a helper").login().helper(USER).done()
    yield Layers("a login, a model and no address").login().env(USER, **{MODEL: "glm-5.3"}).done()
    yield Layers("a key and no address").key(USER).env(USER, **{MODEL: "glm-5.3"}).done()
    yield Layers("an API key and no address").key(None, API_KEY).done()
    yield start("both keys in one file").key(USER).key(USER, API_KEY).done()
    yield start("a key of each kind in two places").key(USER).key(None, API_KEY).done()
    yield start("only x-api-key, of the shell").key(None, API_KEY).done()
    yield start("a helper").helper(USER).done()
    yield start("a helper and a key").helper(USER).key(USER).done()
    yield start("a helper and an exported API key").helper(USER).key(None, API_KEY).done()
    yield start("two helpers").helper(USER).helper(PROJECT).done()
    yield start("a helper that fails").set(USER, apiKeyHelper="exit 3").done()
    layers = start("a helper that prints a variable").set(USER, apiKeyHelper='printf %s "$ZAI_API_KEY"')
    marker = layers.configuration.key("command", file=USER)
    yield layers.env(None, ZAI_API_KEY=marker).done()
    layers = start("a reference that nobody expands")
    yield layers.env(USER, **{TOKEN: layers.configuration.known("${ZAI_API_KEY}", "unexpanded", "ZAI_API_KEY", USER)}).env(None, ZAI_API_KEY="x").done()
    layers = start("the short form of a reference")
    yield layers.env(USER, **{TOKEN: layers.configuration.known("$ZAI_API_KEY", "unexpanded", "ZAI_API_KEY", USER)}).done()
    layers = start("a login's token in a variable")
    yield layers.env(None, CLAUDE_CODE_OAUTH_TOKEN=layers.configuration.key("variable", "CLAUDE_CODE_OAUTH_TOKEN")).done()
    layers = start("a key in custom headers")
    yield layers.env(USER, ANTHROPIC_CUSTOM_HEADERS=f"x-api-key: {layers.configuration.key('literal', 'ANTHROPIC_CUSTOM_HEADERS', USER)}").done()
    layers = start("custom headers beside a key").key(USER)
    yield layers.env(USER, ANTHROPIC_CUSTOM_HEADERS=f"Authorization: Bearer {layers.configuration.key('literal', 'ANTHROPIC_CUSTOM_HEADERS', USER)}").done()

    keyed = lambda name, file=USER: start(name, file).key(file)
    yield keyed("file against shell").env(None, **{BASE: ANTHROPIC[1], MODEL: "glm-4.6"}).env(USER, **{MODEL: "glm-4.7"}).done()
    yield keyed("an empty address over the shell's").env(USER, **{BASE: ""}).env(None, **{BASE: ANTHROPIC[1]}).done()
    yield keyed("an address of null").env(USER, **{BASE: None}).done()
    yield keyed("a model of null").env(USER, **{MODEL: None}).done()
    yield keyed("an empty model").env(USER, **{MODEL: ""}).set(USER, model="sonnet").done()
    yield keyed("spaces around").env(USER, **{BASE: f" {PLAN} ", MODEL: " glm-4.7 "}).done()
    yield keyed("no scheme").env(USER, **{BASE: "api.z.ai/api/anthropic"}).done()
    yield keyed("a query").env(USER, **{BASE: PLAN + "?a=b"}).done()
    yield keyed("two slashes").env(USER, **{BASE: PLAN + "//"}).done()
    yield keyed("upper-case host").env(USER, **{BASE: "https://API.Z.AI/api/anthropic"}).done()
    yield keyed("a port of its own").env(USER, **{BASE: "https://api.z.ai:443/api/anthropic"}).done()
    for file, other in (USER, PROJECT), (PROJECT, LOCAL), (USER, LOCAL):
        yield keyed(f"{file} below {other}", file).key(other).env(other, **{BASE: ANTHROPIC[2], MODEL: "glm-5.2"}).done()
    yield keyed("ANTHROPIC_MODEL against model").env(USER, **{MODEL: "glm-4.7"}).set(USER, model="glm-4.6").done()
    yield keyed("ANTHROPIC_MODEL of the shell against model").env(None, **{MODEL: "glm-4.7"}).set(USER, model="glm-4.6").done()
    yield keyed("ANTHROPIC_MODEL of the user against the project's model").env(USER, **{MODEL: "glm-4.7"}).set(PROJECT, model="glm-4.6").done()
    yield keyed("an alias in ANTHROPIC_MODEL").env(USER, **{MODEL: "haiku", TIERS[2]: "glm-4.5-air"}).done()
    yield keyed("ANTHROPIC_DEFAULT_MODEL").env(USER, ANTHROPIC_DEFAULT_MODEL="glm-4.7").done()
    yield keyed("ANTHROPIC_DEFAULT_MODEL against a tier").env(USER, ANTHROPIC_DEFAULT_MODEL="glm-4.7", **{TIERS[0]: "glm-5.3"}).done()
    yield keyed("ANTHROPIC_DEFAULT_MODEL against model").env(USER, ANTHROPIC_DEFAULT_MODEL="glm-4.7").set(USER, model="glm-5.3").done()
    yield keyed("ANTHROPIC_DEFAULT_MODEL, an alias").env(USER, ANTHROPIC_DEFAULT_MODEL="haiku", **{TIERS[2]: "glm-4.7"}).done()
    yield keyed("the small model alone").env(USER, ANTHROPIC_SMALL_FAST_MODEL="glm-4.7").done()
    yield keyed("the small model and the alias haiku").env(USER, ANTHROPIC_SMALL_FAST_MODEL="glm-4.7").set(USER, model="haiku").done()
    yield keyed("a suffix in upper case").env(USER, **{MODEL: "glm-5.3[1M]"}).done()
    yield keyed("another suffix").env(USER, **{MODEL: "glm-5.3[200k]"}).done()
    yield keyed("a suffix and no million").env(USER, CLAUDE_CODE_DISABLE_1M_CONTEXT="1", **{MODEL: "glm-5.3[1m]"}).done()
    yield keyed("a name with a vendor").env(USER, **{MODEL: "zai/glm-5.3"}).done()
    yield keyed("only the haiku tier").env(USER, **{TIERS[2]: "glm-4.5-air"}).done()
    yield keyed("only the sonnet tier").env(USER, **{TIERS[1]: "glm-4.7"}).done()
    for alias in ALIASES:
        tiers = dict(zip(TIERS, ["glm-5.3", "glm-5.2", "glm-4.5-air", "glm-4.7"]))
        yield keyed(f"the alias {alias}").env(USER, **tiers).set(USER, model=alias).done()
        yield keyed(f"the alias {alias}, without tiers").set(USER, model=alias).done()
    yield keyed("tiers with [1m]").env(USER, **{tier: "glm-5.3[1m]" for tier in TIERS}).done()
    yield keyed("an alias in a tier").env(USER, **{TIERS[0]: "sonnet", TIERS[1]: "glm-4.7"}).done()
    yield keyed("allowed aliases").env(USER, **{TIERS[0]: "glm-5.3"}).set(USER, model="opus", availableModels=["opus", "sonnet"]).done()
    yield keyed("allowed aliases and no model").env(USER, **{TIERS[0]: "glm-5.3"}).set(USER, availableModels=["opus", "sonnet"]).done()
    yield keyed("allowed aliases and ANTHROPIC_MODEL").env(USER, **{MODEL: "glm-5.3"}).set(USER, availableModels=["opus", "sonnet"]).done()
    yield keyed("allowed ids").env(USER, **{TIERS[0]: "glm-5.3"}).set(USER, availableModels=["glm-4.7"]).done()
    yield keyed("allowed models in two layers").set(USER, model="glm-4.7", availableModels=["glm-4.7"]).set(PROJECT, availableModels=["glm-4.6"]).done()
    yield keyed("overridden models").set(USER, modelOverrides={"claude-opus-5-5": "glm-4.7"}).done()
    yield keyed("a fallback").set(USER, model="glm-5.3", fallbackModel=["glm-4.7"]).done()
    yield keyed("a wrong type elsewhere").set(USER, alwaysThinkingEnabled="yes").done()
    yield keyed("a wrong type of the model").set(USER, model=5).done()
    yield keyed("numbers").env(USER, API_TIMEOUT_MS=3000000, **{MODEL: 5}).done()
    yield Layers("variables at the top level").set(USER, **{BASE: PLAN, TOKEN: "x"}).done()
    yield keyed("a side file that nobody names", ".claude/settings-zai.json").done()
    yield keyed("local settings of the user", ".claude/settings.local.json").done()
    yield keyed("another folder by the shell", "claude-work/settings.json").env(None, CLAUDE_CONFIG_DIR="@HOME@/claude-work").done()
    layers = keyed("another folder, and a file in the usual one", "claude-work/settings.json").env(None, CLAUDE_CONFIG_DIR="@HOME@/claude-work")
    yield layers.key(USER).env(USER, **{BASE: ANTHROPIC[1]}).done()
    yield keyed("a folder named in the user's own file").env(USER, CLAUDE_CONFIG_DIR="@HOME@/claude-work").env("claude-work/settings.json", **{MODEL: "glm-4.7"}).done()
    for file in (PROJECT, LOCAL):
        for git in (True, False):
            configuration = keyed(f"{file} from a folder below, {'in' if git else 'not in'} a repository", file).key(USER).env(USER, **{BASE: ANTHROPIC[1]}).done()
            configuration.cwd = "project/below"
            configuration.repositories = ["project"] if git else []
            yield configuration
    configuration = keyed("started in the home").key(".claude/settings.local.json").done()
    configuration.cwd = ""
    yield configuration
    yield keyed("Bedrock").env(USER, CLAUDE_CODE_USE_BEDROCK="1").done()
    yield keyed("Vertex").env(USER, CLAUDE_CODE_USE_VERTEX="1").done()
    yield keyed("an address of another name").env(USER, **{BASE: "", "ANTHROPIC_API_BASE": PLAN, "CLAUDE_CODE_API_BASE_URL": PLAN}).done()
    yield keyed("`CLAUDE_CODE_USE_GATEWAY`").env(USER, CLAUDE_CODE_USE_GATEWAY="1").done()
    for how in BREAKS:
        configuration = keyed(f"a damaged file: {how}").env(None, **{BASE: ANTHROPIC[1]}).key(None).done()
        configuration.files[USER] = damaged(configuration.files[USER], how)
        yield configuration


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    used = [file for file, likelihood in ((None, 0.5), (USER, 0.8), (PROJECT, 0.4), (LOCAL, 0.25)) if chance(rng, likelihood)] or [USER]
    for file in used:
        if chance(rng, 0.7):
            layers.env(file, **{BASE: address(rng, ANTHROPIC, ANTHROPIC, ANTHROPIC, CHAT, METERED, OTHERS)})
        if chance(rng, 0.6):
            layers.key(file)
        if chance(rng, 0.2):
            layers.key(file, API_KEY)
        if file is not None and chance(rng, 0.12):
            layers.helper(file)
        if chance(rng, 0.3):
            layers.env(file, **{MODEL: rng.choice(MODELS + ALIASES)})
        if file is not None and chance(rng, 0.35):
            layers.set(file, model=rng.choice(ALIASES + ALIASES + MODELS))
        for tier in TIERS:
            if chance(rng, 0.35):
                layers.env(file, **{tier: rng.choice(MODELS)})
        if chance(rng, 0.1):
            layers.env(file, ANTHROPIC_SMALL_FAST_MODEL=rng.choice(MODELS))
        if chance(rng, 0.07):
            name, value = rng.choice([BASE, TOKEN, MODEL, TIERS[0]]), rng.choice(["", None]) if file is not None else ""
            layers.env(file, **{name: value})
            if name == TOKEN and value is None:
                configuration.known("null", "literal", TOKEN, file)
        if file is not None and chance(rng, 0.07):
            layers.set(file, availableModels=rng.sample(ALIASES[:5] + MODELS, 3))
        if file is not None and chance(rng, 0.05):
            name = rng.choice(["ZAI_API_KEY", "GLM_KEY"])
            layers.env(file, **{TOKEN: configuration.known(f"${{{name}}}", "unexpanded", name, file)})
    if chance(rng, 0.15):
        layers.login()
    layers.done()
    for file in used:
        if file is not None and chance(rng, 0.08):
            configuration.files[file] = damaged(configuration.files[file], rng.choice(BREAKS)) if file in configuration.files else ""
