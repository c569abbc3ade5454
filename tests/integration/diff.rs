//! Diffs that people read, and that `git apply` takes. All keys here are invented.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use glm_setup::redact::Redactor;
use glm_setup::report::diff::{DiffOptions, stat, unified};
use proptest::prelude::*;

const A: &str = "00000000000000000000000000000000.xxxxxxxxxxxxxxxx";
const B: &str = "11111111111111111111111111111111.xxxxxxxxxxxxxxxx";

fn with(before: Option<&str>, after: Option<&str>, options: &DiffOptions) -> String {
    unified(
        "~/.x/a.json",
        "~/.x/a.json",
        before,
        after,
        &Redactor::new(),
        options,
    )
}

fn plain(before: &str, after: &str) -> String {
    with(Some(before), Some(after), &DiffOptions::default())
}

fn colored(before: &str, after: &str) -> String {
    with(
        Some(before),
        Some(after),
        &DiffOptions {
            color: true,
            ..DiffOptions::default()
        },
    )
}

/// The hunks alone.
fn hunks(diff: &str) -> String {
    diff.split_inclusive('\n').skip(2).collect()
}

#[test]
fn one_change_in_context() {
    let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    assert_eq!(
        plain(before, &before.replace('5', "five")),
        "--- a/~/.x/a.json\n+++ b/~/.x/a.json\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
    );
    assert_eq!(plain(before, before), "");
    let options = DiffOptions {
        context: 0,
        ..DiffOptions::default()
    };
    assert_eq!(
        hunks(&with(
            Some(before),
            Some(&before.replace("2\n", "").replace("8\n", "8\nx\n")),
            &options
        )),
        "@@ -2 +1,0 @@\n-2\n@@ -8,0 +8 @@\n+x\n"
    );
}

#[test]
fn created_and_removed() {
    let options = DiffOptions::default();
    assert_eq!(
        with(None, Some("a\nb\n"), &options),
        "--- /dev/null\n+++ b/~/.x/a.json\n@@ -0,0 +1,2 @@\n+a\n+b\n"
    );
    assert_eq!(
        with(Some("a\n"), None, &options),
        "--- a/~/.x/a.json\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    );
    assert_eq!(with(None, None, &options), "");
    assert_eq!(
        with(None, Some(""), &options),
        "--- /dev/null\n+++ b/~/.x/a.json\n"
    );
}

#[test]
fn the_missing_newline() {
    assert_eq!(
        hunks(&plain("a\nb", "a\nc")),
        "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    );
    assert_eq!(
        hunks(&plain("a", "a\n")),
        "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"
    );
    assert_eq!(
        hunks(&plain("a\nb", "x\nb")),
        "@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ No newline at end of file\n"
    );
}

#[test]
fn labels() {
    let diff = |label: &str| {
        let diff = unified(
            label,
            label,
            Some("a"),
            None,
            &Redactor::new(),
            &DiffOptions::default(),
        );
        diff.lines().next().unwrap().to_owned()
    };
    assert_eq!(diff("/home/me/a.json"), "--- a/home/me/a.json");
    assert_eq!(diff("My Files/a.json"), "--- a/My Files/a.json\t");
    assert_eq!(
        diff("a\u{1b}[31m\n\"b\".json"),
        r#"--- "a/a\033[31m\012\"b\".json""#
    );
    assert_eq!(
        diff("x/sk-aaaaaaaaaaaaaaaaaaaa.json"),
        "--- a/x/[redacted:5760].json"
    );
}

#[test]
fn secrets_show_their_change_and_nothing_else() {
    let file = |key: &str, n: u8| format!("{{\n  \"apiKey\":\n    \"{key}\",\n  \"n\": {n}\n}}\n");
    assert_eq!(
        hunks(&plain(&file(A, 1), &file(B, 1))),
        "@@ -1,5 +1,5 @@\n {\n   \"apiKey\":\n-    \"[redacted:8569]\",\n+    \"[redacted:8c71]\",\n   \"n\": 1\n }\n"
    );
    assert_eq!(
        hunks(&plain(&file(A, 1), &file(A, 2))),
        "@@ -1,5 +1,5 @@\n {\n   \"apiKey\":\n     \"[redacted:8569]\",\n-  \"n\": 1\n+  \"n\": 2\n }\n"
    );
    // Too short for a tag.
    assert_eq!(
        hunks(&plain(&file("Hunter2", 1), &file("Hunter3", 1))),
        "@@ -1,5 +1,5 @@\n {\n   \"apiKey\":\n-    \"[redacted]\",\n+    \"[redacted, changed]\",\n   \"n\": 1\n }\n"
    );
    assert_eq!(
        hunks(&plain("token: Hunter2 # a\n", "token: Hunter2 # b\n")),
        "@@ -1 +1 @@\n-token: [redacted] # a\n+token: [redacted] # b\n"
    );
    assert_eq!(
        hunks(&plain("a\n", "a\ntoken: Hunter2\n")),
        "@@ -1 +1,2 @@\n a\n+token: [redacted]\n"
    );
    // A key that becomes a reference.
    assert_eq!(
        hunks(&plain(
            "\"apiKey\": \"Hunter2\"\n",
            "\"apiKey\": \"{env:K}\"\n"
        )),
        "@@ -1 +1 @@\n-\"apiKey\": \"[redacted]\"\n+\"apiKey\": \"{env:K}\"\n"
    );
    // The name is outside of the hunk.
    let far = |key: &str| format!("{{\"apiKeys\": [\n{}\"{key}\"\n]}}\n", "1,\n".repeat(20));
    let diff = plain(&far("Hunter2"), &far("Hunter3"));
    assert_eq!(
        hunks(&diff),
        "@@ -19,5 +19,5 @@\n 1,\n 1,\n 1,\n-\"[redacted]\"\n+\"[redacted, changed]\"\n ]}\n"
    );
}

#[test]
fn line_ends_and_control_characters() {
    assert_eq!(
        hunks(&plain("a\r\nb\r\n", "a\r\nc\r\n")),
        "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"
    );
    assert_eq!(hunks(&plain("a\r\n", "a\n")), "@@ -1 +1 @@\n-a␍\n+a\n");
    assert_eq!(
        hunks(&plain(
            "a\n",
            "\u{1b}[2J\u{7}\tx\rb\u{9b}31m\u{202e}\u{7f}ä\n"
        )),
        "@@ -1 +1 @@\n-a\n+␛[2J␇\tx␍b‹U+009B›31m‹U+202E›␡ä\n"
    );
    assert_eq!(
        hunks(&colored("a\r\nb\r\n", "a\r\n\u{1b}c\r\n")),
        "\u{1b}[36m@@ -1,2 +1,2 @@\u{1b}[0m\n a␍\n\u{1b}[31m-b␍\u{1b}[0m\n\u{1b}[32m+␛c␍\u{1b}[0m\n"
    );
}

#[test]
fn changed_words_are_emphasised() {
    assert_eq!(
        colored("\"limit\": 5,\n", "\"limit\": 1,\n"),
        "\u{1b}[1m--- a/~/.x/a.json\u{1b}[0m\n\u{1b}[1m+++ b/~/.x/a.json\u{1b}[0m\n\u{1b}[36m@@ -1 +1 @@\u{1b}[0m\n\
         \u{1b}[31m-\"limit\": \u{1b}[0m\u{1b}[1m\u{1b}[4m\u{1b}[31m5\u{1b}[0m\u{1b}[31m,\u{1b}[0m\n\
         \u{1b}[32m+\"limit\": \u{1b}[0m\u{1b}[1m\u{1b}[4m\u{1b}[32m1\u{1b}[0m\u{1b}[32m,\u{1b}[0m\n"
    );
    // A comma is added where a line follows: the line before is its own counterpart.
    let diff = hunks(&colored("\"a\": 1\n", "\"a\": 1,\n\"b\": 2\n"));
    assert!(diff.contains("\u{1b}[32m+\"a\": 1\u{1b}[0m\u{1b}[1m\u{1b}[4m\u{1b}[32m,\u{1b}[0m\u{1b}[32m\u{1b}[0m\n"), "{diff:?}");
}

#[test]
fn long_lines_are_cut_around_the_change() {
    let line = |n: &str| {
        format!(
            "{{\"list\":[{}],\"cap\":{n},\"rest\":[{}]}}\n",
            "\"word\",".repeat(30_000),
            "1,".repeat(99_000)
        )
    };
    let options = DiffOptions {
        max_line_width: Some(60),
        ..DiffOptions::default()
    };
    let start = Instant::now();
    assert_eq!(
        hunks(&with(Some(&line("5")), Some(&line("1")), &options)),
        "@@ -1 +1 @@\n\
         -…word\",\"word\",\"word\",],\"cap\":5,\"rest\":[1,1,1,1,1,1,1,1,1,1…\n\
         +…word\",\"word\",\"word\",],\"cap\":1,\"rest\":[1,1,1,1,1,1,1,1,1,1…\n"
    );
    assert!(start.elapsed() < Duration::from_secs(20));
    // What is inserted or removed in one side alone is shown in its place.
    assert_eq!(
        hunks(&with(
            Some(&line("5")),
            Some(&line("5,\"more\":true")),
            &options
        )),
        "@@ -1 +1 @@\n\
         -…ord\",\"word\",],\"cap\":5,\"rest\":[1,1,1,1,1,1,1,1,…\n\
         +…ord\",\"word\",],\"cap\":5,\"more\":true,\"rest\":[1,1,1,1,1,1,1,1,…\n"
    );
    let words = |w: &str| {
        format!(
            "{}\n",
            (0..9)
                .map(|i| format!("{w}{} ", "-".repeat(100 + i)))
                .collect::<String>()
        )
    };
    let diff = with(Some(&words("old")), Some(&words("new")), &options);
    assert_eq!(
        hunks(&diff),
        "@@ -1 +1 @@\n\
         -old--------…------- old--------…------- old--------…------- old--------… (5 more changes in this line)\n\
         +new--------…------- new--------…------- new--------…------- new--------… (5 more changes in this line)\n"
    );
    // Context, and lines without a counterpart.
    let options = DiffOptions {
        max_line_width: Some(10),
        ..DiffOptions::default()
    };
    let long = "ä".repeat(50);
    assert_eq!(
        hunks(&with(
            Some(&format!("{long}\n")),
            Some(&format!("{long}\n{}\n", "b".repeat(50))),
            &options
        )),
        "@@ -1 +1,2 @@\n äääääääää…\n+bbbbbbbbb…\n"
    );
    assert_eq!(
        hunks(&with(Some("1234567890\n"), Some("1234567891\n"), &options)),
        "@@ -1 +1 @@\n-1234567890\n+1234567891\n"
    );
}

#[test]
fn a_cut_line_hides_its_secrets_too() {
    let line = |n: u8| {
        format!(
            "{{\"n\":{n},\"apiKey\":\"{A}\",\"x\":\"{}\"}}",
            "y".repeat(1000)
        )
    };
    for width in 10..90 {
        let options = DiffOptions {
            max_line_width: Some(width),
            color: width % 2 == 0,
            ..DiffOptions::default()
        };
        let diff = with(Some(&line(1)), Some(&line(2)), &options);
        assert!(!diff.contains("0000"), "{diff}");
    }
}

#[test]
fn counts() {
    assert_eq!(stat(Some("a\nb\nc\n"), Some("a\nx\ny\nc\n")), (2, 1));
    assert_eq!(stat(None, Some("a\nb")), (2, 0));
    assert_eq!(stat(Some("a\n"), None), (0, 1));
    assert_eq!(stat(Some("a\n"), Some("a\n")), (0, 0));
    assert_eq!(stat(Some("token: a1\n"), Some("token: b2\n")), (1, 1));
}

#[test]
fn hostile_pairs_end_in_time() {
    let lines = |step: usize| {
        (0..100_000)
            .map(|i| format!("{}\n", i * step % 7919))
            .collect::<String>()
    };
    let start = Instant::now();
    assert!(!plain(&lines(3), &lines(5)).is_empty());
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    let one = |step: usize| lines(step).replace('\n', " ");
    let start = Instant::now();
    assert!(!colored(&one(3), &one(5)).is_empty());
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}

/// Applies the diff with git and returns the outcome; `None` where there is no git.
fn git_apply(before: Option<&str>, after: Option<&str>) -> Option<Option<String>> {
    Command::new("git").arg("--version").output().ok()?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b.json");
    if let Some(before) = before {
        fs::write(&path, before).unwrap();
    }
    let diff = unified(
        "a b.json",
        "a b.json",
        before,
        after,
        &Redactor::new(),
        &DiffOptions::default(),
    );
    fs::write(folder.path().join("patch"), &diff).unwrap();
    let out = Command::new("git")
        .args([
            "-c",
            "core.autocrlf=false",
            "apply",
            "--whitespace=nowarn",
            "patch",
        ])
        .current_dir(folder.path())
        .env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap())
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}\n{diff}",
        String::from_utf8_lossy(&out.stderr)
    );
    Some(fs::read_to_string(&path).ok())
}

#[test]
fn git_takes_it() {
    let file = "{\n  // note\n  \"a\": 1,\n  \"b\": [\n    \"c\"\n  ],\n  \"d\": \"ä…\"\n}";
    for ending in ["\n", "\r\n"] {
        for last in ["", ending] {
            let before = file.replace('\n', ending) + last;
            for after in [
                before.replace("1", "2"),
                before.replace("\"c\"", "\"c\",\t\"d\""),
                format!("first{ending}{before}"),
                format!("{before}{ending}"),
                before.trim_end().to_owned(),
                before.trim_end().to_owned() + "x",
                String::new(),
                format!("\u{feff}{before}"),
            ] {
                if before != after
                    && let Some(outcome) = git_apply(Some(&before), Some(&after))
                {
                    assert_eq!(outcome.as_deref(), Some(after.as_str()));
                }
            }
            if let Some(outcome) = git_apply(None, Some(&before)) {
                assert_eq!(outcome.as_deref(), Some(before.as_str()));
                assert_eq!(git_apply(Some(&before), None), Some(None));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Applying the hunks by hand gives the text after.
    #[test]
    fn a_diff_says_it_all(
        before in prop::collection::vec("[ab]{0,2}\r?\n", 0..30),
        after in prop::collection::vec("[ab]{0,2}\r?\n", 0..30),
        context in 0usize..4,
    ) {
        let (before, after) = (before.concat(), after.concat());
        let options = DiffOptions { context, ..DiffOptions::default() };
        let diff = unified("a", "a", Some(&before), Some(&after), &Redactor::new(), &options);
        let old: Vec<&str> = before.split_inclusive('\n').collect();
        let mut at = 0;
        let mut new = String::new();
        for line in diff.split_inclusive('\n').skip(2) {
            if let Some(range) = line.strip_prefix("@@ -") {
                let (start, length) = range.split_once(' ').unwrap().0.split_once(',').unwrap_or((range.split_once(' ').unwrap().0, "1"));
                let start = start.parse::<usize>().unwrap() - usize::from(length != "0");
                new.extend(old[at..start].iter().copied());
                at = start;
                continue;
            }
            let (sign, text) = line.split_at(1);
            if sign != "+" {
                prop_assert_eq!(old[at].trim_end(), text.trim_end_matches(['\r', '\n', '␍']));
                at += 1;
            }
            if sign != "-" {
                new.push_str(&text.replace('␍', "\r"));
            }
        }
        new.extend(old[at..].iter().copied());
        prop_assert_eq!(new, after);
    }

    /// No width and no text breaks the cutting.
    #[test]
    fn any_texts_in_any_width(before in "(?s).{0,60}", after in "(?s).{0,60}", width in 0usize..50, color: bool) {
        let options = DiffOptions { max_line_width: Some(width), color, context: 1 };
        let diff = with(Some(&before), Some(&after), &options);
        prop_assert_eq!(diff.is_empty(), before == after);
        let escape = diff.contains('\u{1b}');
        prop_assert!(color || !escape);
    }
}

/// Of a large text only what lies around a hunk is redacted; what is shown is the same as of the part alone.
#[test]
fn a_hunk_of_a_large_text_shows_no_secret_whose_name_is_above_it() {
    let members: String = (0..40)
        .map(|n| format!("    \"m{n}\": \"x{n}\",\n"))
        .collect();
    let part = format!("  \"apiKeys\": {{\n{members}    \"last\": \"{A}\"\n  }},\n");
    let filler = "  \"note\": \"nothing of interest\",\n".repeat(20_000);
    let large = |part: &str| format!("{{\n{filler}{part}{filler}  \"end\": 1\n}}\n");
    let change = |text: &str| text.replace("\"x38\"", "\"y38\"").replace(A, B);
    let small = plain(&part, &change(&part));
    let shown = plain(&large(&part), &large(&change(&part)));
    let lines = |diff: &str| {
        hunks(diff)
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let wanted = lines(&small);
    assert!(
        wanted.iter().any(|line| line.starts_with("-    \"m38\"")),
        "{small}"
    );
    assert_eq!(lines(&shown)[..wanted.len()], wanted);
    for secret in ["x38", "y38", "x37", A, B] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(
        hunks(&shown).starts_with("@@ -20038,9 +20038,9 @@\n"),
        "{shown}"
    );

    // What is known to be secret is found however far it reaches.
    let long = "z".repeat(100_000);
    let lines = |end: &str| format!("{filler}{long}\n1\n2{end}\n{filler}");
    let redactor = Redactor::new().with_secrets([long.clone()]);
    let options = DiffOptions::default();
    let shown = unified(
        "a",
        "a",
        Some(&lines("")),
        Some(&lines("!")),
        &redactor,
        &options,
    );
    assert!(
        !shown.contains('z') && shown.contains("-2\n+2!\n"),
        "{shown}"
    );
}

/// Many hunks of a large text: all of it is redacted once, with the same outcome.
#[test]
fn many_hunks_of_a_large_text_show_no_secret() {
    let entry = |n: usize, value: &str| {
        format!(
            "  {{\"id\": {n},\n   \"apiKey\":\n      \"k{n:04}{value}\",\n   \"on\": {value}\n  }},\n{}",
            "  \"nothing of interest, but a line of some length to fill the file\",\n".repeat(20)
        )
    };
    let text = |value: &str| (0..300).map(|n| entry(n, value)).collect::<String>();
    let shown = plain(&text("1"), &text("0"));
    assert_eq!(shown.matches("\n@@ ").count(), 300);
    assert_eq!(shown.matches("-      \"[redacted]\"").count(), 300);
    assert!(!shown.contains("\"k0"), "{}", &shown[..2000]);
}
