"""oh-my-opencode (oh-my-openagent), a plugin of opencode: its own agents, each with a model that its config, or it itself, chooses."""

from ..generate import CHAT, METERED, address, chance
from . import opencode

TOOL = "oh-my-opencode"
ENV = opencode.ENV
PATIENCE = 150
GLOBAL = opencode.GLOBAL
FILE, LEGACY, PROJECT = ".omo/omo.jsonc", ".config/opencode/oh-my-openagent.json", "project/.omo/omo.jsonc"
PLUGIN = "oh-my-openagent"
PLAN = "zai-coding-plan"
main_request = opencode.main_request


def command(tool, configuration, home):
    return [tool.folder("opencode") / "node_modules/.bin/opencode", "run", "hi"]


def prepare(tool, home):
    """The package where opencode would have put it: nothing can be fetched here."""
    modules = tool.program.parent
    for spec in PLUGIN, f"{PLUGIN}@latest", f"{PLUGIN}@{tool.version}":
        folder = home / ".cache/opencode/packages" / spec
        folder.mkdir(parents=True)
        (folder / "node_modules").symlink_to(modules)
    (home / ".npmrc").write_text("fetch-retries=0\n")


class Layers(opencode.Layers):
    """With the plugin in opencode's config, and the plugin's own files."""

    def __init__(self, name):
        super().__init__(name)
        self.set(GLOBAL, plugin=[PLUGIN])

    def omo(self, file=FILE, **members):
        """Settings of the plugin; newer files have them below a key of their own."""
        place = self.files.setdefault(file, {})
        if file.endswith("omo.jsonc"):
            place = place.setdefault("[opencode]", {})
        for name, value in members.items():
            place[name] = {**place.get(name, {}), **value} if isinstance(value, dict) else value
        return self

    def agent(self, name, model, file=FILE, **more):
        return self.omo(file, agents={name: {**({"model": model} if model else {}), **more}})


def by_hand():
    """Each asks one question."""
    new = Layers
    yield new("nothing else").done()
    yield new("a key of the plan").auth(PLAN).done()
    yield new("a key of zai").auth("zai").done()
    yield new("the variable").variable().done()
    keyed = lambda name: new(name).auth(PLAN)
    yield keyed("opencode's model").set(GLOBAL, model=f"{PLAN}/glm-5.3").done()
    yield keyed("the agent's model").agent("sisyphus", f"{PLAN}/glm-5.3").done()
    yield keyed("the agent's model and opencode's").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", f"{PLAN}/glm-5.2").done()
    yield keyed("the agent's model in the older file").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", f"{PLAN}/glm-5.2", LEGACY).done()
    yield keyed("the agent's model in both files").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", f"{PLAN}/glm-5.2", LEGACY).agent("sisyphus", f"{PLAN}/glm-4.7").done()
    yield keyed("the agent's model in the project").agent("sisyphus", f"{PLAN}/glm-5.2").agent("sisyphus", f"{PLAN}/glm-4.7", PROJECT).done()
    yield keyed("an agent's model that the catalogue lacks").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", f"{PLAN}/glm-5").done()
    yield keyed("an agent's model without a key").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", "zhipuai/glm-5.3").done()
    yield keyed("models to fall back on").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", "openai/gpt-5", fallback_models=[f"{PLAN}/glm-4.7"]).done()
    yield keyed("only models to fall back on").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", None, fallback_models=[f"{PLAN}/glm-4.7"]).done()
    yield keyed("another agent's model").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("oracle", f"{PLAN}/glm-4.7").done()
    yield keyed("a category's model").set(GLOBAL, model=f"{PLAN}/glm-5.3").omo(categories={"quick": {"model": f"{PLAN}/glm-4.7"}}).done()
    yield keyed("its agent switched off").set(GLOBAL, model=f"{PLAN}/glm-5.3").omo(sisyphus_agent={"disabled": True}).agent("sisyphus", f"{PLAN}/glm-4.7").done()
    yield keyed("its agent disabled").set(GLOBAL, model=f"{PLAN}/glm-5.3").omo(disabled_agents=["sisyphus"]).agent("sisyphus", f"{PLAN}/glm-4.7").done()
    yield keyed("another agent to run").set(GLOBAL, model=f"{PLAN}/glm-5.3").omo(default_run_agent="hephaestus").agent("hephaestus", f"{PLAN}/glm-4.7").done()
    yield keyed("opencode's agent's model").set(GLOBAL, model=f"{PLAN}/glm-5.3", agent={"build": {"model": f"{PLAN}/glm-5.2"}, "sisyphus": {"model": f"{PLAN}/glm-4.7"}}).done()
    yield keyed("opencode's default agent").set(GLOBAL, model=f"{PLAN}/glm-5.3", default_agent="build").agent("sisyphus", f"{PLAN}/glm-4.7").done()
    yield keyed("an address").set(GLOBAL, model=f"{PLAN}/glm-5.3").provider(GLOBAL, PLAN, {"baseURL": CHAT[2]}).done()
    yield keyed("an unknown key at the root").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", f"{PLAN}/glm-4.7").set(FILE, background_task={}).done()
    yield keyed("a wrong type").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", f"{PLAN}/glm-4.7").omo(background_task={"defaultConcurrency": 0}).done()
    yield keyed("a wrong type in the agents").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", f"{PLAN}/glm-4.7").agent("oracle", None, temperature="x").done()
    yield keyed("providers that it shall not use").set(GLOBAL, model=f"{PLAN}/glm-5.3").omo(disabled_providers=[PLAN]).done()
    configuration = keyed("text: broken").set(GLOBAL, model=f"{PLAN}/glm-5.3").agent("sisyphus", f"{PLAN}/glm-4.7").done()
    configuration.files[FILE] = configuration.files[FILE].rstrip()[:-1]
    yield configuration


def make(rng, configuration):
    layers = Layers(configuration.name)
    layers.configuration = configuration
    configuration.known("public", "none")
    names = rng.sample(opencode.BUILT_IN, 2)
    for name in names:
        if chance(rng, 0.8):
            layers.auth(name)
        if chance(rng, 0.25):
            layers.provider(GLOBAL, name, {"baseURL": address(rng, CHAT, METERED)})
    draw = lambda: f"{rng.choice(names)}/{rng.choice(opencode.MODELS[:5])}"
    if chance(rng, 0.7):
        layers.set(GLOBAL, model=draw())
    for file in rng.sample([FILE, LEGACY, PROJECT], rng.choice([0, 1, 1, 2])):
        for agent in rng.sample(["sisyphus", "sisyphus", "oracle", "explore", "hephaestus"], 2):
            more = {"fallback_models": [draw()]} if chance(rng, 0.25) else {}
            layers.agent(agent, draw() if chance(rng, 0.85) else None, file, **more)
        if chance(rng, 0.15):
            layers.omo(file, sisyphus_agent={"disabled": True})
    layers.done()
