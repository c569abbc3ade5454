"""opencode 1: configs of user and project that are merged, keys in auth.json and in variables, providers with and without an entry."""

import json

from ..configuration import Configuration, pretty
from ..generate import ANTHROPIC, CHAT, LOOPBACK, METERED, RESPONSES, address, chance

TOOL = "opencode"
ENV = {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"}
PATIENCE = 90
FOLDER, NAME = ".config/opencode", "opencode"
GLOBAL, GLOBAL_C, LEGACY = f"{FOLDER}/{NAME}.json", f"{FOLDER}/{NAME}.jsonc", f"{FOLDER}/config.json"
PROJECT, PROJECT_C, INNER = f"project/{NAME}.json", f"project/{NAME}.jsonc", f"project/.{NAME}/{NAME}.json"
HOME_FOLDER = f".{NAME}/{NAME}.json"
AUTH, STATE = f".local/share/{NAME}/auth.json", f".local/state/{NAME}/model.json"
VARIABLE = "ZHIPU_API_KEY"
BUILT_IN = ["zai", "zai-coding-plan", "zhipuai", "zhipuai-coding-plan"]
OWN = ["glm", "my-zai", "z-ai", "ZAI", "zai-coding", "glm-plan"]
MODELS = ["glm-5.3", "glm-5.3-flash", "glm-5.2", "glm-4.7", "glm-5", "GLM-5.3", "glm-5.3[1m]", "glm-9-unknown"]
CHAT_NPM, ANTHROPIC_NPM, OPENAI_NPM = "@ai-sdk/openai-compatible", "@ai-sdk/anthropic", "@ai-sdk/openai"


def command(tool, configuration, home):
    return [tool.program, "run", "--pure", "hi"]


def main_request(requests):
    """The prompt's; the title's offers no tools, and may come without the prompt's."""
    return next((each for each in requests if each["tools"]), None)


class Layers:
    """The configs of one configuration while it is put together."""

    def __init__(self, name):
        self.configuration = Configuration(name)
        # What it sends to its own service when nobody has given it a key.
        self.configuration.known("public", "none")
        self.files, self.auths = {}, {}

    def set(self, file, **members):
        self.files.setdefault(file, {}).update(members)
        return self

    def provider(self, file, name, options=None, ids=None, **members):
        """An entry; `options` and models without settings are added to what the layer has."""
        entry = self.files.setdefault(file, {}).setdefault("provider", {}).setdefault(name, {})
        entry.update(members)
        if options:
            entry.setdefault("options", {}).update(options)
        if ids:
            entry.setdefault("models", {}).update({model: {} for model in ids})
        return self

    def key(self, file, name):
        return self.provider(file, name, {"apiKey": self.configuration.key("literal", name, file)})

    def reference(self, file, name, variable, there=True):
        """`{env:NAME}`, and perhaps the variable."""
        if there:
            self.configuration.variable(variable)
        return self.provider(file, name, {"apiKey": f"{{env:{variable}}}"})

    def key_file(self, file, name, path="~/.zai-key", there=True):
        """`{file:path}`, and perhaps the file."""
        place = path.removeprefix("~/") if path.startswith("~/") else file.rpartition("/")[0] + "/" + path.removeprefix("./")
        if there:
            self.configuration.files[place] = self.configuration.key("file", file=place) + "\n"
        return self.provider(file, name, {"apiKey": f"{{file:{path}}}"})

    def auth(self, name):
        self.auths[name] = {"type": "api", "key": self.configuration.key("literal", name, AUTH)}
        return self

    def variable(self, name=VARIABLE):
        self.configuration.variable(name)
        return self

    def env(self, **variables):
        self.configuration.env.update(variables)
        return self

    def done(self):
        for file, members in self.files.items():
            self.configuration.files[file] = pretty(members)
        if self.auths:
            self.configuration.files[AUTH] = json.dumps(self.auths, indent=2)
        return self.configuration


def by_hand():
    """Each asks one question."""
    new = Layers
    plan = "zai-coding-plan"
    yield new("nothing at all").done()
    yield new("a variable alone").variable().done()
    for name in BUILT_IN:
        yield new(f"a key of {name} alone").auth(name).done()
        yield new(f"a model of {name} and the variable").variable().set(GLOBAL, model=f"{name}/glm-5.3").done()
        yield new(f"a model of {name} without a key").set(GLOBAL, model=f"{name}/glm-5.3").done()
    yield new("keys of two providers and no model").auth("zai").auth(plan).done()
    yield new("a key of one, a model of another").auth("zai").set(GLOBAL, model=f"{plan}/glm-5.3").done()
    yield new("another variable").variable("ZAI_API_KEY").set(GLOBAL, model=f"{plan}/glm-5.3").done()
    chosen = lambda name, model="glm-5.3", provider=plan: new(name).set(GLOBAL, model=f"{provider}/{model}")
    yield chosen("a key in the config, auth.json and the variable").key(GLOBAL, plan).auth(plan).variable().done()
    yield chosen("a key in auth.json and the variable").auth(plan).variable().done()
    yield chosen("an empty key over auth.json").provider(GLOBAL, plan, {"apiKey": ""}).auth(plan).done()
    yield chosen("a reference").reference(GLOBAL, plan, "MY_KEY").done()
    yield chosen("a reference to nothing").reference(GLOBAL, plan, "MY_KEY", there=False).done()
    yield chosen("a reference to nothing over auth.json").reference(GLOBAL, plan, "MY_KEY", there=False).auth(plan).done()
    yield chosen("a key file").key_file(GLOBAL, plan).done()
    yield chosen("a key file beside the config").key_file(GLOBAL, plan, "./key.txt").done()
    yield chosen("a key file that is not there").key_file(GLOBAL, plan, there=False).done()
    for text in "${ZAI_API_KEY}", "$ZAI_API_KEY":
        layers = chosen(f"a reference that nobody expands: {text}")
        layers.configuration.known(text, "unexpanded", "ZAI_API_KEY", GLOBAL)
        yield layers.provider(GLOBAL, plan, {"apiKey": text}).variable("ZAI_API_KEY").done()
    layers = chosen("a key in the headers")
    yield layers.provider(GLOBAL, plan, {"headers": {"Authorization": f"Bearer {layers.configuration.key('literal', plan, GLOBAL)}"}}).done()
    layers = chosen("a key in the headers beside another").auth(plan)
    yield layers.provider(GLOBAL, plan, {"headers": {"Authorization": f"Bearer {layers.configuration.key('literal', plan, GLOBAL)}"}}).done()
    yield chosen("variables that the entry names").provider(GLOBAL, plan, env=["MY_KEY"]).variable("MY_KEY").variable().done()
    layers = chosen("a login of another kind")
    layers.auths[plan] = {"type": "oauth", "refresh": "r", "access": layers.configuration.key("login", file=AUTH), "expires": 4102444800000}
    yield layers.done()
    layers = chosen("auth.json with a comment").auth(plan).done()
    layers.files[AUTH] = "// mine\n" + layers.files[AUTH]
    yield layers
    layers = chosen("keys in a variable")
    yield layers.env(OPENCODE_AUTH_CONTENT=json.dumps({plan: {"type": "api", "key": layers.configuration.key("variable", "OPENCODE_AUTH_CONTENT")}})).auth(plan).done()

    keyed = lambda name, model="glm-5.3", provider=plan: chosen(name, model, provider).auth(provider)
    for url in METERED[0], METERED[2], CHAT[0] + "/", CHAT[0] + "//", CHAT[0] + "/chat/completions", "api.z.ai/api/coding/paas/v4", "https://API.z.ai:443/api/coding/paas/v4", "", f" {CHAT[1]} ", CHAT[0] + "?a=b":
        yield keyed(f"the address {url!r}").provider(GLOBAL, plan, {"baseURL": url}).done()
    yield keyed("the address under a wrong name").provider(GLOBAL, plan, {"baseUrl": CHAT[2]}).done()
    yield keyed("the address beside the options").provider(GLOBAL, plan, baseURL=CHAT[2]).done()
    yield keyed("the address under api").provider(GLOBAL, plan, api=CHAT[2]).done()
    yield keyed("an address by a variable").provider(GLOBAL, plan, {"baseURL": "{env:MY_URL}"}).env(MY_URL=CHAT[2]).done()
    yield keyed("an address by a variable that is not there").provider(GLOBAL, plan, {"baseURL": "{env:MY_URL}"}).done()
    yield keyed("an address with a variable in it").provider(GLOBAL, plan, {"baseURL": "${MY_URL}/v4"}).env(MY_URL=LOOPBACK).done()
    for npm in ANTHROPIC_NPM, OPENAI_NPM, CHAT_NPM:
        yield keyed(f"{npm} for the plan").provider(GLOBAL, plan, npm=npm).done()
        yield keyed(f"{npm} and an address of Anthropic's kind").provider(GLOBAL, plan, {"baseURL": ANTHROPIC[0]}, npm=npm).done()
        yield keyed(f"{npm} for the plan, the model declared").provider(GLOBAL, plan, {"baseURL": ANTHROPIC[0] + "/v1"}, ["glm-5.3"], npm=npm).done()
        yield keyed(f"{npm} for the plan, another model declared", "glm-5").provider(GLOBAL, plan, {"baseURL": ANTHROPIC[0] + "/v1"}, ["glm-5"], npm=npm).done()
        own = lambda name: keyed(name, provider="glm").provider(GLOBAL, "glm", ids=["glm-5.3"], npm=npm)
        yield own(f"{npm}, own name").provider(GLOBAL, "glm", {"baseURL": CHAT[0]}).done()
        yield own(f"{npm}, own name, Anthropic's kind").provider(GLOBAL, "glm", {"baseURL": ANTHROPIC[0]}).done()
        yield own(f"{npm}, own name, Anthropic's kind and /v1").provider(GLOBAL, "glm", {"baseURL": ANTHROPIC[0] + "/v1"}).done()
        yield own(f"{npm}, own name, Responses").provider(GLOBAL, "glm", {"baseURL": RESPONSES[0]}).done()
        yield own(f"{npm}, own name, no address").done()
        yield own(f"{npm}, own name, api").provider(GLOBAL, "glm", api=CHAT[0]).done()
    own = lambda name, model="glm-5.3": chosen(name, model, "glm").provider(GLOBAL, "glm", {"baseURL": CHAT[0]})
    yield own("own name without npm").auth("glm").provider(GLOBAL, "glm", ids=["glm-5.3"]).done()
    yield own("own name without models").auth("glm").provider(GLOBAL, "glm", npm=CHAT_NPM).done()
    yield own("own name without a key").provider(GLOBAL, "glm", ids=["glm-5.3"], npm=CHAT_NPM).done()
    yield own("own name, variables of its own").provider(GLOBAL, "glm", ids=["glm-5.3"], npm=CHAT_NPM, env=["MY_KEY"]).variable("MY_KEY").done()
    yield own("own name, and Z.ai's variable").provider(GLOBAL, "glm", ids=["glm-5.3"], npm=CHAT_NPM).variable().done()
    yield own("a model with another id").key(GLOBAL, "glm").provider(GLOBAL, "glm", npm=CHAT_NPM, models={"glm-5.3": {"id": "glm-4.7", "name": "GLM"}}).done()
    yield keyed("a catalogue's model with another id").provider(GLOBAL, plan, models={"glm-5.3": {"id": "glm-4.6"}}).done()
    yield keyed("a model with a provider of its own").provider(GLOBAL, plan, models={"glm-5.3": {"provider": {"npm": ANTHROPIC_NPM, "api": ANTHROPIC[0] + "/v1"}}}).done()
    yield keyed("a model with options of its own").provider(GLOBAL, plan, models={"glm-5.3": {"options": {"baseURL": CHAT[2]}}}).done()
    yield new("own name, no model chosen").key(GLOBAL, "glm").provider(GLOBAL, "glm", {"baseURL": CHAT[0]}, ["glm-5.3", "glm-4.7"], npm=CHAT_NPM).done()
    yield new("one of one's own and a key of zai, no model chosen").auth("zai").key(GLOBAL, "glm").provider(GLOBAL, "glm", {"baseURL": CHAT[0]}, ["glm-4.7"], npm=CHAT_NPM).done()
    yield new("two of one's own, no model chosen").key(GLOBAL, "glm").provider(GLOBAL, "glm", {"baseURL": CHAT[0]}, ["glm-4.7"], npm=CHAT_NPM) \
        .key(GLOBAL, "other").provider(GLOBAL, "other", {"baseURL": CHAT[1]}, ["glm-5.3"], npm=CHAT_NPM).done()
    yield keyed("two entries, one of them chosen").key(GLOBAL, "other").provider(GLOBAL, "other", {"baseURL": CHAT[1] + "/chat/completions"}, ["glm-5.3"], npm=CHAT_NPM).done()
    yield keyed("a variant of a name", provider="ZAI").done()

    yield keyed("a model that the catalogue lacks", "glm-5").done()
    yield keyed("a model that the catalogue lacks, declared", "glm-5").provider(GLOBAL, plan, ids=["glm-5"]).done()
    yield keyed("upper case", "GLM-5.3").done()
    yield keyed("a suffix", "glm-5.3[1m]").done()
    yield keyed("two slashes in the model", "zai/glm-5.3").done()
    yield new("a model without a provider").auth(plan).set(GLOBAL, model="glm-5.3").done()
    yield new("an empty model").auth(plan).set(GLOBAL, model="").done()
    yield new("a model by a variable").auth(plan).set(GLOBAL, model="{env:MY_MODEL}").env(MY_MODEL=f"{plan}/glm-5.2").done()
    yield keyed("a small model").set(GLOBAL, small_model=f"{plan}/glm-5.3-flash").done()
    yield keyed("a small model that the catalogue lacks").set(GLOBAL, small_model=f"{plan}/glm-4.5-air").done()
    yield keyed("no title").set(GLOBAL, agent={"title": {"disable": True}}).done()
    yield keyed("the agent's model").set(GLOBAL, agent={"build": {"model": f"{plan}/glm-5.2"}}).done()
    yield keyed("the mode's model").set(GLOBAL, mode={"build": {"model": f"{plan}/glm-5.2"}}).done()
    yield keyed("another default agent").set(GLOBAL, default_agent="mine", agent={"mine": {"mode": "primary", "model": f"{plan}/glm-5.2"}}).done()
    yield keyed("build disabled").set(GLOBAL, agent={"build": {"disable": True}, "plan": {"model": f"{plan}/glm-4.7"}}).done()
    layers = keyed("an agent of Markdown").done()
    layers.files[f"{FOLDER}/agent/build.md"] = f"---\nmodel: {plan}/glm-5.2\n---\nBe kind.\n"
    yield layers
    layers = new("the model that was used last").auth(plan).auth("zai").done()
    layers.files[STATE] = json.dumps({"recent": [{"providerID": plan, "modelID": "glm-5.2"}], "favorite": []})
    yield layers
    yield keyed("disabled").set(GLOBAL, disabled_providers=[plan]).done()
    yield new("one of four disabled").variable().set(GLOBAL, disabled_providers=["zai"]).done()
    yield new("two of four disabled").variable().set(GLOBAL, disabled_providers=["zai", "zhipuai-coding-plan"]).done()
    yield new("three of four disabled").variable().set(GLOBAL, disabled_providers=["zai", "zhipuai-coding-plan", "zhipuai"]).done()
    yield new("only one enabled").variable().set(GLOBAL, enabled_providers=[plan]).done()
    yield keyed("not among the enabled").set(GLOBAL, enabled_providers=["zai"]).done()
    yield keyed("a whitelist").provider(GLOBAL, plan, whitelist=["glm-5.2"]).done()
    yield keyed("a blacklist").provider(GLOBAL, plan, blacklist=["glm-5.3"]).done()
    yield new("a whitelist and no model").auth(plan).provider(GLOBAL, plan, whitelist=["glm-5.2"]).done()
    for vendor, variable in ("anthropic", "ANTHROPIC_API_KEY"), ("openai", "OPENAI_API_KEY"), ("openrouter", "OPENROUTER_API_KEY"), ("deepseek", "DEEPSEEK_API_KEY"):
        yield new(f"{vendor}'s variable alone").variable(variable).done()
        yield new(f"{vendor}'s variable and Z.ai's").variable(variable).variable().done()
    claude = lambda name: new(name).set(GLOBAL, model="anthropic/glm-5.3")
    yield claude("Anthropic's name with Z.ai's address").variable("ANTHROPIC_API_KEY").provider(GLOBAL, "anthropic", {"baseURL": ANTHROPIC[0] + "/v1"}, ["glm-5.3"]).done()
    yield claude("Anthropic's variables").variable("ANTHROPIC_API_KEY").provider(GLOBAL, "anthropic", ids=["glm-5.3"]).env(ANTHROPIC_BASE_URL=ANTHROPIC[0]).done()
    yield new("OpenAI's name with Z.ai's address").set(GLOBAL, model="openai/glm-5.3").variable("OPENAI_API_KEY").provider(GLOBAL, "openai", {"baseURL": CHAT[0]}, ["glm-5.3"]).done()
    yield new("OpenAI's name with Z.ai's address, npm changed").set(GLOBAL, model="openai/glm-5.3").variable("OPENAI_API_KEY").provider(GLOBAL, "openai", {"baseURL": CHAT[0]}, ["glm-5.3"], npm=CHAT_NPM).done()

    order = [LEGACY, GLOBAL, GLOBAL_C, "named.json", PROJECT, PROJECT_C, INNER, HOME_FOLDER]
    for lower, higher in zip(order, order[1:]):
        layers = new(f"{lower} below {higher}").set(lower, model=f"{plan}/glm-5.2").key(lower, plan).provider(lower, plan, {"baseURL": CHAT[1]})
        layers.set(higher, model=f"{plan}/glm-5.3").key(higher, plan).provider(higher, plan, {"baseURL": CHAT[2]})
        if "named.json" in (lower, higher):
            layers.env(OPENCODE_CONFIG="@HOME@/named.json")
        yield layers.done()
    yield keyed("the project adds an address only").provider(PROJECT, plan, {"baseURL": CHAT[2]}).done()
    yield keyed("a config in a variable").env(OPENCODE_CONFIG_CONTENT=json.dumps({"model": f"{plan}/glm-5.2"})).set(PROJECT, model=f"{plan}/glm-4.7").done()
    yield keyed("a named folder").env(OPENCODE_CONFIG_DIR="@HOME@/named").set("named/opencode.json", model=f"{plan}/glm-5.2").set(PROJECT, model=f"{plan}/glm-4.7").done()
    yield keyed("no project").env(OPENCODE_DISABLE_PROJECT_CONFIG="1").set(PROJECT, model=f"{plan}/glm-4.7").done()
    yield new("other folders").env(XDG_CONFIG_HOME="@HOME@/c", XDG_DATA_HOME="@HOME@/d").set(f"c/{NAME}/{NAME}.json", model=f"{plan}/glm-5.2").set(GLOBAL, model=f"{plan}/glm-4.7").auth(plan).done()
    for git in True, False:
        configuration = keyed(f"from a folder below, {'in' if git else 'not in'} a repository").set(PROJECT, model=f"{plan}/glm-5.2").set(f"{NAME}.json", model=f"{plan}/glm-4.7").done()
        configuration.cwd, configuration.repositories = "project/below", ["project"] if git else []
        yield configuration
    for name, text in ("a trailing comma", '{ "model": "%s", }'), ("a comment", '// mine\n{ "model": "%s" }'), ("a BOM", '\ufeff{ "model": "%s" }'), ("cut off", '{ "model": "%s"'), ("an unknown key", '{ "model": "%s", "providerConcurrency": 1 }'), ("a wrong type", '{ "model": "%s", "provider": [] }'), ("a key twice", '{ "model": "zai/glm-4.7", "model": "%s" }'):
        configuration = new(f"text: {name}").auth(plan).done()
        configuration.files[GLOBAL] = text % f"{plan}/glm-5.3"
        yield configuration
    configuration = new("text: empty").auth(plan).done()
    configuration.files[GLOBAL] = ""
    yield configuration
    configuration = keyed("a damaged file of the project").done()
    configuration.files[PROJECT] = "{"
    yield configuration


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    configuration.known("public", "none")
    files = [file for file, likelihood in ((GLOBAL, 0.85), (GLOBAL_C, 0.15), (PROJECT, 0.4), (INNER, 0.15)) if chance(rng, likelihood)] or [GLOBAL]
    names = rng.sample(BUILT_IN, rng.choice([1, 1, 2])) + (rng.sample(OWN, rng.choice([1, 1, 2])) if chance(rng, 0.45) else [])
    declared = {}
    for name in names:
        own = name not in BUILT_IN
        for file in files:
            if not chance(rng, 0.75 if own else 0.45):
                continue
            npm = rng.choice([CHAT_NPM] * 4 + [ANTHROPIC_NPM, ANTHROPIC_NPM, OPENAI_NPM, None]) if own else rng.choice([None] * 6 + [CHAT_NPM, ANTHROPIC_NPM])
            if npm:
                layers.provider(file, name, npm=npm)
            if chance(rng, 0.9 if own else 0.5):
                kinds = (ANTHROPIC, ANTHROPIC, CHAT) if npm == ANTHROPIC_NPM else (RESPONSES, CHAT) if npm == OPENAI_NPM else (CHAT, CHAT, CHAT, METERED, ANTHROPIC)
                layers.provider(file, name, {"baseURL": address(rng, *kinds)})
            if chance(rng, 0.85 if own else 0.15):
                models = rng.sample(MODELS, rng.choice([1, 2]))
                layers.provider(file, name, ids=models)
                declared.setdefault(name, []).extend(models)
            how = rng.random()
            if how < 0.3:
                layers.key(file, name)
            elif how < 0.45:
                layers.reference(file, name, rng.choice(["ZAI_API_KEY", "MY_KEY"]), chance(rng, 0.8))
            elif how < 0.5:
                layers.key_file(file, name)
            elif how < 0.54:
                layers.configuration.known("${ZAI_API_KEY}", "unexpanded", "ZAI_API_KEY", file)
                layers.provider(file, name, {"apiKey": "${ZAI_API_KEY}"})
        if chance(rng, 0.45):
            layers.auth(name)
    if chance(rng, 0.3):
        layers.variable()
    if chance(rng, 0.1):
        layers.variable(rng.choice(["ZAI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"]))
    for file in files:
        name = rng.choice(names)
        if chance(rng, 0.8):
            layers.set(file, model=f"{name}/{rng.choice(declared.get(name, MODELS[:4]) + MODELS[:3])}")
        if chance(rng, 0.25):
            layers.set(file, small_model=f"{rng.choice(names)}/{rng.choice(MODELS)}")
        if chance(rng, 0.12):
            layers.set(file, agent={"build": {"model": f"{rng.choice(names)}/{rng.choice(MODELS[:5])}"}})
        if chance(rng, 0.08):
            layers.set(file, **{rng.choice(["disabled_providers", "enabled_providers"]): rng.sample(names, 1)})
    if chance(rng, 0.1):
        layers.env(OPENCODE_CONFIG_CONTENT=json.dumps({"model": f"{rng.choice(names)}/glm-5.3"}))
    layers.done()
    if chance(rng, 0.04):
        configuration.files[files[-1]] = configuration.files.get(files[-1], "{}").rstrip()[:-1]
