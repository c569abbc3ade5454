"""A configuration: the files and variables of one run, and which of its keys stands where."""

import dataclasses
import json
import pathlib

# Stands for the run's home in files and variables, since every run has another one.
HOME = "@HOME@"
# A folder for the project's files; it is below the home.
PROJECT = "project"


@dataclasses.dataclass
class Key:
    """Where a key, or a text that a tool may take for one, stands."""

    kind: str  # literal, variable, file, command, login, unexpanded
    name: str | None = None  # of the variable (of the reference, for `unexpanded`)
    file: str | None = None  # that holds it


@dataclasses.dataclass
class Configuration:
    """Files (by their path below the home), variables, and every key with its place."""

    name: str
    files: dict[str, str] = dataclasses.field(default_factory=dict)
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    keys: dict[str, Key] = dataclasses.field(default_factory=dict)
    # Folders that get a `.git`.
    repositories: list[str] = dataclasses.field(default_factory=list)
    # Where the tool is started.
    cwd: str = PROJECT
    # What keys begin with. Nothing but digits and a point is a number to a tool that reads it out of YAML.
    lead: str = "0"

    def key(self, kind, name=None, file=None):
        """A new invented key, in the form of Z.ai's, that is known to stand there."""
        number = len(self.keys) + 1
        marker = f"{self.lead}{number:031d}.{number:016d}"
        self.keys[marker] = Key(kind, name, file and "~/" + file)
        return marker

    def known(self, text, kind, name=None, file=None):
        """A text that would be sent as it is, such as a reference that nobody expands."""
        self.keys[text] = Key(kind, name, file and "~/" + file)
        return text

    def variable(self, name):
        """An invented key in the environment."""
        if name not in self.env:
            self.env[name] = self.key("variable", name)
        return self.env[name]

    def write(self, home: pathlib.Path):
        """Lays the files out below an empty home."""
        for path, text in self.files.items():
            place = home / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.replace(HOME, str(home)).encode("utf-8"))
            place.chmod(0o600)
        (home / self.cwd).mkdir(parents=True, exist_ok=True)
        for path in self.repositories:
            git = home / path / ".git"
            git.mkdir(parents=True)
            (git / "HEAD").write_text("ref: refs/heads/main\n")
            (git / "config").write_text("[core]\n\trepositoryformatversion = 0\n")
            (git / "objects").mkdir()
            (git / "refs").mkdir()

    def variables(self, home: pathlib.Path):
        """The environment's part that belongs to the configuration."""
        return {name: text.replace(HOME, str(home)) for name, text in self.env.items()}

    def described(self):
        """As JSON."""
        return {
            "name": self.name,
            "files": self.files,
            "env": self.env,
            "keys": {marker: {k: v for k, v in vars(key).items() if v is not None} for marker, key in self.keys.items()},
            "repositories": self.repositories,
            "cwd": self.cwd,
        }

    @staticmethod
    def read(described):
        """What `described` gave."""
        keys = {marker: Key(**key) for marker, key in described["keys"].items()}
        return Configuration(described["name"], described["files"], described["env"], keys, described["repositories"], described["cwd"])


def pretty(value):
    """JSON as people write it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
