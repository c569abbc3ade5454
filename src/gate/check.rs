//! Whether the gate is in order: HAProxy, the listener, and the tools that should use it.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Serialize;

use super::{OLDEST_HAPROXY, one_person};
use crate::facts::{Billing, Pack};
use crate::plan::Target;
use crate::report::visible;

/// How bad a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckLevel {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Info,
    /// The queue doesn't do what it is for.
    Warning,
    /// Nothing works, or the usage policy forbids it.
    Error,
}

/// One statement of the check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// What was looked at: `haproxy`, `listener`, `configuration` or `tools`.
    pub about: &'static str,
    /// How bad it is.
    pub level: CheckLevel,
    /// In a sentence.
    pub message: String,
}

impl CheckResult {
    fn new(about: &'static str, level: CheckLevel, message: impl Into<String>) -> Self {
        Self {
            about,
            level,
            message: message.into(),
        }
    }

    /// Whether something has to be done about it.
    pub fn fails(&self) -> bool {
        matches!(self.level, CheckLevel::Warning | CheckLevel::Error)
    }
}

/// The results for people, a line for each.
pub fn text(results: &[CheckResult]) -> String {
    let mut text = String::new();
    for result in results {
        let level = match result.level {
            CheckLevel::Ok => "ok",
            CheckLevel::Info => "info",
            CheckLevel::Warning => "warning",
            CheckLevel::Error => "error",
        };
        let message = visible::plain(&result.message);
        let _ = writeln!(text, "{level:<8} {}: {message}", result.about);
    }
    text
}

/// Folders that programs of administrators lie in, beside those of `PATH`.
const SYSTEM_FOLDERS: [&str; 4] = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
];

/// Where HAProxy is installed.
pub fn find_haproxy(path: Option<&str>) -> Option<PathBuf> {
    let own = path.map(std::env::split_paths).into_iter().flatten();
    own.chain(SYSTEM_FOLDERS.map(PathBuf::from))
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("haproxy"))
        .find(|program| program.is_file())
}

/// What `haproxy -v` says of itself: major and minor number, and the whole text of the version.
fn version(program: &Path) -> Option<((u32, u32), String)> {
    let output = Command::new(program)
        .arg("-v")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let after = said.split("version ").nth(1)?;
    let whole = after.split_whitespace().next()?.to_owned();
    let mut numbers = whole
        .split(|c: char| !c.is_ascii_digit())
        .map(str::parse::<u32>);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next()?.ok()?;
    Some(((major, minor), whole))
}

/// Whether HAProxy is there and new enough.
pub fn haproxy(program: Option<&Path>) -> CheckResult {
    let about = "haproxy";
    let Some(program) = program.filter(|program| program.is_file()) else {
        return CheckResult::new(
            about,
            CheckLevel::Error,
            "HAProxy isn't installed (Debian, Ubuntu: apt install haproxy; macOS: brew install haproxy)",
        );
    };
    let place = program.display();
    match version(program) {
        None => CheckResult::new(
            about,
            CheckLevel::Error,
            format!("{place} doesn't say its version"),
        ),
        Some((number, whole)) if number < OLDEST_HAPROXY => CheckResult::new(
            about,
            CheckLevel::Error,
            format!(
                "{place} is {whole}; the configuration needs {}.{} or newer",
                OLDEST_HAPROXY.0, OLDEST_HAPROXY.1
            ),
        ),
        Some((_, whole)) => CheckResult::new(about, CheckLevel::Ok, format!("{place} is {whole}")),
    }
}

/// The addresses at which somebody listens on a port; `None` where the system doesn't tell.
pub fn listeners(port: u16) -> Option<Vec<IpAddr>> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let texts: Vec<String> = tables
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .collect();
    (!texts.is_empty()).then(|| {
        let lines = texts.iter().flat_map(|text| text.lines().skip(1));
        lines.filter_map(|line| listening(line, port)).collect()
    })
}

/// The address of a line of `/proc/net/tcp`, when it is a listener on the port.
fn listening(line: &str, port: u16) -> Option<IpAddr> {
    const LISTEN: &str = "0A";
    let mut fields = line.split_whitespace().skip(1);
    let (address, own_port) = fields.next()?.split_once(':')?;
    let state = fields.nth(1)?;
    if state != LISTEN || u16::from_str_radix(own_port, 16).ok()? != port {
        return None;
    }
    // Words of four bytes, each in the machine's order.
    let words = address.len() / 8;
    let mut bytes = Vec::new();
    for word in 0..words {
        let word = u32::from_str_radix(address.get(word * 8..word * 8 + 8)?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    match bytes.len() {
        4 => Some(IpAddr::from(Ipv4Addr::from(
            <[u8; 4]>::try_from(bytes).ok()?,
        ))),
        16 => Some(IpAddr::from(Ipv6Addr::from(
            <[u8; 16]>::try_from(bytes).ok()?,
        ))),
        _ => None,
    }
}

/// Whether somebody listens, and whether on this machine only. `plan` says that a coding plan stands behind the gate.
pub fn listener(port: u16, listeners: Option<&[IpAddr]>, plan: bool, pack: &Pack) -> CheckResult {
    let about = "listener";
    let Some(listeners) = listeners else {
        return CheckResult::new(
            about,
            CheckLevel::Info,
            format!("this system doesn't say who listens on port {port}"),
        );
    };
    let beyond = listeners.iter().find(|address| !is_loopback(**address));
    match (listeners.first(), beyond) {
        (None, _) => CheckResult::new(
            about,
            CheckLevel::Error,
            format!("nothing listens on port {port}: the gate isn't running"),
        ),
        (_, Some(address)) if plan => CheckResult::new(
            about,
            CheckLevel::Error,
            format!(
                "the gate listens on {address}, which other machines can reach, in front of a coding plan. {}",
                one_person(pack)
            ),
        ),
        (_, Some(address)) => CheckResult::new(
            about,
            CheckLevel::Warning,
            format!(
                "the gate listens on {address}, which other machines can reach; that is for teams on a metered key, with TLS"
            ),
        ),
        (Some(address), None) => CheckResult::new(
            about,
            CheckLevel::Ok,
            format!("something listens on {address}, port {port}, on this machine only"),
        ),
    }
}

fn is_loopback(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
    }
}

/// Whether a configuration opens a coding plan to other machines; nothing to say of any other.
pub fn configuration(path: &Path, text: &str, pack: &Pack) -> Option<CheckResult> {
    let words = |line: &str| -> Vec<String> {
        let line = line.split('#').next().unwrap_or_default();
        line.split_whitespace().map(str::to_owned).collect()
    };
    let lines: Vec<Vec<String>> = text.lines().map(words).collect();
    let plan = pack.endpoint.iter().any(|endpoint| {
        let below = format!("{}/", endpoint.path());
        endpoint.gate
            && endpoint.billing == Billing::CodingPlan
            && lines.iter().flatten().any(|word| word.starts_with(&below))
    });
    let open = lines
        .iter()
        .filter(|words| words.first().is_some_and(|word| word == "bind"))
        .filter_map(|words| words.get(1))
        .find(|address| {
            let local = ["abns@", "unix@", "\"unix@", "/"];
            let host = address
                .rsplit_once(':')
                .map_or(address.as_str(), |(host, _)| host);
            let host = host.trim_matches(['[', ']']);
            !local.iter().any(|prefix| address.starts_with(prefix))
                && !crate::facts::is_loopback(host)
        });
    let open = open.filter(|_| plan)?;
    Some(CheckResult::new(
        "configuration",
        CheckLevel::Error,
        format!(
            "{} opens a coding plan to other machines (`bind {open}`). {}",
            path.display(),
            one_person(pack)
        ),
    ))
}

/// What the tools' configurations say together; `name` gives a tool's name. These are statements over several
/// configurations, which no rule can make.
pub fn tools(targets: &[Target], pack: &Pack, name: &dyn Fn(&str) -> String) -> Vec<CheckResult> {
    let about = "tools";
    let on_plan = |target: &&Target| {
        target.uses_zai && !target.files.is_empty() && target.billing == Some(Billing::CodingPlan)
    };
    let names = |gated: bool| -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for target in targets.iter().filter(on_plan) {
            let name = name(&target.tool);
            if target.gate.is_some() == gated && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let (through, past) = (names(true), names(false));
    let mut gates: Vec<&str> = targets
        .iter()
        .filter(on_plan)
        .filter_map(|target| target.gate.as_deref())
        .collect();
    gates.sort_unstable();
    gates.dedup();
    let mut statements = Vec::new();
    if gates.len() > 1 {
        statements.push(CheckResult::new(
            about,
            CheckLevel::Warning,
            format!(
                "the tools use several gates ({}): each is a queue of its own, and together they keep no limit",
                gates.join(", ")
            ),
        ));
    }
    match (through.len(), past.len()) {
        (0, 0) => statements.push(CheckResult::new(
            about,
            CheckLevel::Info,
            "no tool uses the coding plan",
        )),
        (0, 1) => statements.push(CheckResult::new(
            about,
            CheckLevel::Info,
            format!("only {} uses the coding plan; its own settings can keep the limit, as long as one instance runs", past[0]),
        )),
        (0, _) => statements.push(CheckResult::new(
            about,
            CheckLevel::Info,
            format!(
                "{} share one coding-plan account without a gate, and no setting of theirs can keep its limit together{}. Cure: glm-setup apply --via-gate URL",
                past.join(", "),
                super::text(pack, "gate.figures").map(|figures| format!(" ({figures})")).unwrap_or_default()
            ),
        )),
        (_, 0) => statements.push(CheckResult::new(
            about,
            CheckLevel::Ok,
            format!("{} use the gate {}", through.join(", "), gates.join(", ")),
        )),
        (..) => statements.push(CheckResult::new(
            about,
            CheckLevel::Warning,
            format!(
                "{} reach Z.ai without the gate that {} use, so the limit isn't kept",
                past.join(", "),
                through.join(", ")
            ),
        )),
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let v4 = "   0: 0100007F:2256 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1";
        let any = "   0: 00000000:2256 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1";
        let v6 = "   0: 00000000000000000000000001000000:2256 00000000000000000000000000000000:0000 0A 0:0 0:0 0";
        let open = "   1: 0100007F:2256 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 1 1";
        if cfg!(target_endian = "little") {
            assert_eq!(listening(v4, 8790), Some(IpAddr::from([127, 0, 0, 1])));
            assert_eq!(listening(v6, 8790), Some(IpAddr::from(Ipv6Addr::LOCALHOST)));
        }
        assert_eq!(listening(any, 8790), Some(IpAddr::from([0, 0, 0, 0])));
        assert_eq!(listening(open, 8790), None);
        assert_eq!(listening(v4, 8791), None);
        assert_eq!(listening("garbage", 8790), None);
    }
}
