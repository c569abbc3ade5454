"""Cline CLI 2 (the older engine): globalState.json names a provider for each mode, secrets.json holds the keys."""

import json

from ..configuration import Configuration
from ..generate import ANTHROPIC, CHAT, METERED, OTHERS, address, chance

TOOL = "cline"
ENV = {}
PATIENCE = 90
REFUSES = b"Error: API request failed"
DATA = ".cline/data"
STATE, SECRETS = f"{DATA}/globalState.json", f"{DATA}/secrets.json"
SECRET_NAMES = {"zai": "zaiApiKey", "openai": "openAiApiKey", "anthropic": "apiKey", "openrouter": "openRouterApiKey", "openai-native": "openAiNativeApiKey", "deepseek": "deepSeekApiKey", "litellm": "liteLlmApiKey"}
# The member that names the model, after `planMode` or `actMode`.
MODEL_NAMES = {"openai": "OpenAiModelId", "openrouter": "OpenRouterModelId", "litellm": "LiteLlmModelId"}
ADDRESS_NAMES = {"openai": "openAiBaseUrl", "anthropic": "anthropicBaseUrl", "litellm": "liteLlmBaseUrl"}
MODELS = ["glm-5.3", "glm-5.3-flash", "glm-5.2", "glm-5", "glm-4.7", "glm-4.6", "GLM-5.2", "glm-5.3[1m]", "glm-9-unknown"]


def command(tool, configuration, home):
    return [tool.program, "-y", "please say hello"]


class State:
    """The two files while they are put together."""

    def __init__(self, name):
        self.configuration = Configuration(name)
        self.state = {"welcomeViewCompleted": True}
        self.secrets = {}

    def set(self, **members):
        self.state.update(members)
        return self

    def mode(self, mode, provider, model=None):
        self.state[f"{mode}ModeApiProvider"] = provider
        if model is not None:
            self.state[f"{mode}Mode{MODEL_NAMES.get(provider, 'ApiModelId')}"] = model
        return self

    def both(self, provider, model=None):
        return self.mode("plan", provider, model).mode("act", provider, model)

    def key(self, provider):
        name = SECRET_NAMES[provider]
        self.secrets[name] = self.configuration.key("literal", name, SECRETS)
        return self

    def variable(self, name):
        self.configuration.variable(name)
        return self

    def done(self):
        self.configuration.files[STATE] = json.dumps(self.state, indent=2)
        if self.secrets:
            self.configuration.files[SECRETS] = json.dumps(self.secrets, indent=2)
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = State
    yield new("nothing chosen").done()
    yield new("nothing chosen, Z.ai's key").key("zai").done()
    zai = lambda name, model="glm-4.7": new(name).both("zai", model)
    yield zai("Z.ai").key("zai").done()
    yield zai("Z.ai without a key").done()
    yield zai("Z.ai, another provider's key").key("openai").done()
    for name in "ZHIPU_API_KEY", "ZAI_API_KEY":
        yield zai(f"Z.ai, the variable {name}").variable(name).done()
    for line in "china", "international", "coding", "":
        yield zai(f"Z.ai, the line {line!r}").set(zaiApiLine=line).key("zai").done()
    for model in "glm-5.2", "glm-5.3", "glm-4.7-flash", "GLM-4.7", "glm-4.7[1m]", "", None:
        yield zai(f"Z.ai, the model {model!r}", model).key("zai").done()
    yield zai("Z.ai and an address").set(zaiBaseUrl=CHAT[0], openAiBaseUrl=CHAT[2]).key("zai").done()
    own = lambda name, url=CHAT[0], model="glm-5.3": new(name).both("openai", model).set(openAiBaseUrl=url)
    yield own("OpenAI compatible").key("openai").done()
    yield own("OpenAI compatible without a key").done()
    yield own("OpenAI compatible, Z.ai's key").key("zai").done()
    yield own("OpenAI compatible, a variable").variable("OPENAI_API_KEY").done()
    for url in CHAT[0] + "/", CHAT[0] + "//", CHAT[0] + "/chat/completions", METERED[1], ANTHROPIC[0], "api.z.ai/api/coding/paas/v4", "", f" {CHAT[0]} ", CHAT[2] + "?a=b", "https://API.z.ai:443/api/coding/paas/v4", "${MY_URL}":
        yield own(f"the address {url!r}", url).key("openai").done()
    yield new("no address").both("openai", "glm-5.3").key("openai").done()
    for model in "glm-5.3[1m]", "GLM-5.3", "", None:
        yield own(f"the model {model!r}", model=model).key("openai").done()
    yield own("the model under the other name").set(actModeApiModelId="glm-4.7", planModeApiModelId="glm-4.7").key("openai").done()
    yield new("two modes").mode("plan", "zai", "glm-4.7").mode("act", "openai", "glm-5.3").set(openAiBaseUrl=CHAT[0]).key("zai").key("openai").done()
    yield new("two modes, plan is on").mode("plan", "zai", "glm-4.7").mode("act", "openai", "glm-5.3").set(openAiBaseUrl=CHAT[0], mode="plan").key("zai").key("openai").done()
    yield new("only the plan mode").mode("plan", "openai", "glm-5.3").set(openAiBaseUrl=CHAT[0]).key("openai").done()
    yield own("headers with a key").set(openAiHeaders={"x-mine": "a"}).key("openai").done()
    layers = own("a key in the headers").key("openai")
    yield layers.set(openAiHeaders={"Authorization": f"Bearer {layers.configuration.key('literal', 'openAiHeaders', STATE)}"}).done()
    claude = lambda name: new(name).both("anthropic", "claude-sonnet-4-5-20250929")
    yield claude("Anthropic").key("anthropic").done()
    yield claude("Anthropic at Z.ai").set(anthropicBaseUrl=ANTHROPIC[0]).key("anthropic").done()
    yield claude("Anthropic at Z.ai, /v1").set(anthropicBaseUrl=ANTHROPIC[0] + "/v1").key("anthropic").done()
    yield new("Anthropic at Z.ai, a model of Z.ai's").both("anthropic", "glm-5.3").set(anthropicBaseUrl=ANTHROPIC[0]).key("anthropic").done()
    yield claude("Anthropic, a variable").variable("ANTHROPIC_API_KEY").done()
    yield new("OpenRouter").both("openrouter", "z-ai/glm-4.7").key("openrouter").done()
    yield new("OpenAI itself").both("openai-native", "gpt-5").key("openai-native").done()
    yield new("LiteLLM").both("litellm", "glm-5.3").set(liteLlmBaseUrl=CHAT[2]).key("litellm").done()
    yield new("a provider of the newer engine").both("zai-coding-plan", "glm-5.3").key("zai").done()
    yield new("an unknown provider").both("glm", "glm-5.3").key("zai").done()
    layers = zai("another folder").key("zai").done()
    layers.files = {path.replace(".cline", "c", 1): text for path, text in layers.files.items()}
    layers.env["CLINE_DIR"] = "@HOME@/c"
    for key in layers.keys.values():
        key.file = key.file.replace(".cline", "c", 1)
    yield layers
    for name, change in (("a comment", lambda text: "// mine\n" + text), ("a trailing comma", lambda text: text[:-1].rstrip() + ",\n}"), ("a BOM", lambda text: "\ufeff" + text)):
        for file in STATE, SECRETS:
            configuration = own(f"text: {name} in {file.rpartition('/')[2]}").key("openai").done()
            configuration.files[file] = change(configuration.files[file])
            yield configuration


def make(rng, configuration):
    layers = State(configuration.name)
    layers.configuration = configuration
    draw = lambda: rng.choice(["zai"] * 4 + ["openai"] * 5 + ["anthropic", "litellm", "openrouter"])
    act = draw()
    plan = act if chance(rng, 0.7) else draw()
    for mode, provider in ("act", act), ("plan", plan):
        if chance(rng, 0.95):
            layers.mode(mode, provider, "z-ai/glm-4.7" if provider == "openrouter" else rng.choice(MODELS) if chance(rng, 0.92) else None)
    for provider in {act, plan}:
        if chance(rng, 0.88):
            layers.key(provider)
        name = ADDRESS_NAMES.get(provider)
        if name and chance(rng, 0.9):
            layers.set(**{name: address(rng, ANTHROPIC) if provider == "anthropic" else address(rng, CHAT, CHAT, METERED, OTHERS[:3])})
    if chance(rng, 0.25):
        layers.key(rng.choice(list(SECRET_NAMES)))
    if chance(rng, 0.4):
        layers.set(zaiApiLine=rng.choice(["china", "international", "china", "coding"]))
    if chance(rng, 0.2):
        layers.set(mode=rng.choice(["plan", "act"]))
    layers.done()
