#!/usr/bin/env bash
# Time and memory of `glm-setup doctor` on transcripts of SIZE megabytes (default 2000), beside `rg -c` and `grep -c`.
#
#   benches/doctor.sh [PROGRAM] [SIZE]
#
# The transcripts are made up: lines of Claude Code's form, from 300 bytes to 200 kB, one error for every megabyte.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=${1:-$root/target/release/glm-setup}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$work" "${2:-2000}" <<'PY'
import datetime, json, os, random, sys, uuid
home, size = sys.argv[1], int(sys.argv[2])
random.seed(6)
folder = os.path.join(home, ".claude/projects/-home-user-project")
os.makedirs(folder)
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
name = lambda: str(uuid.UUID(int=random.getrandbits(128)))
words = "the file says error api code message request limit user tool result path line return value 1302 429".split()
text = " ".join(random.choice(words) for _ in range(60_000))
def line():
    length = random.choice([200, 400, 1_000, 2_000, 5_000, 20_000, 200_000 if random.random() < 0.1 else 3_000])
    start = random.randrange(len(text) - length)
    return {"type": "user", "message": {"role": "user", "content": [{"type": "tool_result", "content": text[start:start + length]}]}, "uuid": name(), "timestamp": now, "cwd": "/home/user/project"}
def error(code):
    body = json.dumps({"error": {"code": code, "message": "x"}})
    return {"type": "system", "subtype": "api_error", "error": {"message": "429 " + body, "status": 429}, "uuid": name(), "timestamp": now}
codes, written = {}, 0
# One piece of 1 MB, written again and again with errors of its own, is made faster than 2 GB of fresh lines.
piece, length = [], 0
while length < 1_000_000:
    piece.append(json.dumps(line()))
    length += len(piece[-1]) + 1
piece = "\n".join(piece) + "\n"
for number in range(4):
    with open(os.path.join(folder, f"{number}.jsonl"), "w") as file:
        while written < size * 1_000_000 * (number + 1) / 4:
            code = random.choice(["1302", "1302", "1113", "1313"])
            codes[code] = codes.get(code, 0) + 1
            written += file.write(piece) + file.write(json.dumps(error(code)) + "\n")
print(f"{written / 1e6:.0f} MB in 4 files, {sum(codes.values())} errors, load {os.getloadavg()[0]:.1f}")
json.dump(codes, open(os.path.join(home, "codes"), "w"))
PY
# A process begins with the peak of the one that started it, so the measuring one is small.
python3 -IS - "$program" "$work" <<'PY'
import json, os, sys, time
program, home = sys.argv[1:]
codes = json.load(open(os.path.join(home, "codes")))
def run(name, command):
    times, peak, out = [], 0, os.path.join(home, "out")
    for _ in range(5):
        to = [(os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
        start = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, {"HOME": home, "PATH": "/usr/bin:/bin"}, file_actions=to)
        usage = os.wait4(pid, 0)[2]
        times.append(time.perf_counter() - start)
        peak = max(peak, usage.ru_maxrss / 1024)
    print(f"{name}: {' '.join(f'{one:.2f}' for one in sorted(times))} s, peak {peak:.1f} MB")
    return open(out).read()
run("nothing (the floor of the measurement)", ["true"])
found = json.loads(run("glm-setup doctor", [program, "doctor", "--home", home, "--format", "json"]))
counted = {str(one["code"]): one["total"] for one in found["logs"]["codes"]}
print("counted exactly" if counted == codes else f"WRONG: {counted}, not {codes}")
files = [os.path.join(home, ".claude/projects/-home-user-project", f"{number}.jsonl") for number in range(4)]
for other in (["rg", "-c", "api_error"], ["grep", "-c", "api_error"]):
    try:
        run(" ".join(other), other + files)
    except FileNotFoundError:
        print(f"{other[0]} is not installed")
sys.exit(counted != codes)
PY
