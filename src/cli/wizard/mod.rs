//! `glm-setup` without a command on a terminal: asks, shows every change, and writes what was agreed to.
//!
//! The answers are the arguments of an `apply`, so the wizard does what that command line would do, and names it at the
//! end. Its steps follow each other; Esc goes back to the last one that asked something, Ctrl-C leaves.

mod found;
mod key;
mod prompter;
mod review;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use found::{DetectedTool, Survey};
use key::NewKey;
use prompter::{Choice, Prompter, Reply, Terminal};
use text::{cut, item, paragraph};

use super::args::{Apply, WizardArgs};
use super::change::{self, Proposal};
use super::context::CliContext;
use super::failure::Failure;
use super::{Exit, select};
use crate::facts::{Billing, Protocol, Region};
use crate::finding::FixState;
use crate::profile::Profile;
use crate::report::redactor_for;

/// Room that a list's cursor, marks and margin take.
const LIST_MARGIN: usize = 8;

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    /// It asked, and has its answer.
    Asked,
    /// It had nothing to ask.
    Skipped,
    /// Back to the step before.
    Back,
    /// The user leaves.
    Leave,
    /// There is nothing more to do.
    End,
}

#[derive(Debug, Clone, Copy)]
enum WizardStep {
    Profile,
    Server,
    Region,
    Tools,
    Key,
    Measures,
    Review,
    Write,
}

const STEPS: [WizardStep; 8] = [
    WizardStep::Profile,
    WizardStep::Server,
    WizardStep::Region,
    WizardStep::Tools,
    WizardStep::Key,
    WizardStep::Measures,
    WizardStep::Review,
    WizardStep::Write,
];

struct Wizard<'a, P> {
    context: &'a CliContext,
    prompter: P,
    given: &'a WizardArgs,
    survey: Survey,
    /// The tools that were marked.
    chosen: Vec<String>,
    /// The key that was typed.
    key: Option<NewKey>,
    /// The measures that were marked.
    measures: Vec<String>,
    /// The files that were agreed to, when the last question led back to them.
    again: Option<Vec<usize>>,
    /// What was shown, and which of its files are to be written.
    reviewed: Option<(Proposal, Vec<usize>)>,
    /// The answers.
    args: Apply,
    exit: Exit,
}

/// Runs the wizard on the terminal.
pub(super) fn run(context: &CliContext, given: &WizardArgs) -> Result<Exit, Failure> {
    change::recover(context)?;
    Wizard::new(context, given, Terminal::new(context))?.run()
}

impl<'a, P: Prompter> Wizard<'a, P> {
    fn new(context: &'a CliContext, given: &'a WizardArgs, prompter: P) -> Result<Self, Failure> {
        if let Some(id) = &given.profile {
            context.catalogue.profile(id)?;
        }
        for id in &given.tool {
            context.catalogue.tool(id)?;
        }
        select::words(&context.catalogue, given.unsafe_fixes.iter().flatten())?;
        let args = Apply {
            key_env: given.key_env.clone(),
            ..Apply::default()
        };
        change::check_key_env(&args)?;
        Ok(Self {
            context,
            prompter,
            given,
            survey: Survey::new(context)?,
            chosen: Vec::new(),
            key: None,
            measures: Vec::new(),
            again: None,
            reviewed: None,
            args,
            exit: Exit::Clean,
        })
    }

    fn run(mut self) -> Result<Exit, Failure> {
        let width = self.width();
        let head = "This sets up Z.ai's GLM models in your coding tools. You see every change before it is written.";
        self.prompter.say(&format!("{}\n", paragraph(head, width)));
        let table = self.survey.table(self.context, width);
        self.prompter.say(&format!("{table}\n"));
        let mut asked = Vec::new();
        let mut at = 0;
        while let Some(step) = STEPS.get(at) {
            match self.take(*step)? {
                Move::Asked => {
                    asked.push(at);
                    at += 1;
                }
                Move::Skipped => at += 1,
                Move::Back => match asked.pop() {
                    Some(before) => at = before,
                    None => return Ok(self.left()),
                },
                Move::Leave => return Ok(self.left()),
                Move::End => break,
            }
        }
        Ok(self.exit)
    }

    fn take(&mut self, step: WizardStep) -> Result<Move, Failure> {
        match step {
            WizardStep::Profile => self.ask_profile(),
            WizardStep::Server => self.ask_server(),
            WizardStep::Region => self.ask_region(),
            WizardStep::Tools => self.ask_tools(),
            WizardStep::Key => self.ask_key(),
            WizardStep::Measures => self.ask_measures(),
            WizardStep::Review => self.review(),
            WizardStep::Write => self.ask_write(),
        }
    }

    fn left(&mut self) -> Exit {
        self.prompter.say("\nnothing was written\n");
        Exit::Clean
    }

    fn width(&self) -> usize {
        self.prompter.size().0
    }

    /// What the answers so far would change.
    fn propose(&self) -> Result<Proposal, Failure> {
        let request = change::request(self.context, &self.args)?;
        change::propose(self.context, &self.args, request)
    }

    /// What a tool's makers call it.
    fn name(&self, tool: &str) -> String {
        let known = self.context.catalogue.tool(tool);
        known.map_or_else(|_| tool.to_owned(), |tool| tool.name.clone())
    }

    fn profile(&self) -> Result<Profile, Failure> {
        Ok(self.context.catalogue.profile(&self.args.profile)?)
    }

    fn self_hosted(&self) -> bool {
        self.profile()
            .is_ok_and(|profile| profile.billing == Billing::SelfHosted)
    }

    fn ask_profile(&mut self) -> Result<Move, Failure> {
        if let Some(id) = &self.given.profile {
            self.args.profile.clone_from(id);
            return Ok(Move::Skipped);
        }
        let catalogue = &self.context.catalogue;
        let mut profiles = Vec::new();
        for id in catalogue.profile_ids() {
            profiles.push(catalogue.profile(id)?);
        }
        profiles.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
        let width = self.width();
        let mut help = String::new();
        for profile in &profiles {
            help.push_str(&item(
                &format!("{}: {}", profile.title, profile.description),
                width,
            ));
        }
        self.prompter.say(&help);
        let mut choices: Vec<Choice> = profiles
            .iter()
            .map(|profile| Choice::new(&profile.title))
            .collect();
        choices.push(Choice::new("I don't know"));
        let known = match self.args.profile.as_str() {
            "" => self.context.last_plan()?,
            id => Some(id.to_owned()),
        };
        let same = |profile: &Profile| known.as_deref() == Some(&profile.id);
        let start = profiles.iter().position(same).unwrap_or_default();
        let index = match self
            .prompter
            .select("Which plan do you have?", choices, start)?
        {
            Reply::Answer(index) => index,
            Reply::Back => return Ok(Move::Back),
            Reply::Leave => return Ok(Move::Leave),
        };
        match profiles.get(index) {
            Some(profile) => self.args.profile.clone_from(&profile.id),
            None => {
                "lite".clone_into(&mut self.args.profile);
                let why = "Taken as Lite, which allows the least: what is set up for it works on every plan.";
                self.prompter.say(&paragraph(why, width));
            }
        }
        Ok(Move::Asked)
    }

    fn ask_server(&mut self) -> Result<Move, Failure> {
        if !self.profile()?.needs_server {
            self.args.base_url = None;
            self.args.model = None;
            return Ok(Move::Skipped);
        }
        loop {
            let known = self.args.base_url.take();
            let proposed = known.unwrap_or_else(|| "http://localhost:8000/v1".to_owned());
            match self
                .prompter
                .text("Its base URL for OpenAI clients:", &proposed)?
            {
                Reply::Answer(url) => self.args.base_url = Some(url.trim().to_owned()),
                Reply::Back => return Ok(Move::Back),
                Reply::Leave => return Ok(Move::Leave),
            }
            let known = self.args.model.clone().unwrap_or_default();
            match self.prompter.text("The model's id there:", &known)? {
                Reply::Answer(model) => self.args.model = Some(model.trim().to_owned()),
                Reply::Back => continue,
                Reply::Leave => return Ok(Move::Leave),
            }
            if self.args.model.as_deref() == Some("") {
                self.prompter.say("The server needs a model's id.\n");
            } else if let Err(failure) = change::request(self.context, &self.args) {
                let width = self.width();
                self.prompter.say(&paragraph(&failure.to_string(), width));
            } else {
                return Ok(Move::Asked);
            }
        }
    }

    fn ask_region(&mut self) -> Result<Move, Failure> {
        if self.self_hosted() || self.given.region.is_some() {
            self.args.region = self.given.region;
            return Ok(Move::Skipped);
        }
        let pack = self
            .context
            .catalogue
            .statements(self.context.global.facts.as_deref())?;
        let billing = self.profile()?.billing;
        let host = |region| {
            let known = pack.endpoint(Protocol::OpenaiChat, billing, region);
            let host = known.and_then(|endpoint| endpoint.url.split('/').nth(2));
            host.map(|host| format!(": {host}")).unwrap_or_default()
        };
        let there = self.survey.regions();
        let mut regions = vec![Some(Region::Intl), Some(Region::Cn)];
        let mut choices = vec![
            Choice::new(format!("international{}", host(Region::Intl))),
            Choice::new(format!("mainland China{}", host(Region::Cn))),
        ];
        if there.len() > 1 {
            regions.insert(0, None);
            choices.insert(0, Choice::new("each tool stays where it is"));
        }
        let guess = match there.as_slice() {
            [one] => Some(*one),
            _ => None,
        };
        let before = self.args.region.or(guess);
        let start = regions.iter().position(|one| *one == before);
        let question = "Where is your account?";
        match self
            .prompter
            .select(question, choices, start.unwrap_or_default())?
        {
            Reply::Answer(index) => self.args.region = regions[index],
            Reply::Back => return Ok(Move::Back),
            Reply::Leave => return Ok(Move::Leave),
        }
        Ok(Move::Asked)
    }

    fn ask_tools(&mut self) -> Result<Move, Failure> {
        if !self.given.tool.is_empty() {
            self.chosen.clone_from(&self.given.tool);
            self.args.tool.clone_from(&self.chosen);
            return Ok(Move::Skipped);
        }
        let width = self.width();
        let billing = self.profile()?.billing;
        let mut here: Vec<&DetectedTool> = self
            .survey
            .tools
            .iter()
            .filter(|one| one.is_here())
            .collect();
        if here.is_empty() {
            here = self.survey.tools.iter().collect();
        }
        let mut refused = String::new();
        here.retain(|found| {
            if let Some(reason) = found.tool.refusal(billing) {
                let text = format!("{} can't be set up for this: {reason}.", found.tool.name);
                refused.push_str(&item(&text, width));
            }
            found.has_place() && found.tool.refusal(billing).is_none()
        });
        let choices: Vec<Choice> = here
            .iter()
            .map(|found| Choice {
                label: cut(
                    &format!("{} ({})", found.tool.name, found.summary()),
                    width.saturating_sub(LIST_MARGIN),
                ),
                short: found.tool.name.clone(),
            })
            .collect();
        let marked: Vec<usize> = (0..here.len())
            .filter(|index| {
                if self.chosen.is_empty() {
                    here[*index].uses_zai()
                } else {
                    self.chosen.contains(&here[*index].tool.id)
                }
            })
            .collect();
        let ids: Vec<String> = here.iter().map(|found| found.tool.id.clone()).collect();
        self.prompter.say(&refused);
        if ids.is_empty() {
            self.prompter.say("No tool is left to set up.\n");
            return Ok(Move::End);
        }
        loop {
            let question = "Which tools are to be set up?";
            match self.prompter.mark(question, choices.clone(), &marked)? {
                Reply::Answer(all) if all.is_empty() => {
                    self.prompter
                        .say("Mark at least one, with the space bar.\n");
                }
                Reply::Answer(all) => {
                    self.chosen = all.iter().map(|index| ids[*index].clone()).collect();
                    self.args.tool.clone_from(&self.chosen);
                    return Ok(Move::Asked);
                }
                Reply::Back => return Ok(Move::Back),
                Reply::Leave => return Ok(Move::Leave),
            }
        }
    }

    /// Fixes that take something away: each is chosen by what it takes.
    fn ask_measures(&mut self) -> Result<Move, Failure> {
        if self.given.unsafe_fixes.is_some() {
            self.args.unsafe_fixes.clone_from(&self.given.unsafe_fixes);
            return Ok(Move::Skipped);
        }
        self.args.unsafe_fixes = None;
        let proposal = self.propose()?;
        let redactor = redactor_for(&proposal.workspace);
        let mut measures: BTreeMap<&str, (&str, Vec<&str>)> = BTreeMap::new();
        let plan = &proposal.plan;
        for finding in plan.findings.iter().filter(|one| !plan.refuses(&one.tool)) {
            if let FixState::NeedsUnsafe(consequence) = &finding.fix {
                let what = consequence.as_deref().unwrap_or(&finding.message);
                let known = measures.entry(&finding.rule);
                let (_, whats) = known.or_insert((&finding.tool, Vec::new()));
                if !whats.contains(&what) {
                    whats.push(what);
                }
            }
        }
        if measures.is_empty() {
            return Ok(Move::Skipped);
        }
        let width = self.width();
        let text = "These help, too, but take something away. Mark those you want; none is needed.";
        self.prompter.say(&format!("\n{}", paragraph(text, width)));
        let mut rules = Vec::new();
        let mut choices = Vec::new();
        let mut whole = String::new();
        for (rule, (tool, whats)) in &measures {
            let name = self.name(tool);
            let label = format!("{name}: {}", whats.join("; "));
            let label = redactor.text(&label).into_owned();
            let short = cut(&label, width.saturating_sub(LIST_MARGIN));
            if short != label {
                whole.push_str(&item(&label, width));
            }
            choices.push(Choice {
                label: short,
                short: (*rule).to_owned(),
            });
            rules.push((*rule).to_owned());
        }
        self.prompter.say(&whole);
        let marked = (0..rules.len()).filter(|index| self.measures.contains(&rules[*index]));
        let marked: Vec<usize> = marked.collect();
        match self.prompter.mark("Which of them?", choices, &marked)? {
            Reply::Answer(all) => {
                self.measures = all.iter().map(|index| rules[*index].clone()).collect();
                let any = !self.measures.is_empty();
                self.args.unsafe_fixes = any.then(|| self.measures.clone());
            }
            Reply::Back => return Ok(Move::Back),
            Reply::Leave => return Ok(Move::Leave),
        }
        Ok(Move::Asked)
    }
}
