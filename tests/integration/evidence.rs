//! `docs/evidence.md` says what the real tools were seen to do. It is made of the rows in `tests/real/results/`, which
//! `tests/real/measure.py` and `tests/real.rs` write, and of the rules' own `[[evidence]]`.
//! `UPDATE_DOCS=1 cargo test --test integration evidence::` writes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use glm_setup::finding::Category;
use glm_setup::rule::schema::{Evidence, EvidenceKind};
use glm_setup::rule::{Catalogue, Rule};

use crate::common::{read, root};

/// What stands above the tables; the rest is generated.
const HEAD: &str = include_str!("../real/evidence-head.md");

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

impl Measured {
    /// Whether the change changed anything that its figures tell; where the rule says that a setting does nothing, whether it did
    /// nothing. The numbers of requests vary with random waiting times where some are refused, so then they don't count.
    fn shows(&self) -> bool {
        let (before, after) = (&self.before, &self.after);
        let seen = |one: &Figures| (one.most.clone(), one.endpoints.clone(), one.models.clone());
        let quiet = before.refused == "0" && after.refused == "0";
        let differs = seen(before) != seen(after)
            || (quiet && before.requests != after.requests)
            || (after.refused == "0" && before.refused != "0");
        differs != self.change.starts_with("without effect: ")
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

/// One home after the tool has saved its files itself; see `tests/real.rs`.
struct Saved {
    date: String,
    tool: String,
    version: String,
    fixture: String,
    verdict: String,
    rules: Vec<String>,
}

fn saved() -> Vec<Saved> {
    rows("keeps-", 8)
        .into_iter()
        .map(|row| Saved {
            date: row[0].clone(),
            tool: row[1].clone(),
            version: row[2].clone(),
            fixture: row[3].clone(),
            verdict: row[5].clone(),
            rules: row[6].split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

/// What makes each tool save its files, in words, by the names of `tests/real/versions.toml`.
fn how_saved() -> BTreeMap<String, String> {
    let text = read("tests/real/versions.toml");
    let tools: toml::Table = text.parse().unwrap();
    let how = |entry: &toml::Value| Some(entry.get("rewrites")?.get("how")?.as_str()?.to_owned());
    tools
        .iter()
        .filter_map(|(name, entry)| Some((name.clone(), how(entry)?)))
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
    /// What the rule set was still there after the tool's own saving.
    kept: BTreeSet<String>,
}

impl Proof {
    /// Whether this bears the claim `ran`. A file that is accepted shows nothing about where requests go or how many go at once.
    fn bears(&self, rule: &Rule) -> bool {
        let figures = matches!(
            rule.file.category,
            Category::Concurrency | Category::Endpoints
        );
        !self.measured.is_empty() || (!figures && !self.accepted.is_empty())
    }
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
        let shows = row.shows();
        for id in row.rules {
            assert!(
                owners.contains_key(&id),
                "tests/real/measures.toml speaks of {id}, which is no rule"
            );
            if shows {
                let cell = format!("{} {}", row.tool, row.version);
                proofs.entry(id).or_default().measured.insert(cell);
            }
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
    for row in saved().into_iter().filter(|row| row.verdict == "kept") {
        for id in row.rules {
            if owners
                .get(&id)
                .is_some_and(|tool| tool == speaks_of(&row.tool))
            {
                let proof = proofs.entry(id).or_default();
                proof.kept.insert(row.fixture.clone());
            }
        }
    }
    proofs
}

/// All rules with evidence of a kind, in the catalogue's order.
fn with_evidence(catalogue: &Catalogue, kind: EvidenceKind) -> Vec<Rule> {
    let all = catalogue.all_rules().unwrap().into_iter();
    all.flat_map(|(_, rules)| rules)
        .filter(|rule| evidence(rule, kind).next().is_some())
        .collect()
}

fn link(id: &str) -> String {
    format!("[{id}](rules/{id}.md)")
}

fn render(catalogue: &Catalogue) -> String {
    let proofs = proofs(catalogue);
    let rules = with_evidence(catalogue, EvidenceKind::Ran);
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
        "\n## Kept when the tool saves its files itself\n\n\
         After `apply --profile lite --unsafe-fixes` the tool was made to save the file, and then `apply --check` was asked whether anything \
         that the rules want is missing. \"Untouched\" are homes where the tool saved another file than the one that `apply` had changed.\n\n\
         | tool | version | date | what makes it save | kept | lost | untouched |\n|---|---|---|---|---|---|---|\n",
    );
    let how = how_saved();
    let mut by_tool: BTreeMap<String, Vec<Saved>> = BTreeMap::new();
    for row in saved() {
        by_tool.entry(row.tool.clone()).or_default().push(row);
    }
    for (tool, rows) in &by_tool {
        let count = |verdict: &str| rows.iter().filter(|row| row.verdict == verdict).count();
        let _ = writeln!(
            text,
            "| {tool} | {} | {} | {} | {} | {} | {} |",
            rows[0].version,
            rows[0].date,
            how[tool],
            count("kept"),
            count("lost"),
            count("untouched"),
        );
    }

    text.push_str(
        "\n## By rule\n\n\
         Rules that say `ran`, and what the tables above hold for them. A rule about requests at once or about addresses may say it only \
         where that was measured. \"Accepted\" means no more than it says: the tool takes the files of so many homes after this rule has \
         changed them. Where nothing was measured, the last column repeats what the rule itself says was seen.\n\n\
         | rule | measured with | accepted in | refused before in | kept by the tool in | also seen |\n|---|---|---|---|---|---|\n",
    );
    let homes = |set: &BTreeSet<String>| match set.len() {
        0 => "–".to_owned(),
        1 => "1 home".to_owned(),
        more => format!("{more} homes"),
    };
    let none = Proof::default();
    for rule in &rules {
        let proof = proofs.get(&rule.id).unwrap_or(&none);
        if !proof.bears(rule) {
            continue;
        }
        let measured: Vec<&str> = proof.measured.iter().map(String::as_str).collect();
        let (measured, seen) = if measured.is_empty() {
            ("–".to_owned(), notes(rule, EvidenceKind::Ran).join("; "))
        } else {
            (measured.join(", "), String::new())
        };
        let _ = writeln!(
            text,
            "| {} | {measured} | {} | {} | {} | {seen} |",
            link(&rule.id),
            homes(&proof.accepted),
            homes(&proof.mended),
            homes(&proof.kept),
        );
    }

    text.push_str(
        "\n## Seen by hand, not repeated by a script\n\n\
         Rules that say `seen`: somebody ran the tool and looked; the words are the rule's own. Nothing here would notice if a new version \
         behaved otherwise.\n\n\
         | rule | version | date | what was seen | accepted in | kept by the tool in |\n|---|---|---|---|---|---|\n",
    );
    for rule in with_evidence(catalogue, EvidenceKind::Seen) {
        let proof = proofs.get(&rule.id).unwrap_or(&none);
        for (evidence, note) in
            evidence(&rule, EvidenceKind::Seen).zip(notes(&rule, EvidenceKind::Seen))
        {
            let versions = evidence.versions.as_deref().unwrap_or("–");
            let _ = writeln!(
                text,
                "| {} | {versions} | {} | {note} | {} | {} |",
                link(&rule.id),
                evidence.verified,
                homes(&proof.accepted),
                homes(&proof.kept),
            );
        }
    }
    text
}

/// The evidence of a kind.
fn evidence(rule: &Rule, kind: EvidenceKind) -> impl Iterator<Item = &Evidence> {
    let evidence = rule.file.evidence.iter();
    evidence.filter(move |evidence| evidence.kind == kind)
}

/// The notes of [`evidence`], fit for a table.
fn notes(rule: &Rule, kind: EvidenceKind) -> Vec<String> {
    let note = |evidence: &Evidence| evidence.note.clone().unwrap_or_default();
    evidence(rule, kind)
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
            "line {}; UPDATE_DOCS=1 cargo test --test integration evidence:: writes it",
            line + 1
        );
    }
    assert_eq!(
        there.lines().count(),
        text.lines().count(),
        "UPDATE_DOCS=1 cargo test --test integration evidence:: writes it"
    );
}

/// A claim that nobody can look up is none: `ran` wants a row that bears it, made of what a script saw.
#[test]
fn a_rule_that_says_ran_has_a_row() {
    let catalogue = Catalogue::load(&[]).unwrap();
    let proofs = proofs(&catalogue);
    let there = fs::read_to_string(page()).unwrap();
    let (_, rows) = there.split_once("\n## By rule\n").unwrap();
    let (rows, _) = rows.split_once("\n## ").unwrap();
    let mut without = Vec::new();
    for rule in with_evidence(&catalogue, EvidenceKind::Ran) {
        let bears = proofs.get(&rule.id).is_some_and(|proof| proof.bears(&rule));
        if !bears || !rows.contains(&format!("\n| {} |", link(&rule.id))) {
            without.push(format!(
                "{}: says `ran`, and no row of tests/real/results bears it; give one, or say `seen`",
                rule.id
            ));
        }
    }
    assert!(without.is_empty(), "{}", without.join("\n"));
}

/// What a script has measured is no longer only seen.
#[test]
fn a_rule_that_was_measured_says_ran() {
    let catalogue = Catalogue::load(&[]).unwrap();
    let ran: BTreeSet<String> = with_evidence(&catalogue, EvidenceKind::Ran)
        .into_iter()
        .map(|rule| rule.id)
        .collect();
    let modest: Vec<String> = proofs(&catalogue)
        .into_iter()
        .filter(|(id, proof)| !proof.measured.is_empty() && !ran.contains(id))
        .map(|(id, _)| id)
        .collect();
    assert!(modest.is_empty(), "measured, but without `ran`: {modest:?}");
}

/// Each tool has been asked whether it takes the files, and none has lost anything by its own saving.
#[test]
fn every_tool_of_the_table_has_its_rows() {
    let text = read("tests/real/versions.toml");
    let tools: toml::Table = text.parse().unwrap();
    let folder = root().join("tests/real/results");
    for (name, entry) in &tools {
        for (question, kind) in [("accepts", "accepts"), ("rewrites", "keeps")] {
            let file = folder.join(format!("{kind}-{name}.tsv"));
            assert!(
                entry.get(question).is_none() || file.is_file(),
                "{name}: {} is missing",
                file.display()
            );
        }
    }
    let lost: Vec<String> = saved()
        .into_iter()
        .filter(|row| row.verdict == "lost")
        .map(|row| format!("{} {}", row.tool, row.fixture))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
}
