//! How long the largest known kind of config takes. Not a test of every run:
//! `cargo test --release -p glm-setup-document --test document -- speed --ignored --nocapture`

use std::time::Instant;

use glm_setup_document::{Document, Edit, Format, Pointer};
use serde_json::json;

/// A settings file of 3.76 MB, with one line of 400 KB.
fn settings() -> String {
    let long: String = (0..400 * 1024 / 32)
        .map(|i| format!("\\\"prompt {i:08}\\\": \\\"text\\\",\\n"))
        .collect();
    let mut text = format!(
        "{{\n  \"long\": \"{}\",\n  \"entries\": {{\n",
        &long[..400 * 1024]
    );
    let mut index = 0;
    while text.len() < 3_760_000 {
        text.push_str(&format!(
            "    \"entry {index}\": {{\n      \"name\": \"Entry number {index}\",\n      \"enabled\": true,\n      \"order\": {index},\n      \"ratio\": 0.75,\n      \"content\": \"Some text of a usual length, with an \\\"escape\\\" in it.\",\n      \"tags\": [\"one\", \"two\"]\n    }},\n"
        ));
        index += 1;
    }
    text.push_str("    \"last\": null\n  }\n}\n");
    text
}

#[test]
#[ignore = "a measurement"]
fn large_settings() {
    let text = settings();
    let json5 = std::env::var("FORMAT").is_ok_and(|format| format == "jsonc");
    let format = if json5 { Format::Jsonc } else { Format::Json };
    let base = peak();
    let start = Instant::now();
    let document = Document::parse(text.as_bytes(), format).unwrap();
    let entries = Pointer::root().key("entries");
    let entry = entries.key("entry 5000");
    assert!(document.span(&entry.key("order")).is_some());
    println!(
        "{} bytes: parsed and located in {:?}, peak {} kB above {base} kB",
        text.len(),
        start.elapsed(),
        peak() - base
    );
    let start = Instant::now();
    let edits = [
        Edit::Set {
            at: entry.key("order"),
            value: json!(1),
        },
        Edit::Set {
            at: entry.key("name"),
            value: json!("new"),
        },
        Edit::Set {
            at: entries.key("entry 1").key("new"),
            value: json!({"a": [1]}),
        },
        Edit::Remove {
            at: entries.key("entry 2"),
        },
        Edit::Append {
            at: entries.key("entry 3").key("tags"),
            value: json!("three"),
        },
    ];
    let edited = document.edit(&edits).unwrap();
    println!(
        "{} bytes: 5 edits made and checked in {:?}, peak {} kB above {base} kB",
        edited.len(),
        start.elapsed(),
        peak() - base
    );
}

/// The peak of the process's memory in kB, where `/proc` tells it.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}
