"""Kilo Code's CLI: made from opencode, so the same questions, under its names of files and variables."""

from ..configuration import Configuration
from . import opencode

TOOL = "kilo-code"
ENV = {"KILO_DISABLE_AUTOUPDATE": "1", "KILO_DISABLE_MODELS_FETCH": "1", "KILO_TELEMETRY_LEVEL": "off"}
PATIENCE = 120


def command(tool, configuration, home):
    return [tool.program, "run", "--pure", "hi"]


main_request = opencode.main_request


def renamed(text):
    return text.replace("OPENCODE_", "KILO_").replace("opencode", "kilo")


def taken_over(configuration):
    """The same, with this tool's names."""
    configuration.name = renamed(configuration.name)
    configuration.files = {renamed(path): text for path, text in configuration.files.items()}
    configuration.env = {renamed(name): renamed(text) for name, text in configuration.env.items()}
    for key in configuration.keys.values():
        key.name, key.file = key.name and renamed(key.name), key.file and renamed(key.file)
    return configuration


def by_hand():
    """opencode's, and what only this tool has."""
    for configuration in opencode.by_hand():
        yield taken_over(configuration)
    plan = "zai-coding-plan"
    both = opencode.Layers("an opencode file beside its own").auth(plan).set(opencode.GLOBAL, model=f"{plan}/glm-5.3").done()
    both = taken_over(both)
    both.files[".config/kilo/opencode.json"] = f'{{ "model": "{plan}/glm-5.2" }}'
    yield both
    alone = taken_over(opencode.Layers("only an opencode file in its folder").auth(plan).done())
    alone.files[".config/kilo/opencode.json"] = f'{{ "model": "{plan}/glm-5.2" }}'
    yield alone
    foreign = taken_over(opencode.Layers("opencode's own folder").auth(plan).done())
    foreign.files[".config/opencode/opencode.json"] = f'{{ "model": "{plan}/glm-5.2" }}'
    yield foreign
    project = taken_over(opencode.Layers("a project's opencode file").auth(plan).set(opencode.GLOBAL, model=f"{plan}/glm-5.3").done())
    project.files["project/opencode.json"] = f'{{ "model": "{plan}/glm-5.2" }}'
    yield project
    older = taken_over(opencode.Layers("the older folder of a project").auth(plan).set(opencode.GLOBAL, model=f"{plan}/glm-5.3").done())
    older.files["project/.kilocode/kilo.json"] = f'{{ "model": "{plan}/glm-5.2" }}'
    yield older
    kilo = Configuration("its own variable")
    kilo.variable("KILO_API_KEY")
    yield kilo


def make(rng, configuration):
    opencode.make(rng, configuration)
    taken_over(configuration)
