#!/usr/bin/env python3
"""measure.py [--missing] [TOOL…]

Measures the real tools before and after `glm-setup apply`, as tests/real/measures.toml says, and writes
tests/real/results/measured-<tool>.tsv (or $GLM_SETUP_EVIDENCE). Columns: date, tool, version, scenario, change, then requests,
refused, most in flight, endpoints and models, first before and then after the change, and the rules that it speaks of.

--missing measures only what has no row of the installed version yet.

Needs the tools (tests/real/install.sh), a built glm-setup ($GLM_SETUP_BIN, default target/debug/glm-setup), node, openssl, and
root or user namespaces. Every program runs through offline.sh, with loopback only; its own exit code is not looked at.
Exit 0, or 1 when something could not be measured (said which).
"""

import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REAL = pathlib.Path(os.environ.get("GLM_SETUP_REAL", ROOT / "target/real"))
RESULTS = pathlib.Path(os.environ.get("GLM_SETUP_EVIDENCE", HERE / "results"))
BINARY = pathlib.Path(os.environ.get("GLM_SETUP_BIN", ROOT / "target/debug/glm-setup")).resolve()
VERSIONS = tomllib.loads((HERE / "versions.toml").read_text())
MEASURES = tomllib.loads((HERE / "measures.toml").read_text())
KEY = "00000000000000000000000000000000.0000000000000000"
# Seconds that a tool may take for one prompt, for the scripts that can be told.
PATIENCE = {"MEASURE_TIMEOUT": "400", "CLINE_MEASURE_TIMEOUT": "400"}
# Loopback and no other network, or nothing runs.
OFFLINE = ["bash", str(HERE / "offline.sh")]
STAGES = ["--profile lite", "--profile lite --unsafe-fixes"]


class CannotMeasure(Exception):
    """A script said that it could not, or printed nothing that could be read."""


def offline():
    """The scripts make namespaces by themselves; where none can be made, say so once and at once."""
    if subprocess.run([*OFFLINE, "true"]).returncode != 0:
        sys.exit("measure.py: nothing is measured with a network")


def program(name):
    """The installed program of a tool."""
    path = (REAL / name / VERSIONS[name]["program"])
    if not path.exists():
        raise CannotMeasure(f"{path} is not there: run tests/real/install.sh {name}")
    return path.absolute()


def environment(tool, more):
    """This process's, with the tool's Node in front."""
    result = dict(os.environ)
    node = VERSIONS[tool].get("node")
    if node:
        node = program(node)
        result["PATH"] = f"{node.parent}:{result['PATH']}"
        result["QWEN_NODE"] = str(node)
    for key, value in more.items():
        if key == "OMO":
            result["OMO_MODULES"] = str(program("oh-my-opencode").parent)
        else:
            result[key] = value
    return result


def run(command, env):
    """The lines of tab-separated values that a script prints."""
    done = subprocess.run([*OFFLINE, "bash", *map(str, command)], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    lines = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") >= 5]
    if done.returncode == 2 or not lines:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing printed").splitlines()
        raise CannotMeasure(f"{pathlib.Path(command[0]).name}: {' '.join(said[-3:])}")
    return lines


def figures(tool, line):
    """requests, refused, most in flight, endpoints, models."""
    requests, refused, most, *rest = line[3:]
    if tool == "openclaw":  # seconds, then `host/path model (count)`
        places = [place.rsplit(" (", 1)[0] for place in rest[1:]]
        rest = [" ".join(sorted({place.split(" ")[0] for place in places})), " ".join(sorted({place.split(" ")[-1] for place in places}))]
    rest = [*rest, "", ""][:2]
    return [requests, refused, most, *rest]


def apply(home, options):
    """Applies a profile; the rules that changed something."""
    state = home.parent / "state"
    env = {"HOME": str(home), "XDG_STATE_HOME": str(state), "XDG_CONFIG_HOME": str(home.parent / "config"), "PATH": "/usr/bin:/bin", "ZAI_API_KEY": KEY}
    command = [BINARY, "--home", home, "apply", "--yes", "--force", "--format", "json", *options.split()]
    # The home is the working folder too, so that no project of this machine is looked at.
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=home)
    if done.returncode not in (0, 3):
        raise CannotMeasure(f"apply {options} ended with {done.returncode}: {done.stderr}")
    return sorted({rule for change in json.loads(done.stdout)["changes"] for rule in change["rules"]})


def make_home(entry, folder):
    """A fresh copy of the home of an entry; its other files, where it says what a rule asks for by hand."""
    home = folder / "home"
    if "fixture" in entry:
        shutil.copytree(ROOT / "tests/fixtures" / entry["fixture"] / "home", home)
    else:
        home.mkdir()
        for name, text in entry["files"].items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text + "\n")
    return home


def heard(scenario, before, after, entry):
    """Silence is no measurement: a tool that a busy machine ends too early sends nothing either."""
    if after[0] == "0" or (before[0] == "0" and not entry.get("silent-before")):
        raise CannotMeasure(f"{scenario}: no request came; is the machine too busy, or does the tool no longer do what the script expects?")


def measure_home(entry):
    """The rows of a home: one for each stage that changed something the entry speaks of."""
    tool = entry["tool"]
    script = entry.get("script", "home-measure.sh")
    runs = entry.get("program-of", tool)
    env = environment(tool, PATIENCE | entry.get("env", {}))
    first = [runs] if script == "home-measure.sh" else []

    def ask(home, patience=None):
        line = run([HERE / script, *first, program(runs), home, entry["scenario"], *entry.get("mock", [])], env | (patience or {}))[0]
        return line[1], figures(tool, line)

    def named(version):
        """A plugin's own version, with that of the program that loads it."""
        if runs == tool:
            return version
        own = json.loads((program(tool) / "package.json").read_text())["version"]
        return f"{own} in {runs} {version}"

    def row(change, before, after, rules):
        heard(entry["scenario"], before, after, entry)
        return [tool, named(version), entry.get("title", entry["scenario"]), change, *before, *after, " ".join(rules)]

    with tempfile.TemporaryDirectory() as folder:
        # Where silence is expected it need not be waited for as long.
        patience = {"MEASURE_TIMEOUT": "60"} if entry.get("silent-before") else None
        version, before = ask(make_home(entry, pathlib.Path(folder)), patience)
    if "by-hand" in entry:
        with tempfile.TemporaryDirectory() as folder:
            after = ask(make_home({"files": entry["by-hand"]}, pathlib.Path(folder)))[1]
        yield row(f"{'without effect' if entry.get('without-effect') else 'by hand'}: {entry['change']}", before, after, entry["rules"])
        return
    done = []
    for stage in entry.get("apply", STAGES):
        with tempfile.TemporaryDirectory() as folder:
            home = make_home(entry, pathlib.Path(folder))
            changed = apply(home, stage)
            spoken = [rule for rule in entry["rules"] if rule in changed]
            if not spoken or spoken in done:  # the second stage adds nothing that is spoken of
                continue
            done.append(spoken)
            after = ask(home)[1]
        yield row(f"apply {stage}", before, after, spoken)
    if not done:
        raise CannotMeasure(f"{entry['scenario']}: none of {entry['rules']} changes this home")


def measure_own(entry):
    """The rows of a script that knows its scenarios itself."""
    tool = entry["tool"]
    env = environment(tool, entry.get("env", {}))
    if script_applies := "fixture" in entry:  # SillyTavern's: `scene: place`
        lines = run([HERE / entry["script"], program(tool), BINARY, ROOT / "tests/fixtures" / entry["fixture"] / "home"], env)
        scenes = {}
        for line in lines:
            scene, place = line[2].split(": ", 1)
            scenes.setdefault(scene, {})[place] = (line[1], figures(tool, line))
        for scene in list(scenes)[1:]:
            for place, (version, after) in scenes[scene].items():
                before = scenes["before"].get(place, (version, ["", "", "", "", ""]))[1]
                name = f"{entry['fixture'].split('/')[1]}: {place}"
                yield [tool, version, name, f"apply --profile {scene.removeprefix('after ')}", *before, *after, " ".join(entry["rules"])]
        return
    assert not script_applies
    lines = {line[2]: line for line in run([HERE / entry["script"], program(tool), *entry.get("scenarios", [])], env)}
    for pair in entry["shows"]:
        line, other = lines[pair["before"]], lines[pair["after"]]
        before, after = figures(tool, line), figures(tool, other)
        heard(pair["before"], before, after, pair)
        yield [tool, line[1], pair["before"], f"{'without effect: ' if pair.get('without-effect') else ''}{pair['after']} (by the script)", *before, *after, " ".join(pair["rules"])]


def is_there(entry, rows):
    """Whether rows of the installed version hold all that an entry gives."""
    installed = (REAL / entry["tool"] / "installed").read_text().strip().rpartition("=" if "pip" in VERSIONS[entry["tool"]] else "@")[2]
    names = {row[3] for row in rows if row[2].split(" ")[0] == installed}
    if "shows" in entry:
        return all(pair["before"] in names for pair in entry["shows"])
    if "script" in entry and "scenario" not in entry:
        return any(name.startswith(entry["fixture"].split("/")[1] + ": ") for name in names)
    return entry.get("title", entry["scenario"]) in names


def main():
    offline()
    missing = "--missing" in sys.argv[1:]
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    entries = [(measure_home, entry) for entry in MEASURES["home"]] + [(measure_own, entry) for entry in MEASURES["own"]]
    tools = list(dict.fromkeys(entry["tool"] for _, entry in entries))
    failed = 0
    RESULTS.mkdir(parents=True, exist_ok=True)
    for tool in tools:
        if wanted and tool not in wanted:
            continue
        file = RESULTS / f"measured-{tool}.tsv"
        before = [line.split("\t") for line in file.read_text().splitlines()] if file.exists() else []
        rows, complete = [], True
        for how, entry in entries:
            if entry["tool"] != tool:
                continue
            if missing and is_there(entry, before):
                complete = False
                continue
            try:
                for row in how(entry):
                    row = [datetime.date.today().isoformat(), *(str(cell).replace("\t", " ") for cell in row)]
                    print("\t".join(row), flush=True)
                    rows.append(row)
            except CannotMeasure as error:
                failed, complete = 1, False
                print(f"measure.py: {tool}: {error}", file=sys.stderr, flush=True)
        # What could not be measured this time keeps the row of its own day and version.
        new = {tuple(row[3:5]) for row in rows}
        kept = [] if complete else [row for row in before if tuple(row[3:5]) not in new]
        if rows or kept:
            file.write_text("".join("\t".join(row) + "\n" for row in rows + kept))
    sys.exit(failed)


if __name__ == "__main__":
    main()
