//! What evaluation doesn't need: evidence, texts for people, and cases.

use serde::Deserialize;

use crate::facts::Region;

/// What kind of source a rule rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// The vendor's documentation.
    VendorDocs,
    /// The tool's own code.
    VendorCode,
    /// The tool was run by a script of `tests/real`; docs/evidence.md has the row.
    Ran,
    /// Somebody ran the tool by hand and looked; no script repeats it.
    Seen,
    /// An issue or an article.
    Community,
}

/// How a rule is known to be true.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Evidence {
    /// What kind of source.
    pub kind: EvidenceKind,
    /// Where it is to be read.
    pub url: String,
    /// The day it was checked, `YYYY-MM-DD`.
    pub verified: String,
    /// The tool's versions it holds for (Cargo's syntax).
    #[serde(default)]
    pub versions: Option<String>,
    /// What was seen there.
    #[serde(default)]
    pub note: Option<String>,
}

/// Text for people, in Markdown.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Docs {
    /// Why it matters.
    #[serde(default)]
    pub why: String,
    /// How to mend it, where the fix doesn't say it all.
    #[serde(default)]
    pub how: Option<String>,
    /// What the fix may take away; required when there is one.
    #[serde(default)]
    pub fix_safety: Option<String>,
    /// What the rule can't see.
    #[serde(default)]
    pub limits: Option<String>,
}

impl Docs {
    /// Adds the paragraphs of another text to this one.
    pub(super) fn extend(&mut self, added: Self) {
        let join = |own: Option<String>, added: Option<String>| match (own, added) {
            (Some(own), Some(added)) => {
                Some(format!("{}\n\n{}", own.trim_end(), added.trim_start()))
            }
            (own, added) => own.or(added),
        };
        let why = join(
            Some(std::mem::take(&mut self.why)),
            Some(added.why).filter(|why| !why.is_empty()),
        );
        self.why = why.unwrap_or_default();
        self.how = join(self.how.take(), added.how);
        self.fix_safety = join(self.fix_safety.take(), added.fix_safety);
        self.limits = join(self.limits.take(), added.limits);
    }
}

/// A test and an example.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The file's text; absent when the file is not there.
    #[serde(default)]
    pub before: Option<String>,
    /// The text after all fixes of this rule; absent when it doesn't change.
    #[serde(default)]
    pub after: Option<String>,
    /// Whether there must be no finding.
    #[serde(default)]
    pub clean: bool,
    /// How many findings there must be, where it isn't enough that there is one.
    #[serde(default)]
    pub findings: Option<usize>,
    /// A part of the first finding's message.
    #[serde(default)]
    pub message: Option<String>,
    /// The descriptor's file entry that `before` is; the first of the rule's role when absent.
    #[serde(default)]
    pub file: Option<String>,
    /// The tool, for rules that speak of every tool; `claude-code` when absent.
    #[serde(default)]
    pub tool: Option<String>,
    /// Other files of the tool.
    #[serde(default)]
    pub with: Vec<CaseFile>,
    /// The profile; `lite` when absent.
    #[serde(default)]
    pub profile: Option<String>,
    /// The facts pack; the newest when absent.
    #[serde(default)]
    pub facts: Option<String>,
    /// The region.
    #[serde(default)]
    pub region: Option<Region>,
    /// The variable given by `--key-env`.
    #[serde(default)]
    pub key_env: Option<String>,
    /// The file given by `--key-file`.
    #[serde(default)]
    pub key_file: Option<String>,
    /// Whether the environment has a variable that the tool takes its key from.
    #[serde(default)]
    pub key_exported: bool,
    /// Whether the tool is named with `--tool`.
    #[serde(default)]
    pub named: bool,
    /// The gate given by `--via-gate`.
    #[serde(default)]
    pub via_gate: Option<String>,
    /// Whether `--no-gate` is given.
    #[serde(default)]
    pub no_gate: bool,
    /// The server given by `--base-url`, for the profile `self-hosted`; its model is `glm-local`.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The tool's version.
    #[serde(default)]
    pub tool_version: Option<String>,
    /// Whether the files belong to a git repository.
    #[serde(default)]
    pub in_repository: bool,
    /// Other rules that take part, for rules that look at ignores.
    #[serde(default)]
    pub with_rules: Vec<String>,
    /// The text of a `.glm-setup.toml` above the file.
    #[serde(default)]
    pub settings: Option<String>,
    /// The text of a baseline above the file.
    #[serde(default)]
    pub baseline: Option<String>,
    /// The day on which it is, for ignores with an end; `2026-01-01` when absent.
    #[serde(default)]
    pub today: Option<String>,
}

/// Another file in a case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaseFile {
    /// The descriptor's file entry.
    pub file: String,
    /// Its text.
    pub text: String,
}
