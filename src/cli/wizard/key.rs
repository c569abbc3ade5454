//! The API key. It never goes into a tool's settings: they get a reference, to a variable or to one file that only
//! the user can read. A tool that takes no reference is left alone, and the wizard says how to add the key by hand.

use std::path::{Path, PathBuf};

use super::prompter::{Choice, Prompter, Reply};
use super::text::{item, paragraph};
use super::{Move, Wizard};
use crate::cli::change::NEW_FILE_MODE;
use crate::cli::failure::Failure;
use crate::facts::ToolNames as _;
use crate::tool::{Descriptor, in_repository};
use crate::transaction::{self, Change, inspect};

/// Where a key that is typed goes.
const KEY_FILE: &str = "~/.local/share/glm-setup/zai-key";
/// The variable that is proposed where none of the known ones is set.
const KEY_VARIABLE: &str = "ZAI_API_KEY";
/// Shorter texts are no keys.
const SHORTEST_KEY: usize = 16;

/// A key that was typed, until it is written.
pub(super) struct NewKey {
    path: PathBuf,
    text: String,
    /// The tools that refer to it.
    tools: Vec<String>,
}

impl NewKey {
    /// Where it will lie.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether one of these tools refers to it.
    pub(super) fn serves<'t>(&self, mut tools: impl Iterator<Item = &'t str>) -> bool {
        tools.any(|tool| self.tools.iter().any(|one| one == tool))
    }

    /// The key itself, which must not be shown.
    pub(super) fn secret(&self) -> String {
        self.text.clone()
    }

    /// The file to write.
    pub(super) fn change(&self) -> Change {
        Change {
            path: self.path.clone(),
            before: std::fs::read(&self.path)
                .ok()
                .map(|bytes| transaction::hash(&bytes)),
            after: Some(format!("{}\n", self.text).into_bytes()),
            new_mode: NEW_FILE_MODE,
            tool: "glm-setup".to_owned(),
            allow_outside: false,
        }
    }
}

/// Whether a text is written like Z.ai's keys: 32 hexadecimal digits, a dot, 16 letters or digits.
fn has_shape(text: &str) -> bool {
    text.split_once('.').is_some_and(|(id, secret)| {
        id.len() == 32
            && id.chars().all(|c| c.is_ascii_hexdigit())
            && secret.len() == 16
            && secret.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

#[cfg(unix)]
fn open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> bool {
    false
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Stored,
    Variable,
    Type,
    Without,
}

impl<P: Prompter> Wizard<'_, P> {
    /// Asks for the key where a chosen tool has none and can refer to one.
    pub(super) fn ask_key(&mut self) -> Result<Move, Failure> {
        self.key = None;
        self.args.key_file = None;
        self.args.key_env.clone_from(&self.given.key_env);
        self.args.tool.clone_from(&self.chosen);
        let keyless = self.propose()?.plan.keyless;
        let tools = keyless
            .iter()
            .filter_map(|id| self.context.catalogue.tool(id).ok());
        let (can, by_hand): (Vec<_>, Vec<_>) = tools.partition(|tool| {
            tool.key_reference("NAME").is_some() || tool.key_file_reference("FILE").is_some()
        });
        for tool in &by_hand {
            self.leave(
                tool,
                tool.credential.as_ref().map_or("", |one| &one.without),
            );
        }
        if can.is_empty() {
            return Ok(self.unless_nothing_is_left());
        }
        let names: Vec<&str> = can.iter().map(|tool| tool.name.as_str()).collect();
        let width = self.width();
        let explained = format!(
            "No key for this service was found for {}. The key never goes into the settings: they get a reference to a variable, or to one file that only you can read.",
            names.join(", ")
        );
        self.prompter
            .say(&format!("\n{}", paragraph(&explained, width)));
        loop {
            let way = match self.ask_way(&can)? {
                Reply::Answer(way) => way,
                Reply::Back => return Ok(Move::Back),
                Reply::Leave => return Ok(Move::Leave),
            };
            let answered = match way {
                Way::Without => {
                    for tool in &can {
                        self.args.tool.retain(|id| *id != tool.id);
                    }
                    Reply::Answer(())
                }
                Way::Stored => {
                    if open_to_others(&self.key_path()) {
                        let text = format!("Others can read {KEY_FILE}; `chmod 600` ends that.");
                        let width = self.width();
                        self.prompter.say(&paragraph(&text, width));
                    }
                    self.args.key_file = Some(self.key_path());
                    Reply::Answer(())
                }
                Way::Variable => self.ask_variable(&can)?,
                Way::Type => self.ask_secret(&can)?,
            };
            match answered {
                Reply::Answer(()) => break,
                Reply::Leave => return Ok(Move::Leave),
                Reply::Back => {}
            }
        }
        for tool in &can {
            let by_file = self.args.key_file.is_some() && tool.key_file_reference("FILE").is_none();
            let by_name = self.args.key_env.is_some() && tool.key_reference("NAME").is_none();
            if by_file {
                self.leave(
                    tool,
                    "it takes no reference to a file; put the key into a variable for it",
                );
            } else if by_name {
                self.leave(
                    tool,
                    "it takes no reference to a variable; type the key for it",
                );
            }
        }
        Ok(match self.unless_nothing_is_left() {
            Move::Skipped => Move::Asked,
            end => end,
        })
    }

    /// Where typed keys go.
    fn key_path(&self) -> PathBuf {
        let home = &self.context.environment.home;
        home.join(KEY_FILE.trim_start_matches("~/"))
    }

    /// Says why a tool is not set up, and sets the others up.
    fn leave(&mut self, tool: &Descriptor, why: &str) {
        let text = format!("{} is left alone for now: {why}.", tool.name);
        let width = self.width();
        self.prompter.say(&paragraph(&text, width));
        self.args.tool.retain(|id| *id != tool.id);
    }

    fn unless_nothing_is_left(&mut self) -> Move {
        if !self.args.tool.is_empty() {
            return Move::Skipped;
        }
        self.prompter.say("\nNo tool is left to set up.\n");
        Move::End
    }

    fn ask_way(&mut self, can: &[std::rc::Rc<Descriptor>]) -> Result<Reply<Way>, Failure> {
        let by_file = can
            .iter()
            .any(|tool| tool.key_file_reference("FILE").is_some());
        let by_name = can.iter().any(|tool| tool.key_reference("NAME").is_some());
        let mut ways = Vec::new();
        if by_file && self.key_path().is_file() {
            ways.push((Way::Stored, format!("in {KEY_FILE}, from before")));
        }
        if by_file {
            ways.push((Way::Type, "I type or paste it now".to_owned()));
        }
        if by_name {
            ways.push((Way::Variable, "in an environment variable".to_owned()));
        }
        ways.push((
            Way::Without,
            "nowhere yet: leave these tools alone".to_owned(),
        ));
        let variable = |way: &(Way, String)| way.0 == Way::Variable;
        let start = match self.known_variable(can) {
            Some(_) => ways.iter().position(variable).unwrap_or_default(),
            None => 0,
        };
        let choices = ways.iter().map(|(_, label)| Choice::new(label)).collect();
        let reply = self
            .prompter
            .select("Where is your API key?", choices, start)?;
        Ok(match reply {
            Reply::Answer(index) => Reply::Answer(ways[index].0),
            Reply::Back => Reply::Back,
            Reply::Leave => Reply::Leave,
        })
    }

    /// A variable that is set here and may hold the key.
    fn known_variable(&self, can: &[std::rc::Rc<Descriptor>]) -> Option<String> {
        let credentials = can.iter().filter_map(|tool| tool.credential.as_ref());
        let own = credentials.flat_map(|credential| credential.env.iter().map(String::as_str));
        std::iter::once(KEY_VARIABLE)
            .chain(own)
            .find(|name| self.context.environment.var(name).is_some())
            .map(str::to_owned)
    }

    fn ask_variable(&mut self, can: &[std::rc::Rc<Descriptor>]) -> Result<Reply<()>, Failure> {
        let mut proposed = self
            .known_variable(can)
            .unwrap_or_else(|| KEY_VARIABLE.to_owned());
        loop {
            let name = match self.prompter.text("Its name:", &proposed)? {
                Reply::Answer(name) => name.trim().to_owned(),
                Reply::Back => return Ok(Reply::Back),
                Reply::Leave => return Ok(Reply::Leave),
            };
            let width = self.width();
            if !crate::cli::change::is_variable(&name) {
                // The text may be the key itself, so it is not repeated.
                let text = "That is no variable's name. A name such as ZAI_API_KEY is asked for here, never the key.";
                self.prompter.say(&paragraph(text, width));
                proposed = KEY_VARIABLE.to_owned();
                continue;
            }
            if self.context.environment.var(&name).is_none() {
                let text = format!(
                    "{name} is not set here. Set it where your shell starts, before you start the tools."
                );
                self.prompter.say(&paragraph(&text, width));
            }
            self.args.key_env = Some(name);
            return Ok(Reply::Answer(()));
        }
    }

    fn ask_secret(&mut self, can: &[std::rc::Rc<Descriptor>]) -> Result<Reply<()>, Failure> {
        let path = self.key_path();
        let width = self.width();
        if let Err(error) = inspect(&path, &self.context.environment.home) {
            self.prompter.say(&paragraph(&error.to_string(), width));
            return Ok(Reply::Back);
        }
        self.prompter.say(&item(
            &format!("It will lie in {KEY_FILE}, readable by you only (mode 0600)."),
            width,
        ));
        self.prompter
            .say(&item("`glm-setup undo` takes it back.", width));
        if in_repository(&path) {
            let text = "That folder belongs to a git repository, which doesn't ignore it: a key that is committed is in every clone, for good.";
            self.prompter.say(&item(text, width));
            let choices = vec![
                Choice::new("no, don't store it there"),
                Choice::new("yes, store it in the repository's folder"),
            ];
            match self.prompter.select("Store it all the same?", choices, 0)? {
                Reply::Answer(1) => {}
                Reply::Answer(_) | Reply::Back => return Ok(Reply::Back),
                Reply::Leave => return Ok(Reply::Leave),
            }
        }
        loop {
            let text = match self.prompter.secret("API key:")? {
                Reply::Answer(text) => text.trim().to_owned(),
                Reply::Back => return Ok(Reply::Back),
                Reply::Leave => return Ok(Reply::Leave),
            };
            let plain = |c: char| c.is_ascii_graphic();
            if text.len() < SHORTEST_KEY || !text.chars().all(plain) {
                let why = "That is no API key: it has at least 16 characters, and no spaces.";
                self.prompter.say(&paragraph(why, width));
                continue;
            }
            if !self.self_hosted() && !has_shape(&text) {
                let why = "It doesn't look like a key of Z.ai's. If a tool is refused, run glm-setup again and type it anew.";
                self.prompter.say(&paragraph(why, width));
            }
            let with = can
                .iter()
                .filter(|tool| tool.key_file_reference("FILE").is_some());
            self.key = Some(NewKey {
                path: path.clone(),
                text,
                tools: with.map(|tool| tool.id.clone()).collect(),
            });
            self.args.key_file = Some(path);
            return Ok(Reply::Answer(()));
        }
    }
}
