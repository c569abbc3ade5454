//! The findings, the diff of each file, the summary, the write, and what to do next.

use std::fmt::Write as _;

use super::prompter::{Choice, Prompter, Reply};
use super::text::{paragraph, wrapped};
use super::{Move, Wizard};
use crate::cli::Exit;
use crate::cli::change::{self, Proposal};
use crate::cli::failure::Failure;
use crate::cli::shell::quoted;
use crate::finding::{Finding, FixState, Severity};
use crate::plan::PlannedFile;
use crate::plural::counted;
use crate::report::diff::stat;
use crate::report::{Report, text, visible};

/// Lines of a page that leave room for the question below it.
const QUESTION_ROWS: usize = 10;

/// What somebody says to a file's diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReviewAnswer {
    More,
    Accept,
    Skip,
    Whole,
    AcceptAll,
    Stop,
}

/// A text that is shown page by page.
struct Pages<'t> {
    lines: Vec<&'t str>,
    shown: usize,
    rows: usize,
}

impl<'t> Pages<'t> {
    fn new(text: &'t str, rows: usize) -> Self {
        Self {
            lines: text.lines().collect(),
            shown: 0,
            rows: rows.saturating_sub(QUESTION_ROWS).max(5),
        }
    }

    fn left(&self) -> usize {
        self.lines.len() - self.shown
    }

    fn next(&mut self) -> String {
        let end = (self.shown + self.rows).min(self.lines.len());
        let page = &self.lines[self.shown..end];
        self.shown = end;
        page.iter().flat_map(|line| [line, "\n"]).collect()
    }
}

impl<P: Prompter> Wizard<'_, P> {
    /// Shows what is wrong and asks for each file.
    pub(super) fn review(&mut self) -> Result<Move, Failure> {
        let proposal = self.propose()?;
        let mut report = self.context.report(&proposal.plan, &proposal.workspace);
        if let Some(key) = &self.key {
            report.redactor = report.redactor.with_secrets([key.secret()]);
        }
        let again = self.again.take();
        if again.is_none() {
            let width = self.width();
            self.prompter.say("\n");
            self.prompter.say(&text::head(&report));
            proposal.report_problems(self.context, &report);
            self.prompter.say(&findings(&report, width));
        }
        if proposal.plan.files.is_empty() {
            self.prompter.say(&text::left_over(&report, 0, true));
            self.exit = exit(&proposal);
            return Ok(Move::End);
        }
        let accepted = match self.ask_files(again, &report)? {
            Reply::Answer(accepted) => accepted,
            Reply::Back => return Ok(Move::Back),
            Reply::Leave => return Ok(Move::Leave),
        };
        if accepted.is_empty() {
            return Ok(Move::Leave);
        }
        drop(report);
        self.reviewed = Some((proposal, accepted));
        Ok(Move::Asked)
    }

    /// Asks for each file; the indexes of those to write. With those agreed to before, begins at the last file.
    fn ask_files(
        &mut self,
        again: Option<Vec<usize>>,
        report: &Report<'_>,
    ) -> Result<Reply<Vec<usize>>, Failure> {
        let files = &report.plan.files;
        let mut index = match again {
            Some(_) => files.len().saturating_sub(1),
            None => 0,
        };
        let mut accepted = again.unwrap_or_default();
        while let Some(file) = files.get(index) {
            accepted.retain(|one| *one < index);
            match self.ask_file(file, files.len() - index, report)? {
                Reply::Answer(ReviewAnswer::Accept) => accepted.push(index),
                Reply::Answer(ReviewAnswer::AcceptAll) => {
                    accepted.extend(index..files.len());
                    break;
                }
                Reply::Answer(ReviewAnswer::Stop) | Reply::Leave => return Ok(Reply::Leave),
                Reply::Answer(_) => {}
                Reply::Back if index == 0 => return Ok(Reply::Back),
                Reply::Back => {
                    index -= 1;
                    continue;
                }
            }
            index += 1;
        }
        Ok(Reply::Answer(accepted))
    }

    fn ask_file(
        &mut self,
        file: &PlannedFile,
        left: usize,
        report: &Report<'_>,
    ) -> Result<Reply<ReviewAnswer>, Failure> {
        let rows = self.prompter.size().1;
        let diff = text::file(report, file);
        let whole = format!("\n{}", report.redactor.text(&file.after));
        let mut pages = Pages::new(&diff, rows);
        self.prompter.say(&pages.next());
        loop {
            let mut verdicts = Vec::new();
            if pages.left() > 0 {
                let more = format!("show more ({} left)", counted(pages.left(), "line"));
                verdicts.push((ReviewAnswer::More, more));
            }
            verdicts.push((ReviewAnswer::Accept, "yes, change this file".to_owned()));
            verdicts.push((ReviewAnswer::Skip, "no, leave this file".to_owned()));
            verdicts.push((ReviewAnswer::Whole, "show the whole new file".to_owned()));
            if left > 1 {
                let all = "yes, this one and all that follow".to_owned();
                verdicts.push((ReviewAnswer::AcceptAll, all));
            }
            verdicts.push((ReviewAnswer::Stop, "stop, write nothing at all".to_owned()));
            let choices = verdicts
                .iter()
                .map(|(_, label)| Choice::new(label))
                .collect();
            let question = format!("Change {}?", visible::plain(&report.path(&file.path)));
            match self.prompter.select(&question, choices, 0)? {
                Reply::Answer(index) => match verdicts[index].0 {
                    ReviewAnswer::More => self.prompter.say(&pages.next()),
                    ReviewAnswer::Whole => {
                        pages = Pages::new(&whole, rows);
                        self.prompter.say(&pages.next());
                    }
                    verdict => return Ok(Reply::Answer(verdict)),
                },
                Reply::Back => return Ok(Reply::Back),
                Reply::Leave => return Ok(Reply::Leave),
            }
        }
    }

    /// Sums up, asks for the last time, and writes.
    pub(super) fn ask_write(&mut self) -> Result<Move, Failure> {
        let Some((proposal, accepted)) = self.reviewed.take() else {
            return Ok(Move::End);
        };
        let files = &proposal.plan.files;
        let chosen: Vec<PlannedFile> = accepted.iter().map(|index| files[*index].clone()).collect();
        let tools = || chosen.iter().map(|file| file.tool.as_str());
        let key = self.key.as_ref().filter(|key| key.serves(tools()));
        let mut summary = String::from("\nTo be written:\n");
        for file in &chosen {
            let (added, removed) = stat(file.before(), Some(&file.after));
            let new = if file.before.is_none() {
                ", a new file"
            } else {
                ""
            };
            let path = self.context.display(&file.path);
            let _ = writeln!(summary, "  {path}: +{added} -{removed}{new}");
        }
        if let Some(key) = key {
            let path = self.context.display(key.path());
            let _ = writeln!(summary, "  {path}: your API key, readable by you only");
        }
        let others: Vec<_> = key.iter().map(|key| key.change()).collect();
        self.prompter.say(&summary);
        let question = format!(
            "Write {} now?",
            counted(chosen.len() + others.len(), "file")
        );
        let choices = vec![
            Choice::new("yes, write"),
            Choice::new("no, write nothing at all"),
        ];
        match self.prompter.select(&question, choices, 0)? {
            Reply::Answer(0) => {}
            Reply::Back => {
                self.again = Some(accepted);
                return Ok(Move::Back);
            }
            Reply::Answer(_) | Reply::Leave => return Ok(Move::Leave),
        }
        let written = change::write(self.context, &self.args, &proposal.plan, &chosen, others)?;
        let width = self.width();
        if let Some(written) = written {
            self.prompter
                .say(&text::written(&self.context.catalogue, &written));
        }
        let report = self.context.report(&proposal.plan, &proposal.workspace);
        self.prompter
            .say(&text::left_over(&report, chosen.len(), true));
        let skipped = match files.len() - chosen.len() {
            0 => "",
            _ => " (it also changes what you skipped)",
        };
        let next = format!("The same without questions, for scripts{skipped}:");
        self.prompter.say(&format!("\n{}", paragraph(&next, width)));
        self.prompter
            .say(&format!("\n    {}\n", self.command_line()));
        self.exit = exit(&proposal);
        Ok(Move::End)
    }

    /// The `apply` that does the same.
    fn command_line(&self) -> String {
        let (args, global) = (&self.args, &self.context.global);
        let mut words = vec!["glm-setup".to_owned(), "apply".to_owned()];
        let mut option = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                words.extend([name.to_owned(), quoted(&value)]);
            }
        };
        option("--profile", Some(args.profile.clone()));
        option("--base-url", args.base_url.clone());
        option("--model", args.model.clone());
        option("--region", args.region.map(|region| region.to_string()));
        for tool in &args.tool {
            option("--tool", Some(tool.clone()));
        }
        option("--key-env", args.key_env.clone());
        let file = args.key_file.as_ref();
        option("--key-file", file.map(|path| self.context.display(path)));
        let path = |path: &std::path::PathBuf| path.display().to_string();
        option("--home", global.home.as_ref().map(path));
        option("--facts", global.facts.clone());
        for folder in &global.rules_dir {
            option("--rules-dir", Some(path(folder)));
        }
        match args.unsafe_fixes.as_deref() {
            None => {}
            Some([]) => words.push("--unsafe-fixes".to_owned()),
            Some(rules) => words.push(quoted(&format!("--unsafe-fixes={}", rules.join(",")))),
        }
        words.push("--yes".to_owned());
        words.join(" ")
    }
}

fn exit(proposal: &Proposal) -> Exit {
    if proposal.incomplete() {
        Exit::Incomplete
    } else {
        Exit::Clean
    }
}

/// What is wrong, the worst first, and what becomes of it.
fn findings(report: &Report<'_>, width: usize) -> String {
    let plan = report.plan;
    let mut out = String::new();
    let groups = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Info, "note"),
    ];
    for (severity, word) in groups {
        let group: Vec<&Finding> = plan
            .findings
            .iter()
            .filter(|one| one.severity == severity)
            .collect();
        if group.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", counted(group.len(), word));
        let mut file = None;
        for finding in group {
            if file != Some(&finding.file) {
                let _ = writeln!(out, "  {}", visible::plain(&report.path(&finding.file)));
                file = Some(&finding.file);
            }
            let refused = plan.refusals.iter().any(|one| one.tool == finding.tool);
            let text = format!("{}{}", finding.message, remains(finding, refused));
            let text = report.redactor.text(&text);
            out.push_str(&wrapped(&visible::plain(&text), width, "  - ", "    "));
        }
    }
    out
}

/// What is said of a finding that the changes below don't fix.
fn remains(finding: &Finding, refused: bool) -> String {
    match &finding.fix {
        FixState::Planned(_) if refused => " [stays: the tool is left alone]".to_owned(),
        FixState::Planned(_) | FixState::FixedByOther => String::new(),
        FixState::NeedsUnsafe(_) => " [stays: its measure was not chosen]".to_owned(),
        FixState::Impossible(reason) => format!(" [stays: {reason}]"),
        FixState::None | FixState::DisplayOnly => {
            format!(" [by hand: `glm-setup explain {}`]", finding.rule)
        }
    }
}
