"""What the made configurations of all tools draw from.

A module in wire/tools has:
  TOOL       the name that glm-setup knows the tool by
  ENV        variables of every run
  PATIENCE   seconds after which a tool that has sent nothing and has not ended could not be measured
  by_hand()  configurations that somebody has thought of
  make(rng, configuration)   fills in one more
  command(tool, configuration, home)   how the tool is started with a prompt
and where that does not fit, `main_request(requests)` and `converse(…)`, in place of run.chosen and run.start, and
`prepare(tool, home)` for what only the real tool needs in its home.
"""

from .mock import GATE

LOOPBACK = f"http://127.0.0.1:{GATE}"
ANTHROPIC = ["https://api.z.ai/api/anthropic", "https://open.bigmodel.cn/api/anthropic", f"{LOOPBACK}/api/anthropic"]
CHAT = ["https://api.z.ai/api/coding/paas/v4", "https://open.bigmodel.cn/api/coding/paas/v4", f"{LOOPBACK}/api/coding/paas/v4"]
METERED = ["https://api.z.ai/api/paas/v4", "https://open.bigmodel.cn/api/paas/v4", f"{LOOPBACK}/api/paas/v4"]
RESPONSES = ["https://api.z.ai/api/v1", "https://open.bigmodel.cn/api/v1", f"{LOOPBACK}/api/v1"]
OTHERS = ["https://llm.example/v1", "http://127.0.0.1:11434/v1", "http://localhost:1234/v1", "https://openrouter.ai/api/v1"]
# What people leave at the end of an address, or off it.
TAILS = ["", "", "", "", "/", "/v1", "/chat/completions", "/v1/messages", "/messages", "/v1/"]
MODELS = ["glm-5.3", "glm-5.3-flash", "glm-5.2", "glm-4.7", "glm-4.6", "GLM-4.6", "glm-5.3[1m]", "glm-5.3-flash[1m]", "glm-9-unknown", "claude-sonnet-4-5", "gpt-5"]
# Trailing comma, comment, cut off, another language.
BREAKS = ["comma", "comment", "cut", "null", "list", "empty", "bom"]


def address(rng, *lists):
    """Mostly a right one, sometimes with a tail too many, another scheme or a letter in upper case."""
    base = rng.choice([each for some in lists for each in some])
    text = base + rng.choice(TAILS)
    if rng.random() < 0.05:
        text = text.replace("https://", "http://")
    return text


def chance(rng, likelihood):
    return rng.random() < likelihood


def damaged(text, how):
    """JSON text that a strict reader, or any reader, refuses; or one that only looks so."""
    if how == "comma":
        return text.rstrip().removesuffix("}").rstrip() + ",\n}\n"
    if how == "comment":
        return "// my settings\n" + text
    if how == "cut":
        return text.rstrip()[:-1]
    return {"null": "null\n", "list": "[]\n", "empty": "", "bom": "\ufeff" + text}[how]
