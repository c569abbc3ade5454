//! YAML documents and front matter: what is read, where it lies, and the exact texts that edits give.

use crate::support::{append, at, edit_error, parse, parse_error, remove, rename, set};
use glm_setup_document::{Edit, Format, MAX_YAML_BYTES};
use serde_json::{Value, json};

#[track_caller]
fn check(before: &str, edits: &[Edit], after: &str) {
    crate::support::check(Format::Yaml, before, edits, after);
}

#[track_caller]
fn front_matter(before: &str, edits: &[Edit], after: &str) {
    crate::support::check(Format::FrontMatter, before, edits, after);
}

#[track_caller]
fn error(text: &str, format: Format) -> String {
    parse_error(text, format).to_string()
}

#[track_caller]
fn refused(text: &str, edit: Edit) -> String {
    edit_error(Format::Yaml, text, edit).to_string()
}

#[test]
fn values_and_places() {
    let text = "\u{feff}model: glm-5 # best\r\n'n': 0x10\r\nlist:\r\n- a\r\n- {x: 1.50, y: [true, ~]}\r\nblock: |\r\n  one\r\n  two\r\nnothing:\r\ninf: .inf\r\nyes: no\r\n";
    let document = parse(text, Format::Yaml);
    let expected: Value = serde_json::from_str(
        r#"{"model":"glm-5","n":16,"list":["a",{"x":1.5,"y":[true,null]}],"block":"one\ntwo\n","nothing":null,"inf":1e999,"yes":"no"}"#,
    )
    .unwrap();
    assert_eq!(*document.value(), expected);
    let span = |pointer| document.span(&at(pointer)).map(|span| &text[span]);
    assert_eq!(span("/model"), Some("glm-5"));
    assert_eq!(span("/list"), Some("- a\r\n- {x: 1.50, y: [true, ~]}"));
    assert_eq!(span("/list/1/y/0"), Some("true"));
    assert_eq!(span("/nothing"), Some(""));
    assert_eq!(
        document.key_span(&at("/n")).map(|span| &text[span]),
        Some("'n'")
    );
    let comments: Vec<_> = document
        .comments()
        .into_iter()
        .map(|c| (c.text, text[c.span].to_owned()))
        .collect();
    assert_eq!(comments, [("best".to_owned(), "# best".to_owned())]);
    assert_eq!(document.edit(&[]).unwrap(), text);
}

#[test]
fn aliases_and_merges_are_read_but_not_edited() {
    let text = "base: &b {x: 1, y: 2}\ncopy: *b\nmore:\n  <<: *b\n  y: 3\ntagged: !!str 5\n";
    let document = parse(text, Format::Yaml);
    assert_eq!(
        *document.value(),
        json!({"base": {"x": 1, "y": 2}, "copy": {"x": 1, "y": 2}, "more": {"x": 1, "y": 3}, "tagged": "5"})
    );
    assert!(refused(text, set("/copy/x", json!(2))).contains("alias"));
    assert!(refused(text, set("/base/x", json!(2))).contains("check"));
    check(
        text,
        &[set("/more/y", json!(4))],
        &text.replace("y: 3", "y: 4"),
    );
    let laughs: String = (1..12)
        .map(|i| format!("a{i}: &a{i} [{}]\n", format!("*a{}, ", i - 1).repeat(9)))
        .collect();
    assert!(error(&format!("a0: &a0 x\n{laughs}"), Format::Yaml).contains("values"));
}

#[test]
fn replacing() {
    check(
        "a: 1 # c\nb: 'x'\n",
        &[set("/a", json!(2)), set("/b", json!("y: z"))],
        "a: 2 # c\nb: 'y: z'\n",
    );
    check(
        "a: 1\r\nb: [1, 2]\r\n",
        &[set("/b/1", json!("x"))],
        "a: 1\r\nb: [1, x]\r\n",
    );
    check("a: 1\n", &[set("/a", json!("true"))], "a: 'true'\n");
    check(
        "a:\n  z: 1 # z\n  b: 2\n",
        &[set("/a", json!({"z": 1, "c": 3}))],
        "a:\n  z: 1 # z\n  c: 3\n",
    );
    check(
        "a: x",
        &[set("/a", json!({"z": 1, "b": {"y": 2, "a": 3}}))],
        "a:\n  z: 1\n  b:\n    y: 2\n    a: 3",
    );
}

#[test]
fn inserting() {
    check("", &[set("/a/b", json!(1))], "a:\n  b: 1\n");
    check("# head\n", &[set("/a", json!("x"))], "# head\na: x\n");
    check(
        "a:\n  b: 1 # b\nc: 2\n",
        &[set("/a/d", json!("x"))],
        "a:\n  b: 1 # b\n  d: x\nc: 2\n",
    );
    check("a: {b: 1}\n", &[set("/a/c", json!(2))], "a: {b: 1, c: 2}\n");
    check(
        "a: 1\r\n",
        &[set("/z/y", json!([1, "x"]))],
        "a: 1\r\nz:\r\n  y:\r\n    - 1\r\n    - x\r\n",
    );
    check(
        "a:\n  - x # x\n",
        &[append("/a", json!("y")), append("/b", json!(1))],
        "a:\n  - x # x\n  - y\nb:\n- 1\n",
    );
    check("a: []\n", &[append("/a", json!("y"))], "a: [y]\n");
}

/// In YAML the line break at the end of such a block belongs to its value. Some readers also see one that isn't there.
#[test]
fn a_block_without_a_line_end_at_the_end_keeps_its_value() {
    check("a: |\n  x", &[set("/b", json!(1))], "b: 1\na: |\n  x");
    check(
        "\u{feff}z: 1\r\n\r\n# about a\r\n# and more\r\na: >+\r\n  x\r\n  y",
        &[set("/b/c", json!([1]))],
        "\u{feff}z: 1\r\n\r\nb:\r\n  c:\r\n    - 1\r\n# about a\r\n# and more\r\na: >+\r\n  x\r\n  y",
    );
    check(
        "a:\n  b:\n  - c: |\n      x\n       ",
        &[set("/a/b/0/d", json!(true)), set("/a/e", json!("y"))],
        "a:\n  e: y\n  b:\n  - d: true\n    c: |\n      x\n       ",
    );
    // Nothing depends on the line end.
    check("a: |-\n  x", &[set("/b", json!(1))], "a: |-\n  x\nb: 1");
    check(
        "a: |\n  x\n# c",
        &[set("/b", json!(1))],
        "a: |\n  x\n# c\nb: 1",
    );
    check(
        "a:\n  b: 1\nc: |\n  x",
        &[set("/a/d", json!(1)), set("/c", json!(2))],
        "a:\n  b: 1\n  d: 1\nc: 2",
    );
    let error = refused("a:\n- |\n  x", append("/a", json!("y")));
    assert!(error.contains("a block text without a line end"), "{error}");
}

#[test]
fn a_missing_line_end_stays_missing() {
    check("a: 1", &[set("/b/c", json!(1))], "a: 1\nb:\n  c: 1");
    check("a: 1\n\nb: 2", &[remove("/b")], "a: 1");
    check("a: 1\r\n\r\nb: 2", &[remove("/b"), remove("/a")], "{}");
    check("a: 1\nb: 2 # b", &[remove("/b")], "a: 1");
    check(
        "a:\n- - 1\n  - |\n    x",
        &[set("/a/0", json!([1, "x"]))],
        "a:\n- - 1\n  - x",
    );
    // Here it is a part of a value.
    check("a: |\n  x\nb: 1", &[remove("/b")], "a: |\n  x\n");
    check("a: |-\n  x\nb: 1", &[remove("/b")], "a: |-\n  x");
}

#[test]
fn removing_and_renaming() {
    check("# a\na: 1 # one\nb: 2\n", &[remove("/a")], "# a\nb: 2\n");
    check(
        "a:\n- x\n- y\n",
        &[remove("/a/0"), remove("/a/0")],
        "a: []\n",
    );
    check("a:\n  b: 1\nc: 1\n", &[remove("/a/b")], "a: {}\nc: 1\n");
    check(
        "a: 1 # one\nb: 2\n",
        &[rename("/a", "c d")],
        "c d: 1 # one\nb: 2\n",
    );
}

#[test]
fn front_matter_is_the_only_part_that_changes() {
    let text = "\u{feff}---\r\nmodel: a # m\r\n---\r\n# Title\r\n---\r\nmodel: b\r\n";
    let document = parse(text, Format::FrontMatter);
    assert_eq!(*document.value(), json!({"model": "a"}));
    assert_eq!(&text[document.span(&at("/model")).unwrap()], "a");
    assert_eq!(&text[document.comments()[0].span.clone()], "# m");
    front_matter(
        text,
        &[set("/model", json!("glm-5")), set("/x", json!(1))],
        &text.replace("a # m\r\n", "glm-5 # m\r\nx: 1\r\n"),
    );
    front_matter(
        "---\n---\nText",
        &[set("/a", json!(1))],
        "---\na: 1\n---\nText",
    );
    front_matter(
        "# Title\n",
        &[set("/a", json!(1))],
        "---\na: 1\n---\n\n# Title\n",
    );
    front_matter("", &[set("/a", json!(1))], "---\na: 1\n---\n");
    front_matter("---\na: 1\n---", &[remove("/a")], "---\n{}\n---");
    assert!(parse("# Title\n---\n", Format::FrontMatter).is_empty());
}

#[test]
fn mistakes_have_a_place() {
    assert_eq!(
        error("a: [1\n", Format::Yaml),
        "line 2, column 1: unclosed flow sequence"
    );
    assert_eq!(
        error("a: secret: c\n", Format::Yaml),
        "line 1, column 10: plain scalar value cannot contain mapping syntax (colon)"
    );
    assert_eq!(
        error("a: 1\na: 2\n", Format::Yaml),
        "line 2, column 1: duplicate key"
    );
    assert_eq!(
        error("a: 1\n---\nb: 1\n", Format::Yaml),
        "line 2, column 1: a second document"
    );
    assert_eq!(
        error("? [a]\n: 1\n", Format::Yaml),
        "line 1, column 3: a key that is not a plain name"
    );
    assert_eq!(
        error("---\na: 'x\n---\n", Format::FrontMatter),
        "line 2, column 4: unterminated quoted string"
    );
    assert!(error("---\na: 1\n", Format::FrontMatter).contains("not closed"));
}

#[test]
fn hostile_texts() {
    let deep = |piece: &str| piece.repeat(100_000 / piece.len());
    let stairs = |n| (0..n).map(|i| " ".repeat(i) + "a:\n").collect::<String>();
    for text in [
        deep("- "),
        deep("["),
        deep("? "),
        deep("{a: "),
        deep("!!map "),
        deep("&a "),
        deep(": "),
        stairs(400),
    ] {
        assert!(
            error(&text, Format::Yaml).contains("levels"),
            "{}",
            &text[..10]
        );
    }
    assert!(error(&"[".repeat(MAX_YAML_BYTES + 1), Format::Yaml).contains("limit"));
}
