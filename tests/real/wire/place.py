"""Where the tools run: a network namespace with loopback only, in which every model service is this machine."""

import os
import pathlib
import subprocess
import sys

REAL = pathlib.Path(__file__).resolve().parent.parent
INSIDE = "WIRE_INSIDE"

# Services that the tools know by themselves. Each of them is the mock here, so that it is seen where a request would have gone.
SERVICES = """
api.z.ai open.bigmodel.cn zcode.z.ai bigmodel.cn
api.anthropic.com platform.claude.com console.anthropic.com claude.ai api.openai.com chatgpt.com auth.openai.com openrouter.ai
generativelanguage.googleapis.com
api.deepseek.com api.groq.com api.mistral.ai api.x.ai api.together.xyz api.fireworks.ai api.cerebras.ai api.moonshot.ai api.moonshot.cn
api.minimax.io api.minimaxi.com dashscope.aliyuncs.com dashscope-intl.aliyuncs.com dashscope-us.aliyuncs.com coding.dashscope.aliyuncs.com
coding-intl.dashscope.aliyuncs.com portal.qwen.ai chat.qwen.ai api-inference.modelscope.cn router.huggingface.co
opencode.ai models.dev api.opencode.ai api.cline.bot app.cline.bot api.kilo.ai kilo.ai api.kilocode.ai api.factory.ai app.factory.ai
api.continue.dev hub.continue.dev ai-gateway.vercel.sh api.novita.ai integrate.api.nvidia.com models.github.ai api.githubcopilot.com
glm.example llm.example proxy.example
""".split()


# It is only on this namespace's loopback. Some tools ask no name that stands for a private address.
ADDRESS = "11.11.11.11"


class CannotRun(Exception):
    """Something that is needed for all runs is not there."""


def go_inside(script, arguments):
    """Starts the script again in namespaces of its own, by offline.sh, or comes back when that has been done."""
    if os.environ.pop(INSIDE, None) == "1":
        return
    os.environ[INSIDE] = "1"
    os.execvp("bash", ["bash", str(REAL / "offline.sh"), "--mounts", sys.executable, str(script), *arguments])


def only_loopback():
    """The same question that offline.sh has put: whoever sets the variable by hand runs nothing."""
    devices = [line.split(":")[0].strip() for line in pathlib.Path("/proc/net/dev").read_text().splitlines()[2:]]
    routes = pathlib.Path("/proc/net/route").read_text().splitlines()[1:]
    if devices != ["lo"] or routes:
        raise CannotRun("there is more than loopback in this network namespace")


def stand_for_services(work):
    """Names every service in the run's /etc/hosts, and makes a certificate for them that the system's own list trusts."""
    done = subprocess.run(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"], capture_output=True, text=True)
    if done.returncode:
        raise CannotRun(f"loopback can't have another address: {done.stderr.strip()}")
    hosts = work / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n::1 localhost\n{ADDRESS} {' '.join(SERVICES)}\n")
    bind(hosts, "/etc/hosts")
    tls = work / "tls"
    tls.mkdir()
    (tls / "names").write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in ["localhost", *SERVICES]) + ",IP:127.0.0.1")
    openssl = lambda *words: subprocess.run(["openssl", *words], cwd=tls, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=wire test", "-keyout", "ca-key.pem", "-out", "ca.pem")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=api.z.ai", "-keyout", "key.pem", "-out", "request.pem")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "cert.pem")
    system = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
    if system.exists():
        both = tls / "all.pem"
        both.write_text(system.read_text() + (tls / "ca.pem").read_text())
        bind(both, system)
    return tls


def bind(source, target):
    """For this mount namespace only."""
    done = subprocess.run(["mount", "--bind", str(source), str(target)], capture_output=True, text=True)
    if done.returncode:
        raise CannotRun(f"{target} can't be replaced for this run: {done.stderr.strip()}")


def trust(tls):
    """Variables that make programs trust the certificate, whichever of them they read."""
    ca = str(tls / "ca.pem")
    return {"NODE_EXTRA_CA_CERTS": ca, "SSL_CERT_FILE": ca, "REQUESTS_CA_BUNDLE": ca}
