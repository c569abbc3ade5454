#!/usr/bin/env python3
"""wire.py [TOOL…] [--count N] [--seed S] [--record] [--replay] [--only NAME] [-v]

Is what `glm-setup explain TOOL --format json` predicts what the real tool sends? For each tool many configurations are made (the
same ones for the same seed, and some by hand), each in a home of its own. `explain` is asked for the next request; the real tool is
started with one short prompt, in a network namespace with loopback only (offline.sh), where a mock stands for every service.
Address with path, protocol, model, and kind and source of the key must be the same.

TOOL is a name of versions.toml; without one: all that are installed and have a module in wire/tools.

  --count N    so many made configurations for each tool, beside those by hand (default 25)
  --seed S     which ones (default 1)
  --record     ask the tools only, and write what they sent to wire/recorded/<tool>.jsonl (with --only: those records anew)
  --replay     ask `explain` only, and compare with what is recorded there; needs no tool and no namespace
  --only NAME  only configurations whose name holds this text
  --every N    only each Nth configuration, for a shorter run
  --keep DIR   leave the last home of each configuration there
  -v           every configuration with what was sent, and the tool's last words where nothing was

Needs the tools (install.sh), a built glm-setup ($GLM_SETUP_BIN, default target/debug/glm-setup; $GLM_SETUP_ARGS are put before
`explain`), openssl, and root or user namespaces. Exit 0: all equal; 1: a difference; 2: something could not be measured (said which).
"""

import argparse
import importlib
import json
import os
import pathlib
import pkgutil
import random
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
from wire import compare, mock, place, run, tools  # noqa: E402
from wire.configuration import Configuration  # noqa: E402

ROOT = HERE.parent.parent
INSTALLED = pathlib.Path(os.environ.get("GLM_SETUP_REAL", ROOT / "target/real"))
BINARY = pathlib.Path(os.environ.get("GLM_SETUP_BIN", ROOT / "target/debug/glm-setup"))
RECORDED = HERE / "wire/recorded"
# By the names of versions.toml. A word of the language can't be a module's name, so `continue_`.
MODULES = {module.name.strip("_").replace("_", "-"): module.name for module in pkgutil.iter_modules(tools.__path__)}
VERSIONS = tomllib.loads((HERE / "versions.toml").read_text())


class Tool:
    """An installed tool and its module."""

    def __init__(self, name):
        self.name = name
        self.module = importlib.import_module(f"wire.tools.{MODULES[name]}")
        self.program = (INSTALLED / name / VERSIONS[name]["program"]).absolute()
        node = VERSIONS[name].get("node")
        self.node = node and (INSTALLED / node / VERSIONS[node]["program"]).absolute()

    @property
    def version(self):
        packages = VERSIONS[self.name].get("npm") or VERSIONS[self.name]["pip"]
        return packages[0].replace("==", "@").rpartition("@")[2]

    def folder(self, other):
        """Where another entry of versions.toml is installed."""
        return INSTALLED / other

    def configurations(self, count, seed):
        """Those by hand, then the made ones. Each has draws of its own, so more of them leave the first as they are."""
        yield from self.module.by_hand()
        for index in range(count):
            configuration = Configuration(f"made {seed}/{index}")
            self.module.make(random.Random(f"{self.module.TOOL} {seed} {index}"), configuration)
            yield configuration


def known_tools():
    return sorted(MODULES)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", nargs="*", metavar="TOOL", choices=[*known_tools(), []])
    parser.add_argument("--count", type=int, default=25)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser.parse_args()


class Tally:
    """The summary of one tool."""

    def __init__(self, tool):
        self.tool, self.tried, self.sent, self.equal, self.different, self.unmeasured = tool, 0, 0, 0, 0, 0

    def row(self):
        return f"{self.tool:14} {self.tried:6} {self.sent:15} {self.equal:6} {self.different:10} {self.unmeasured:11}"


def show(wire):
    """What was sent, in one line."""
    sent = wire["sent"]
    if sent is None:
        return f"nothing (ended: {wire['ended']})"
    keys = ", ".join(f"{key['in']}: {key['kind']} {key.get('name') or key.get('file') or ''}".strip() for key in sent["keys"])
    beside = f", beside {' '.join(str(each['model']) for each in wire['beside'])}" if wire["beside"] else ""
    return f"{sent['protocol']} {sent['url']} {json.dumps(sent['model'])} [{keys}]{beside}, {wire['in-flight']} in flight"


def judge(tool, tally, name, wire, ask):
    """Compares one configuration with its prediction."""
    try:
        predicted, at_once = ask()
    except (compare.NoPrediction, subprocess.TimeoutExpired, OSError) as wrong:
        tally.unmeasured += 1
        print(f"{tool.name}: {name}: no prediction: {wrong}")
        return
    found = compare.differences(predicted, at_once, wire)
    if not found:
        tally.equal += 1
        return
    tally.different += 1
    print(f"{tool.name}: {name}:")
    for field, before, after in found:
        print(f"    {field}: predicted {json.dumps(before)}, sent {json.dumps(after)}")


def on_the_wire(tool, options, mocked, trust):
    """Runs the tool with every configuration."""
    tally, records = Tally(tool.name), []
    for number, configuration in enumerate(tool.configurations(options.count, options.seed)):
        if options.only not in configuration.name or number % options.every:
            continue
        tally.tried += 1
        keep = options.keep and options.keep / tool.name / configuration.name.replace("/", "-").replace(" ", "-")
        with run.Place(configuration, keep) as spot:
            wire, said, others = run.send(tool, configuration, spot, mocked, trust, tool.module.PATIENCE)
            if options.verbose:
                print(f"{tool.name}: {configuration.name}: {show(wire)}", flush=True)
                if wire["sent"] is None:
                    print("    " + "\n    ".join([*said.replace(str(spot.home), "~").strip().splitlines()[-3:], *others[:3]]))
        if wire["ended"] == "too slow" and wire["sent"] is None:
            tally.unmeasured += 1
            print(f"{tool.name}: {configuration.name}: it did not end in {tool.module.PATIENCE} s")
            continue
        tally.sent += wire["sent"] is not None
        if options.record:
            records.append({"tool": tool.module.TOOL, "version": tool.version, **configuration.described(), "wire": wire})
            continue
        with run.Place(configuration) as spot:  # the tool may have changed its files
            env = run.environment(tool, configuration, spot.home, trust)
            judge(tool, tally, configuration.name, wire, lambda: compare.predict(BINARY, tool, spot, env))
    if options.record:
        keep_record(tool, records, bool(options.only))
    return tally


def keep_record(tool, records, some):
    """Writes what was sent; with `some`, in place of the records of the same names only."""
    file = RECORDED / f"{tool.name}.jsonl"
    RECORDED.mkdir(exist_ok=True)
    if some and file.exists():
        new = {record["name"]: record for record in records}
        old = [json.loads(line) for line in file.read_text().splitlines()]
        records = [new.pop(record["name"], record) for record in old] + list(new.values())
    file.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))


def replayed(tool, options):
    """Compares what is recorded with what `explain` says now."""
    tally = Tally(tool.name)
    for line in (RECORDED / f"{tool.name}.jsonl").read_text().splitlines():
        record = json.loads(line)
        configuration = Configuration.read(record)
        if options.only not in configuration.name:
            continue
        tally.tried += 1
        tally.sent += record["wire"]["sent"] is not None
        if options.verbose:
            print(f"{tool.name}: {configuration.name}: {show(record['wire'])}")
        with run.Place(configuration) as spot:
            env = run.environment(tool, configuration, spot.home, {})
            judge(tool, tally, configuration.name, record["wire"], lambda: compare.predict(BINARY, tool, spot, env))
    return tally


def main():
    options = arguments()
    if not options.replay:
        place.go_inside(pathlib.Path(__file__).resolve(), sys.argv[1:])
    if options.replay:
        names = options.tools or [name for name in known_tools() if (RECORDED / f"{name}.jsonl").exists()]
        tallies = [replayed(Tool(name), options) for name in names]
    else:
        with tempfile.TemporaryDirectory(prefix="wire-") as folder:
            place.only_loopback()
            tls = place.stand_for_services(pathlib.Path(folder))
            mocked = mock.Mock(tls / "cert.pem", tls / "key.pem")
            names = options.tools or [name for name in known_tools() if Tool(name).program.exists()]
            tallies = []
            for name in names:
                tool = Tool(name)
                if not tool.program.exists():
                    print(f"wire.py: {tool.program} is not there: run tests/real/install.sh {name}", file=sys.stderr)
                    return 2
                tallies.append(on_the_wire(tool, options, mocked, place.trust(tls)))
    print(f"\n{'tool':14} {'tried':>6} {'sent a request':>15} {'equal':>6} {'different':>10} {'unmeasured':>11}")
    for tally in tallies:
        print(tally.row())
    if any(tally.different for tally in tallies):
        return 1
    return 2 if any(tally.unmeasured for tally in tallies) or not tallies else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except place.CannotRun as wrong:
        print(f"wire.py: nothing is run: {wrong}", file=sys.stderr)
        sys.exit(2)
