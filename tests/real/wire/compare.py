"""What `glm-setup explain TOOL --format json` predicts, and where the wire differs from it."""

import json
import os
import shlex
import subprocess


class NoPrediction(Exception):
    """`explain` gave nothing that can be compared."""


def predict(binary, tool, place, env):
    """The `next-request` of the configuration that the tool uses when it is started in this folder, and the most requests at once."""
    command = [str(binary), *shlex.split(os.environ.get("GLM_SETUP_ARGS", "")), "--home", str(place.home), "explain", tool.module.TOOL, "--format", "json"]
    done = subprocess.run(command, cwd=place.cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    try:
        told = json.loads(done.stdout)
        if told["schema"] != 1:
            raise NoPrediction(f"it speaks of schema {told['schema']}")
        configurations = told["configurations"]
        # The first one is what a start in this folder uses; the others are side files.
        first = configurations[0] if configurations else {}
        return first.get("next-request"), (first.get("requests-at-once") or {}).get("value")
    except (ValueError, KeyError, TypeError) as wrong:
        raise NoPrediction(f"explain ended with {done.returncode}: {(done.stderr.strip() or str(wrong)).splitlines()[-1]}") from wrong


def differences(predicted, at_once, wire):
    """The fields in which the two differ, as (field, predicted, sent)."""
    sent = wire["sent"]
    if predicted is None or sent is None:
        if predicted is None and sent is None:
            return []
        return [("request", predicted and predicted["url"], sent and sent["url"])]
    found = [(field, predicted.get(field), sent[field]) for field in ("url", "protocol", "model") if predicted.get(field) != sent[field]]
    found += key_differences(predicted.get("key") or {}, sent["keys"])
    if at_once is not None and wire["in-flight"] > at_once:
        found.append(("requests-at-once", at_once, wire["in-flight"]))
    return found


def key_differences(predicted, sent):
    """A tool may send one key in two headers, and two keys; the predicted one must be among them."""
    kind = predicted.get("kind", "none")
    real = [key for key in sent if key["kind"] != "none"]
    if kind == "none":
        return [("key.kind", "none", real[0]["kind"])] if real else []
    alike = [key for key in real if key["kind"] == kind]
    if not alike:
        return [("key.kind", kind, "/".join(sorted({key["kind"] for key in real})) or "none")]
    name = predicted.get("name")
    if kind in ("variable", "unexpanded") and name not in [key.get("name") for key in alike]:
        return [("key.name", name, "/".join(sorted({str(key.get("name")) for key in alike})))]
    file = (predicted.get("origin") or {}).get("file")
    files = [key["file"] for key in alike if "file" in key]
    if file and files and file not in files:
        return [("key.file", file, "/".join(sorted(set(files))))]
    return []
