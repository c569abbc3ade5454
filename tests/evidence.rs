//! `docs/evidence.md` says what the real tools were seen to do. It is made of the rows in `tests/real/results/`, which
//! `tests/real/measure.py` and `tests/real.rs` write, and of the rules' own `[[evidence]]`.
//! `UPDATE_DOCS=1 cargo test --test evidence` writes it.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use glm_setup::rule::schema::{Evidence, EvidenceKind};
use glm_setup::rule::{Catalogue, Rule};

/// What stands above the tables; the rest is generated.
const HEAD: &str = include_str!("real/evidence-head.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> PathBuf {
    root().join("docs/evidence.md")
}

/// Rows of `tests/real/results/<prefix>*.tsv`, each with at least `columns` cells.
fn rows(prefix: &str, columns: usize) -> Vec<Vec<String>> {
    let folder = root().join("tests/real/results");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(prefix) && name.ends_with(".tsv")
        })
        .collect();
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        for line in fs::read_to_string(&file).unwrap().lines() {
            let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
            assert_eq!(cells.len(), columns, "{}: {line}", file.display());
            rows.push(cells);
        }
    }
    rows
}

/// One scenario before and after a change; see `tests/real/measure.py`.
struct Measured {
    date: String,
    tool: String,
    version: String,
    scenario: String,
    change: String,
    before: Figures,
    after: Figures,
    rules: Vec<String>,
}

struct Figures {
    requests: String,
    refused: String,
    most: String,
    endpoints: String,
    models: String,
}

impl Figures {
    fn new(cells: &[String]) -> Self {
        let cell = |index: usize| cells[index].clone();
        Self {
            requests: cell(0),
            refused: cell(1),
            most: cell(2),
            endpoints: cell(3),
            models: cell(4),
        }
    }

    /// In the words of the table, with where and what only if that is told apart.
    fn cell(&self, other: &Self) -> String {
        if self.requests.is_empty() {
            return "–".to_owned();
        }
        let mut text = format!("{} / {} / {}", self.requests, self.refused, self.most);
        if self.endpoints != other.endpoints && !self.endpoints.is_empty() {
            let _ = write!(text, "<br>{}", self.endpoints.replace("https://", ""));
        }
        if self.models != other.models && !self.models.is_empty() {
            let _ = write!(text, "<br>{}", self.models);
        }
        text.replace('|', "\\|")
    }
}

fn measured() -> Vec<Measured> {
    rows("measured-", 16)
        .into_iter()
        .map(|row| Measured {
            date: row[0].clone(),
            tool: row[1].clone(),
            version: row[2].clone(),
            scenario: row[3].replace('|', "\\|"),
            change: row[4].clone(),
            before: Figures::new(&row[5..10]),
            after: Figures::new(&row[10..15]),
            rules: row[15].split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

/// One home after `apply`, and what the tool says of it; see `tests/real.rs`.
struct Asked {
    date: String,
    tool: String,
    version: String,
    fixture: String,
    before: String,
    after: String,
    rules: Vec<String>,
}

fn asked() -> Vec<Asked> {
    rows("accepts-", 8)
        .into_iter()
        .map(|row| Asked {
            date: row[0].clone(),
            tool: row[1].clone(),
            version: row[2].clone(),
            fixture: row[3].clone(),
            before: row[5].clone(),
            after: row[6].clone(),
            rules: row[7].split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

/// Whose rules an entry of `tests/real/versions.toml` can speak of: that of the program that was asked.
fn speaks_of(tool: &str) -> &str {
    match tool {
        "cline-2" | "cline-3" => "cline",
        // The program that read these homes was opencode, without the plugin.
        "oh-my-opencode" => "opencode",
        other => other,
    }
}

/// What the committed rows say of a rule.
#[derive(Default)]
struct Proof {
    measured: BTreeSet<String>,
    accepted: BTreeSet<String>,
    /// Of these, those that the tool did not take before.
    mended: BTreeSet<String>,
}

fn proofs(catalogue: &Catalogue) -> BTreeMap<String, Proof> {
    let mut proofs: BTreeMap<String, Proof> = BTreeMap::new();
    let owners: BTreeMap<String, String> = catalogue
        .all_rules()
        .unwrap()
        .into_iter()
        .flat_map(|(_, rules)| rules)
        .map(|rule| (rule.id, rule.tool))
        .collect();
    for row in measured() {
        for id in row.rules {
            assert!(
                owners.contains_key(&id),
                "tests/real/measures.toml speaks of {id}, which is no rule"
            );
            let cell = format!("{} {}", row.tool, row.version);
            proofs.entry(id).or_default().measured.insert(cell);
        }
    }
    for row in asked().into_iter().filter(|row| row.after == "takes") {
        for id in row.rules {
            if owners
                .get(&id)
                .is_some_and(|tool| tool == speaks_of(&row.tool))
            {
                let proof = proofs.entry(id).or_default();
                if row.before == "refuses" {
                    proof.mended.insert(row.fixture.clone());
                }
                proof.accepted.insert(row.fixture.clone());
            }
        }
    }
    proofs
}

/// All rules that say somebody ran the tool, in the catalogue's order.
fn that_ran(catalogue: &Catalogue) -> Vec<Rule> {
    let ran = |rule: &Rule| claims(rule).next().is_some();
    let all = catalogue.all_rules().unwrap().into_iter();
    all.flat_map(|(_, rules)| rules).filter(ran).collect()
}

fn link(id: &str) -> String {
    format!("[{id}](rules/{id}.md)")
}

fn render(catalogue: &Catalogue) -> String {
    let proofs = proofs(catalogue);
    let rules = that_ran(catalogue);
    let mut text = HEAD.to_owned();

    text.push_str("\n## Measured\n");
    let mut tool = String::new();
    for row in measured() {
        if tool != row.tool {
            tool.clone_from(&row.tool);
            let _ = write!(
                text,
                "\n### {} {}\n\n{}\n\n| scenario | change | before | after | rules |\n|---|---|---|---|---|\n",
                row.tool, row.version, row.date
            );
        }
        let rules: Vec<String> = row.rules.iter().map(|id| link(id)).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            row.scenario,
            row.change,
            row.before.cell(&row.after),
            row.after.cell(&row.before),
            rules.join(", ")
        );
    }

    text.push_str(
        "\n## Accepted by the real tool after `apply`\n\n\
         A home is a fixture with one profile; only homes that `apply` changed are counted.\n\n\
         | tool | version | date | homes | taken after | of these refused before | still refused, as before | could not be asked |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    let mut by_tool: BTreeMap<String, Vec<Asked>> = BTreeMap::new();
    for row in asked() {
        by_tool.entry(row.tool.clone()).or_default().push(row);
    }
    for (tool, rows) in &by_tool {
        let count = |before: &str, after: &str| {
            rows.iter()
                .filter(|row| {
                    (before.is_empty() || row.before == before)
                        && (after.is_empty() || row.after == after)
                })
                .count()
        };
        let _ = writeln!(
            text,
            "| {tool} | {} | {} | {} | {} | {} | {} | {} |",
            rows[0].version,
            rows[0].date,
            rows.len(),
            count("", "takes"),
            count("refuses", "takes"),
            count("", "refuses"),
            count("", "unknown"),
        );
    }

    text.push_str(
        "\n## By rule\n\n\
         Rules that say `ran`, and what the tables above hold for them. \"Accepted\" means no more than it says: the tool takes the \
         files of so many homes after this rule has changed them. Where nothing was measured, the last column repeats what the rule \
         itself says was seen once.\n\n\
         | rule | measured with | accepted in | refused before in | seen once |\n|---|---|---|---|---|\n",
    );
    let homes = |set: &BTreeSet<String>| match set.len() {
        0 => "–".to_owned(),
        1 => "1 home".to_owned(),
        more => format!("{more} homes"),
    };
    for rule in &rules {
        if let Some(proof) = proofs.get(&rule.id) {
            let measured: Vec<&str> = proof.measured.iter().map(String::as_str).collect();
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                link(&rule.id),
                if measured.is_empty() {
                    "–".to_owned()
                } else {
                    measured.join(", ")
                },
                homes(&proof.accepted),
                homes(&proof.mended),
                if measured.is_empty() {
                    seen_once(rule).join("; ")
                } else {
                    String::new()
                }
            );
        }
    }

    text.push_str(
        "\n## Seen once, not reproduced by a script\n\n\
         Somebody ran the tool and looked; the words are the rule's own. Nothing here would notice if a new version behaved otherwise.\n\n\
         | rule | version | date | what was seen |\n|---|---|---|---|\n",
    );
    for rule in rules.iter().filter(|rule| !proofs.contains_key(&rule.id)) {
        for (evidence, note) in claims(rule).zip(seen_once(rule)) {
            let versions = evidence.versions.as_deref().unwrap_or("–");
            let _ = writeln!(
                text,
                "| {} | {versions} | {} | {note} |",
                link(&rule.id),
                evidence.verified
            );
        }
    }
    text
}

/// The evidence that says somebody ran the tool.
fn claims(rule: &Rule) -> impl Iterator<Item = &Evidence> {
    let evidence = rule.file.evidence.iter();
    evidence.filter(|evidence| evidence.kind == EvidenceKind::Ran)
}

/// The notes of [`claims`], fit for a table.
fn seen_once(rule: &Rule) -> Vec<String> {
    let note = |evidence: &Evidence| evidence.note.clone().unwrap_or_default();
    claims(rule)
        .map(|evidence| note(evidence).replace('|', "\\|").replace('\n', " "))
        .collect()
}

#[test]
fn the_page_is_in_step_with_the_results_and_the_rules() {
    let text = render(&Catalogue::load(&[]).unwrap());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(page(), &text).unwrap();
    }
    let there = fs::read_to_string(page()).unwrap_or_default();
    for (line, (is, should)) in there.lines().zip(text.lines()).enumerate() {
        assert_eq!(
            is,
            should,
            "line {}; UPDATE_DOCS=1 cargo test --test evidence writes it",
            line + 1
        );
    }
    assert_eq!(
        there.lines().count(),
        text.lines().count(),
        "UPDATE_DOCS=1 cargo test --test evidence writes it"
    );
}

/// A claim that nobody can look up is none.
#[test]
fn a_rule_that_says_ran_has_a_row() {
    let catalogue = Catalogue::load(&[]).unwrap();
    let there = fs::read_to_string(page()).unwrap();
    let (_, rows) = there.split_once("## By rule").unwrap();
    let mut without = Vec::new();
    for rule in that_ran(&catalogue) {
        if !rows.contains(&format!("\n| {} |", link(&rule.id))) {
            without.push(format!(
                "{}: says `ran`, and docs/evidence.md has no row for it",
                rule.id
            ));
        }
        for note in seen_once(&rule) {
            if note.trim().is_empty() {
                without.push(format!(
                    "{}: says `ran`, and not what was seen (`note`)",
                    rule.id
                ));
            }
        }
    }
    assert!(without.is_empty(), "{}", without.join("\n"));
}
