//! What `doctor` found, for people.

use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::{
    Chosen, CodeCount, Diagnosis, Effect, Installed, Instances, Logs, Relation, VariablePlace,
    Variables, Versions,
};
use crate::finding::Severity;
use crate::paths::Environment;
use crate::plural::counted;
use crate::redact::Redactor;
use crate::report::visible;

/// The longest bar, in characters.
const BAR: u64 = 30;

/// Up to so many days each has its line; of more, only those with an error.
const ALL_DAYS: u16 = 14;

/// How a diagnosis is shown.
struct View<'a> {
    color: bool,
    environment: &'a Environment,
    redactor: &'a Redactor,
}

/// The whole diagnosis.
pub fn text(
    diagnosis: &Diagnosis,
    environment: &Environment,
    redactor: &Redactor,
    color: bool,
) -> String {
    let view = View {
        color,
        environment,
        redactor,
    };
    let mut text = String::new();
    view.instances(&mut text, diagnosis);
    view.variables(&mut text, &diagnosis.variables, diagnosis);
    view.logs(&mut text, &diagnosis.logs);
    view.versions(&mut text, &diagnosis.versions);
    let end = if diagnosis.needs_doing {
        "something needs doing: see the lines that begin with `!`"
    } else {
        "nothing needs doing"
    };
    let _ = writeln!(text, "\n{end}");
    text
}

impl View<'_> {
    fn heading(&self, text: &mut String, heading: &str) {
        let first = text.is_empty();
        let bold = self.style(Style::new().bold());
        let gap = if first { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{bold}{heading}{bold:#}");
    }

    fn style(&self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }

    /// The sign before something that needs doing.
    fn sign(&self, needed: bool) -> String {
        let red = self.style(Style::new().bold().fg_color(Some(AnsiColor::Red.into())));
        if needed {
            format!("{red}!{red:#}")
        } else {
            "-".to_owned()
        }
    }

    /// Text from outside: without secrets, and without commands to the terminal.
    fn safe(&self, text: &str) -> String {
        visible::plain(&self.redactor.text(text)).into_owned()
    }

    fn path(&self, path: &Path) -> String {
        self.safe(&self.environment.display(path))
    }

    fn instances(&self, text: &mut String, report: &Diagnosis) {
        self.heading(text, "Running instances");
        let found: &Instances = &report.instances;
        if let Some(reason) = &found.skipped {
            let _ = writeln!(text, "  skipped: {reason}");
            return;
        }
        if found.tools.is_empty() {
            text.push_str("  - no known tool is running\n");
        }
        for tool in &found.tools {
            let counts = if tool.uses_zai {
                ""
            } else {
                "; doesn't use Z.ai and doesn't count"
            };
            let pids = pids(&tool.pids);
            let _ = writeln!(
                text,
                "  - {}: {} ({pids}){counts}",
                tool.name,
                tool.pids.len()
            );
        }
        for host in &found.hosts {
            let programs: Vec<&str> = host.programs.iter().map(String::as_str).collect();
            let _ = writeln!(
                text,
                "  - {} may run inside {} ({}); each window in which it works is an instance, not counted",
                host.name,
                programs.join(", "),
                pids(&host.pids)
            );
        }
        for helper in &found.helpers {
            let pids = pids(&helper.pids);
            let _ = writeln!(
                text,
                "  - {}: {} ({pids}); {}",
                helper.name,
                helper.pids.len(),
                helper.says
            );
        }
        let chosen = match report.profile_chosen {
            Chosen::Named => "--profile",
            Chosen::Applied => "applied last",
            Chosen::Assumed => "assumed: the smallest plan; --profile names yours",
        };
        let profile = format!("profile {} ({chosen})", report.profile);
        let sign = self.sign(found.needs_doing);
        let Some(cap) = found.cap else {
            let _ = writeln!(text, "  {sign} {profile}: no cap is known");
            return;
        };
        let requests = counted(usize::try_from(cap).unwrap_or(usize::MAX), "request");
        let over = (found.counted as u64).saturating_sub(cap);
        let cure = if found.needs_doing {
            format!("; close {over} of them (doctor ends none)")
        } else {
            String::new()
        };
        let on_zai = if found.counted == 1 { "uses" } else { "use" };
        let _ = writeln!(
            text,
            "  {sign} {} {on_zai} Z.ai; {profile}: {requests} at once{cure}",
            counted(found.counted, "instance"),
        );
        if let Some(note) = &found.cap_note {
            let _ = writeln!(text, "      that number: {note}");
        }
        text.push_str("      not seen: extensions inside an editor, other machines, browsers\n");
    }

    fn variables(&self, text: &mut String, variables: &Variables, report: &Diagnosis) {
        self.heading(text, "Environment variables");
        if let Some(reason) = &variables.skipped {
            let _ = writeln!(text, "  skipped what is set now: {reason}");
        }
        for found in &variables.found {
            let places: Vec<String> = found.places.iter().map(|place| self.place(place)).collect();
            let sign = self.sign(found.severity > Severity::Info);
            let effect = match found.effect {
                Effect::Shadowed => "is shadowed",
                Effect::Shadows => "shadows a setting",
                Effect::InForce => "is in force",
                Effect::ReadsElsewhere => "names other files",
            };
            let _ = writeln!(
                text,
                "  {sign} {} {effect} ({}): {}",
                found.name,
                found.tool,
                places.join(", ")
            );
            let _ = writeln!(text, "      {}", self.safe(&found.message));
        }
        for problem in &variables.unreadable {
            let _ = writeln!(text, "  - not read: {}", self.safe(problem));
        }
        if variables.found.is_empty() {
            let _ = writeln!(
                text,
                "  - nothing to report for the tools on Z.ai (facts {})",
                report.facts
            );
        }
    }

    fn place(&self, place: &VariablePlace) -> String {
        match place {
            VariablePlace::Now => "set now".to_owned(),
            VariablePlace::File {
                file,
                line,
                conditional,
            } => {
                let note = if *conditional {
                    " (indented: in a function or a condition?)"
                } else {
                    ""
                };
                format!("{}:{line}{note}", self.path(file))
            }
        }
    }

    fn logs(&self, text: &mut String, logs: &Logs) {
        let heading = format!(
            "Z.ai's errors in the tools' logs, {} to {} (days in UTC)",
            logs.from, logs.to
        );
        self.heading(text, &heading);
        let most = logs
            .codes
            .iter()
            .flat_map(|code| code.by_day.values())
            .max();
        for code in &logs.codes {
            self.code(text, code, logs, most.copied().unwrap_or(1));
        }
        let files: u64 = logs.tools.iter().map(|tool| tool.files).sum();
        if logs.codes.is_empty() {
            let _ = writeln!(text, "  - none found");
        }
        let read: Vec<String> = logs
            .tools
            .iter()
            .filter(|tool| tool.files > 0)
            .map(|tool| {
                let files = counted(usize::try_from(tool.files).unwrap_or(usize::MAX), "file");
                format!("{} {files}, {}", tool.tool, size(tool.bytes))
            })
            .collect();
        if files > 0 {
            let _ = writeln!(text, "  - read: {}", read.join("; "));
        } else {
            let _ = writeln!(text, "  - no log of these days was found");
        }
        let _ = writeln!(
            text,
            "  - a lower bound, since not every error gets into a log:"
        );
        for reason in &logs.lower_bound {
            let _ = writeln!(text, "      {reason}");
        }
        for tool in &logs.tools {
            for folder in &tool.not_counted {
                let folder = self.safe(folder);
                let _ = writeln!(
                    text,
                    "      {}: {folder} is not counted: its form is not described",
                    tool.tool
                );
            }
            for problem in &tool.unreadable {
                let _ = writeln!(
                    text,
                    "      {}: not read: {}",
                    tool.tool,
                    self.safe(problem)
                );
            }
            if tool.too_long > 0 {
                let lines = counted(usize::try_from(tool.too_long).unwrap_or(usize::MAX), "line");
                let _ = writeln!(
                    text,
                    "      {}: {lines} longer than 1 MiB passed over",
                    tool.tool
                );
            }
        }
        text.push_str("      programs without a log that is known here leave no trace\n");
    }

    fn code(&self, text: &mut String, code: &CodeCount, logs: &Logs, most: u64) {
        let by_tool: Vec<String> = code
            .by_tool
            .iter()
            .map(|(tool, count)| format!("{tool} {count}"))
            .collect();
        let sign = self.sign(code.needs_doing());
        let times = counted(usize::try_from(code.total).unwrap_or(usize::MAX), "time");
        let _ = writeln!(
            text,
            "  {sign} {}, {times} ({}): {}",
            code.code,
            by_tool.join(", "),
            code.title,
        );
        let mut day = logs.from;
        while day <= logs.to {
            let count = code.by_day.get(&day).copied().unwrap_or_default();
            if count > 0 || logs.days <= ALL_DAYS {
                // A day with an error never has an empty bar.
                let length = (count * BAR / most).max(u64::from(count > 0));
                let bar = "█".repeat(usize::try_from(length).unwrap_or_default());
                let gap = if count > 0 { " " } else { "" };
                let _ = writeln!(text, "      {day}  {bar}{gap}{count}");
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        if logs.applied.is_some() {
            let _ = writeln!(text, "      since the last `apply`: {}", code.since_applied);
        }
        for advice in &code.advice {
            let _ = writeln!(text, "      do: {advice}");
        }
        for avoid in &code.avoid {
            let _ = writeln!(text, "      don't: {}", avoid.trim_start_matches("Do not "));
        }
    }

    fn versions(&self, text: &mut String, versions: &Versions) {
        self.heading(text, "Installed versions");
        if let Some(reason) = &versions.skipped {
            let _ = writeln!(text, "  skipped: {reason}");
            return;
        }
        if versions.tools.is_empty() {
            text.push_str("  - no known tool was found on PATH\n");
        }
        for tool in &versions.tools {
            let _ = writeln!(text, "  - {}", self.version(tool));
        }
    }

    fn version(&self, tool: &Installed) -> String {
        let Installed { name, verified, .. } = tool;
        let program = self.path(&tool.program);
        let Some(version) = &tool.version else {
            return format!(
                "{name}: {program}, whose version can't be seen without running it; rules verified on {verified}"
            );
        };
        match tool.relation {
            Relation::Same => {
                format!("{name} {version}: the version that the rules were verified on")
            }
            Relation::Newer => format!(
                "{name}: rules verified on {verified}, yours is {version}: newer, so a rule may be outdated"
            ),
            _ => format!(
                "{name}: rules verified on {verified}, yours is {version}: older, so it may lack what a rule writes"
            ),
        }
    }
}

/// "pid 1", "pids 1, 2".
fn pids(pids: &[u32]) -> String {
    let shown: Vec<String> = pids.iter().map(u32::to_string).collect();
    format!(
        "{} {}",
        if pids.len() == 1 { "pid" } else { "pids" },
        shown.join(", ")
    )
}

/// "12 kB", "3.4 MB"; powers of ten.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => {
            format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
        }
        _ => format!(
            "{}.{} GB",
            bytes / 1_000_000_000,
            bytes % 1_000_000_000 / 100_000_000
        ),
    }
}
