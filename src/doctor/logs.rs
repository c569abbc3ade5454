//! Z.ai's error codes in the tools' logs, by day and code.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use memchr::memmem::{self, Finder};
use serde::Serialize;
use serde_json::Value;

use super::codes::Codes;
use super::stream::{LONGEST_LINE, lines_with};
use crate::condition::query::singular;
use crate::document::Pointer;
use crate::facts::{ErrorClass, ErrorCode, Pack};
use crate::paths::Environment;
use crate::tool::{Descriptor, Log, LogError, LogFormat, log_files};

/// So many lines are remembered by their names; after that, copies of lines count again.
const MOST_NAMES: usize = 250_000;

/// A text log's time stands in the first bytes of a line.
const TIME_WITHIN: usize = 200;

/// `head` of a descriptor's log stands in the first bytes of a line.
const HEAD: usize = 60;

/// What the logs say.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Logs {
    /// How many days were looked at, the last one included.
    pub days: u16,
    /// The first day, UTC.
    pub from: Date,
    /// The last day, UTC.
    pub to: Date,
    /// The time of the last `apply`, where there was one: what is older may be fixed already.
    pub applied: Option<Timestamp>,
    /// The codes that were found, the most frequent first.
    pub codes: Vec<CodeCount>,
    /// What was read, by tool.
    pub tools: Vec<LogsRead>,
    /// Why the real numbers may be higher.
    pub lower_bound: Vec<String>,
    /// Whether an error since the last `apply` asks for something to be done.
    pub needs_doing: bool,
}

/// How often a code was found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CodeCount {
    /// The code.
    pub code: u32,
    /// What the facts say of it.
    pub title: String,
    /// What a client should do.
    pub class: ErrorClass,
    /// How often, all days.
    pub total: u64,
    /// How often since the last `apply`; all when there was none.
    pub since_applied: u64,
    /// How often, by day; days without it are left out.
    pub by_day: BTreeMap<Date, u64>,
    /// How often, by the tool's id.
    pub by_tool: BTreeMap<String, u64>,
    /// What to do.
    #[serde(rename = "do")]
    pub advice: Vec<String>,
    /// What not to do.
    pub avoid: Vec<String>,
}

impl CodeCount {
    /// Whether it asks for something to be done, beside waiting.
    pub fn needs_doing(&self) -> bool {
        let waiting = matches!(self.class, ErrorClass::Retry | ErrorClass::WaitForReset);
        self.since_applied > 0 && !waiting
    }
}

/// What was read of a tool's logs.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LogsRead {
    /// The tool's id.
    pub tool: String,
    /// How many files have changed since the first day and were read.
    pub files: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// How many lines were longer than 1 MiB and passed over.
    pub too_long: u64,
    /// Files that could not be read, and why.
    pub unreadable: Vec<String>,
    /// Where the tool writes logs of a form that nobody has described yet.
    pub not_counted: Vec<String>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Now.
    pub now: Timestamp,
    /// How many days to look at, this one included.
    pub days: u16,
    /// When `apply` wrote the last time.
    pub applied: Option<Timestamp>,
}

/// Counts the codes in the logs of all tools.
pub(super) fn count(
    tools: &[std::rc::Rc<Descriptor>],
    pack: &Pack,
    environment: &Environment,
    window: Window,
) -> Logs {
    let to = day(window.now);
    let before = i64::from(window.days.saturating_sub(1));
    let from = to.checked_sub(before.days()).unwrap_or(Date::MIN);
    let mut counter = Counter {
        codes: Codes::new(pack),
        from,
        to,
        applied: window.applied,
        counts: BTreeMap::new(),
        names: HashSet::new(),
        buffer: Vec::new(),
    };
    let mut read = Vec::new();
    let mut lower_bound = Vec::new();
    for tool in tools {
        let mut of_tool = LogsRead {
            tool: tool.id.clone(),
            ..LogsRead::default()
        };
        for log in tool.log.iter() {
            let earlier = of_tool.files;
            counter.log(tool, log, environment, &mut of_tool);
            let misses = log.misses.iter().filter(|_| of_tool.files > earlier);
            lower_bound.extend(misses.map(|misses| format!("{}: {misses}", tool.name)));
        }
        let undescribed = tool.logs.iter().filter_map(|path| environment.expand(path));
        of_tool.not_counted = undescribed
            .filter(|path| path.is_dir())
            .map(|path| environment.display(&path))
            .collect();
        if of_tool
            != (LogsRead {
                tool: tool.id.clone(),
                ..LogsRead::default()
            })
        {
            read.push(of_tool);
        }
    }
    if counter.names.len() >= MOST_NAMES {
        lower_bound.push(format!(
            "more than {MOST_NAMES} errors: beyond that, copies of a line count again"
        ));
    }
    let codes = counter.codes(pack);
    Logs {
        days: window.days,
        from,
        to,
        applied: window.applied,
        needs_doing: codes.iter().any(CodeCount::needs_doing),
        codes,
        tools: read,
        lower_bound,
    }
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

#[derive(Default)]
struct ErrorCount {
    by_day: BTreeMap<Date, u64>,
    by_tool: BTreeMap<String, u64>,
    since_applied: u64,
}

struct Counter {
    codes: Codes,
    from: Date,
    to: Date,
    applied: Option<Timestamp>,
    counts: BTreeMap<u32, ErrorCount>,
    /// Hashes of the lines' names.
    names: HashSet<u64>,
    buffer: Vec<u8>,
}

impl Counter {
    fn log(
        &mut self,
        tool: &Descriptor,
        log: &Log,
        environment: &Environment,
        read: &mut LogsRead,
    ) {
        let form = Form::new(log);
        let texts: Vec<Finder<'_>> = log.error.iter().map(|e| Finder::new(&e.contains)).collect();
        for path in log_files(tool, log, environment) {
            match self.file(&path, tool, &form, &texts, read) {
                Ok(()) => {}
                Err(error) => read
                    .unreadable
                    .push(format!("{}: {error}", environment.display(&path))),
            }
        }
    }

    fn file(
        &mut self,
        path: &Path,
        tool: &Descriptor,
        form: &Form<'_>,
        texts: &[Finder<'_>],
        read: &mut LogsRead,
    ) -> std::io::Result<()> {
        // Looked at before it is opened: opening a pipe would wait for somebody who writes.
        let metadata = std::fs::metadata(path)?;
        let changed = metadata
            .modified()
            .ok()
            .and_then(|time| Timestamp::try_from(time).ok());
        // What was written last before the first day holds nothing of interest.
        if !metadata.is_file() || changed.is_some_and(|changed| day(changed) < self.from) {
            return Ok(());
        }
        let file = File::open(path)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(LONGEST_LINE, 0);
        let extent = lines_with(file, &mut buffer, texts, |index, line| {
            if let Some((time, code)) = form.read(index, line, &self.codes, &mut self.names) {
                self.add(tool, time, code);
            }
        });
        self.buffer = buffer;
        let extent = extent?;
        read.files += 1;
        read.bytes += extent.bytes;
        read.too_long += extent.too_long;
        Ok(())
    }

    fn add(&mut self, tool: &Descriptor, time: Timestamp, code: u32) {
        let day = day(time);
        if day < self.from || day > self.to {
            return;
        }
        let count = self.counts.entry(code).or_default();
        *count.by_day.entry(day).or_default() += 1;
        *count.by_tool.entry(tool.id.clone()).or_default() += 1;
        count.since_applied += u64::from(self.applied.is_none_or(|applied| time > applied));
    }

    fn codes(&mut self, pack: &Pack) -> Vec<CodeCount> {
        let counts = std::mem::take(&mut self.counts).into_iter();
        let known = counts.filter_map(|(code, count)| Some((pack.error_code(code)?, count)));
        let mut codes: Vec<CodeCount> = known
            .map(|(error, count): (&ErrorCode, ErrorCount)| CodeCount {
                code: error.code,
                title: error.title.clone(),
                class: error.class,
                total: count.by_day.values().sum(),
                since_applied: count.since_applied,
                by_day: count.by_day,
                by_tool: count.by_tool,
                advice: error.advice.clone(),
                avoid: error.avoid.clone(),
            })
            .collect();
        codes.sort_by_key(|counted| (std::cmp::Reverse(counted.total), counted.code));
        codes
    }
}

/// A log's form, with its queries read.
struct Form<'d> {
    format: LogFormat,
    time: Option<Pointer>,
    id: Option<Pointer>,
    errors: Vec<LogShape<'d>>,
}

struct LogShape<'d> {
    error: &'d LogError,
    when: Vec<(Pointer, &'d Value)>,
    at: Option<Pointer>,
}

impl<'d> Form<'d> {
    /// The queries were checked when the descriptor was loaded.
    fn new(log: &'d Log) -> Self {
        let place = |query: &crate::load::Spanned<String>| singular(query.get_ref()).ok();
        Self {
            format: log.format,
            time: log.time.as_ref().and_then(place),
            id: log.id.as_ref().and_then(place),
            errors: log
                .error
                .iter()
                .map(|error| LogShape {
                    error,
                    when: error
                        .when
                        .iter()
                        .filter_map(|one| Some((place(&one.at)?, &one.equals)))
                        .collect(),
                    at: error.at.as_ref().and_then(place),
                })
                .collect(),
        }
    }

    /// Time and code of a line, if it is an error of the service's that wasn't seen yet.
    fn read(
        &self,
        shape: usize,
        line: &[u8],
        codes: &Codes,
        names: &mut HashSet<u64>,
    ) -> Option<(Timestamp, u32)> {
        let shape = self.errors.get(shape)?;
        if self.format == LogFormat::Text {
            return Some((time_in(line)?, codes.find(shape.text_of(line)?)?));
        }
        let line: Value = serde_json::from_slice(line).ok()?;
        if !shape
            .when
            .iter()
            .all(|(at, equals)| at.get(&line) == Some(equals))
        {
            return None;
        }
        let time: Timestamp = self.time.as_ref()?.get(&line)?.as_str()?.parse().ok()?;
        let code = codes.find(shape.at.as_ref()?.get(&line)?.as_str()?.as_bytes())?;
        let name = self.id.as_ref().and_then(|id| id.get(&line)?.as_str());
        if let Some(name) = name.filter(|_| names.len() < MOST_NAMES) {
            let mut hasher = DefaultHasher::new();
            name.hash(&mut hasher);
            if !names.insert(hasher.finish()) {
                return None;
            }
        }
        Some((time, code))
    }
}

impl LogShape<'_> {
    /// The error's text in a line of a text log.
    fn text_of<'l>(&self, line: &'l [u8]) -> Option<&'l [u8]> {
        let head = &line[..line.len().min(HEAD)];
        if let Some(wanted) = &self.error.head
            && memmem::find(head, wanted.as_bytes()).is_none()
        {
            return None;
        }
        let any = &self.error.any;
        let holds = |text: &String| memmem::find(line, text.as_bytes()).is_some();
        if !any.is_empty() && !any.iter().any(holds) {
            return None;
        }
        self.error.after.iter().find_map(|mark| {
            let at = memmem::rfind(line, mark.as_bytes())?;
            Some(&line[at + mark.len()..])
        })
    }
}

/// The first time in a line; one without a zone is UTC.
fn time_in(line: &[u8]) -> Option<Timestamp> {
    const SECONDS: usize = "2026-11-22T04:53:27".len();
    let start = &line[..line.len().min(TIME_WITHIN)];
    memchr::memchr_iter(b'T', start).find_map(|at| {
        let from = at.checked_sub("2026-11-22".len())?;
        let text = std::str::from_utf8(line.get(from..from + SECONDS)?).ok()?;
        format!("{text}Z").parse().ok()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_of_a_line_counts() {
        let time = |line: &str| time_in(line.as_bytes()).map(|time| time.to_string());
        let utc = Some("2026-11-22T04:53:27Z".to_owned());
        assert_eq!(time("timestamp=2026-11-22T04:53:27.796Z level=ERROR"), utc);
        assert_eq!(time("ERROR 2026-11-22T04:53:27 +4ms service=llm"), utc);
        assert_eq!(time("[INFO] THE T 2026-11-22T04:53:27"), utc);
        assert_eq!(time("2026-13-22T04:53:27"), None);
        assert_eq!(time("T"), None);
    }
}
