"""Starts a tool with a configuration and notes what it sends."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

# After the answer to its main request a tool has this long to end by itself, or to send more.
GRACE = 2.0
# And this long if it goes on asking: some aren't content with a text.
LONGEST = 6.0


def environment(tool, configuration, home, trust):
    """All variables of the tool's process; `explain` gets the same."""
    folders = [str(tool.node.parent)] if tool.node else []
    return {
        "HOME": str(home),
        "PATH": ":".join([*folders, "/usr/local/bin:/usr/bin:/bin"]),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "TMPDIR": str(home.parent / "tmp"),
        **trust,
        **tool.module.ENV,
        **configuration.variables(home),
    }


class Place:
    """An empty home with the configuration in it, gone at the end."""

    def __init__(self, configuration, keep=None):
        self.configuration, self.keep = configuration, keep

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wire-"))
        self.home = self.folder / "home"
        self.home.mkdir()
        self.cwd = self.home / self.configuration.cwd
        (self.folder / "tmp").mkdir()
        self.configuration.write(self.home)
        return self

    def __exit__(self, *_):
        end_those_in(self.folder)
        if self.keep:
            shutil.rmtree(self.keep, ignore_errors=True)
            shutil.copytree(self.folder, self.keep, symlinks=True, ignore_dangling_symlinks=True, dirs_exist_ok=True)
        for _ in range(5):
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists():
                return
            time.sleep(0.5)


def send(tool, configuration, place, mock, trust, patience):
    """What the tool has sent, as JSON. `ended` is its exit code; null when it was stopped after its request."""
    env = environment(tool, configuration, place.home, trust)
    if hasattr(tool.module, "prepare"):
        tool.module.prepare(tool, place.home)
    seen = mock.begin(configuration.keys)
    if hasattr(tool.module, "converse"):
        ended, said = tool.module.converse(tool, configuration, place, env, seen, patience)
    else:
        ended, said = start(tool.module.command(tool, configuration, place.home), place, env, seen, patience, tool.module)
    main = chosen(tool.module, seen.requests)
    wire = {
        "sent": main and described(main),
        # Titles, probes, retries of another form.
        "beside": [described(each) for each in distinct(seen.requests) if each != main],
        "in-flight": seen.most,
        "ended": ended,
    }
    return wire, said, seen.others


def start(command, place, env, seen, patience, module):
    """Runs one command until it ends, or has had its answer. Gives its exit code, or None, "refused" or "too slow", and its words."""
    out = place.folder / "out"
    begun = time.monotonic()
    with open(out, "wb") as file:
        process = subprocess.Popen(["nice", *map(str, command)], cwd=place.cwd, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
    ended, asked = None, None
    # What a tool says that then tries again for a long time without sending anything.
    refuses = getattr(module, "REFUSES", None)
    while True:
        try:
            ended = process.wait(0.1)
            break
        except subprocess.TimeoutExpired:
            pass
        now = time.monotonic()
        if chosen(module, seen.requests):
            asked = asked or now
            if now - asked > LONGEST or seen.in_flight == 0 and now - seen.last > GRACE:
                break
        elif refuses and refuses in out.read_bytes():
            ended = "refused"
            break
        if now - begun > patience:
            ended = "too slow"
            break
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return ended, out.read_text(errors="replace")


def chosen(module, requests):
    """The request of the prompt itself: the first that offers tools, else the first. Titles and probes offer none."""
    if hasattr(module, "main_request"):
        return module.main_request(requests)
    return next((each for each in requests if each["tools"]), requests[0] if requests else None)


def described(request):
    """Without what is only there to choose by, and what is empty."""
    return {name: value for name, value in request.items() if name != "tools" and (value or name != "query")}


def distinct(requests):
    """Each kind of request once, in the order of the first."""
    result = []
    for each in requests:
        if each not in result:
            result.append(each)
    return result


def end_those_in(folder):
    """Ends what a tool has left running: the programs with the run's own folder in their environment."""
    mark = f"={folder}/".encode()
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.name) != os.getpid() and mark in (entry / "environ").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)
        except (OSError, ValueError):
            continue
