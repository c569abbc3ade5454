//! TOML documents: what is read, where it lies, and the exact texts that edits give.

use crate::support::{append, at, edit_error, remove, rename, set};
use glm_setup_document::{Document, Edit, Format, Pointer};
use serde_json::{Value, json};

fn parse(text: &str) -> Document {
    crate::support::parse(text, Format::Toml)
}

#[track_caller]
fn check(before: &str, edits: &[Edit], after: &str) {
    crate::support::check(Format::Toml, before, edits, after);
}

#[track_caller]
fn refused(before: &str, edit: Edit) -> String {
    edit_error(Format::Toml, before, edit).to_string()
}

const CODEX: &str = "\
# Codex
model = \"gpt-5\" # the default
'quoted key' = 1.50

[model_providers.zai]
name = \"Z.ai\"
base_url = \"https://example.org\" # note
args = [
    \"a\", # first
    \"b\"
]

[[mcp]]
name = \"one\"
env = { KEY = \"x\", nested.deep = 1 }

[[mcp]]
name = \"two\"

[mcp.more]
x = 1979-05-27T07:32:00Z
";

#[test]
fn values_and_places() {
    let document = parse(CODEX);
    let expected: Value = serde_json::from_str(
        r#"{"model":"gpt-5","quoted key":1.5,
            "model_providers":{"zai":{"name":"Z.ai","base_url":"https://example.org","args":["a","b"]}},
            "mcp":[{"name":"one","env":{"KEY":"x","nested":{"deep":1}}},
                   {"name":"two","more":{"x":"1979-05-27T07:32:00Z"}}]}"#,
    )
    .unwrap();
    assert_eq!(*document.value(), expected);
    let span = |pointer| document.span(&at(pointer)).map(|span| &CODEX[span]);
    let key = |pointer| document.key_span(&at(pointer)).map(|span| &CODEX[span]);
    assert_eq!(span("/model"), Some("\"gpt-5\""));
    assert_eq!(key("/quoted key"), Some("'quoted key'"));
    assert_eq!(span("/model_providers/zai"), Some("model_providers.zai"));
    assert_eq!(key("/model_providers/zai"), Some("zai"));
    assert_eq!(key("/model_providers"), Some("model_providers"));
    assert_eq!(span("/model_providers"), None);
    assert_eq!(span("/model_providers/zai/args/1"), Some("\"b\""));
    assert_eq!(span("/mcp/0/env/nested/deep"), Some("1"));
    assert_eq!(key("/mcp/0/env/nested"), Some("nested"));
    assert_eq!(span("/mcp/1/name"), Some("\"two\""));
    assert_eq!(span("/mcp/1/more/x"), Some("1979-05-27T07:32:00Z"));
    assert_eq!(span("/mcp/2"), None);
    let comments: Vec<_> = document
        .comments()
        .into_iter()
        .map(|comment| comment.text)
        .collect();
    assert_eq!(comments, ["Codex", "the default", "note", "first"]);
}

#[test]
fn every_value_has_a_place() {
    fn walk(document: &Document, value: &Value, at: &Pointer) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let at = at.key(name);
                    assert!(document.key_span(&at).is_some(), "{at}");
                    walk(document, value, &at);
                }
            }
            Value::Array(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .for_each(|(index, value)| walk(document, value, &at.index(index)));
            }
            _ => assert!(document.span(at).is_some(), "{at}"),
        }
    }
    let text = "a.b.'c d' = [1, { x = \"}\", y.z = '''\n]''' }, [[]], inf]\n\"\\u0061\".e = \"\"\"x\"\"\"\"\n[a.f.\"g.h\"]\ni = 07:32:00 # ]\n";
    for text in [CODEX, text] {
        let document = parse(text);
        walk(&document, document.value(), &Pointer::root());
    }
}

#[test]
fn replacing_keeps_the_rest() {
    check(
        CODEX,
        &[set("/model", json!("glm-5"))],
        &CODEX.replace("\"gpt-5\"", "\"glm-5\""),
    );
    check(
        CODEX,
        &[set("/mcp/0/env/nested/deep", json!([true]))],
        &CODEX.replace("deep = 1", "deep = [true]"),
    );
    check(
        CODEX,
        &[set("/model_providers/zai/args", json!(["c"]))],
        &CODEX.replace("\"a\", # first\n    \"b\"\n", "\"c\",\n"),
    );
    check(
        "a = 1",
        &[set("/a", json!("x\n\"y\"\u{7f}"))],
        "a = \"x\\n\\\"y\\\"\\u007F\"",
    );
    check(
        "\u{feff}a = 1 # c\r\nb = 2\r\n",
        &[set("/b", json!(3))],
        "\u{feff}a = 1 # c\r\nb = 3\r\n",
    );
    check(CODEX, &[set("/model", json!("gpt-5"))], CODEX);
}

#[test]
fn tables_change_member_by_member() {
    check(
        "[a]\n# c\nx = 1 # x\ny = 2\n\n[a.b]\nz = 3\n",
        &[set("/a", json!({"x": 1, "w": {"v": 4}, "u": 5}))],
        "[a]\n# c\nx = 1 # x\nu = 5\n\n[a.w]\nv = 4\n",
    );
}

#[test]
fn new_pairs() {
    check("", &[set("/a", json!(1))], "a = 1\n");
    check("# c\n", &[set("/a", json!(1))], "# c\n\na = 1\n");
    check("a = 1", &[set("/b", json!("x"))], "a = 1\nb = \"x\"");
    check(
        "a = 1\r\n\r\n[t]\r\n",
        &[set("/b", json!(2)), set("/t/c d", json!([]))],
        "a = 1\r\nb = 2\r\n\r\n[t]\r\n\"c d\" = []\r\n",
    );
    check(
        "[t]\n  x = 1 # x\n\n# about u\n[u]\n",
        &[set("/t/y", json!({}))],
        "[t]\n  x = 1 # x\n\n[t.y]\n\n# about u\n[u]\n",
    );
    check(
        "[t]\n  x = 1 # x\n\n# about u\n[u]\n",
        &[set("/t/y", json!(2))],
        "[t]\n  x = 1 # x\n  y = 2\n\n# about u\n[u]\n",
    );
    check(
        "# head\n\n# about t\n[t]\n",
        &[set("/a", json!(1))],
        "# head\n\na = 1\n\n# about t\n[t]\n",
    );
    check(
        "# about t\n[t]\n",
        &[set("/a", json!(1))],
        "a = 1\n\n# about t\n[t]\n",
    );
    check(
        "t = { a = 1 }\nu = {}\nv.w = 1\n",
        &[
            set("/t/b", json!(2)),
            set("/u/x/y", json!(3)),
            set("/v/x", json!({"a": 1})),
        ],
        "t = { a = 1, b = 2 }\nu = { x = { y = 3 } }\nv.w = 1\nv.x = { a = 1 }\n",
    );
    check(
        "[a.b]\nx = 1\n",
        &[set("/a/y", json!(2))],
        "[a.b]\nx = 1\n\n[a]\ny = 2\n",
    );
}

#[test]
fn new_sections() {
    check(
        "model = \"x\"\n",
        &[set(
            "/model_providers/zai",
            json!({"name": "Z.ai", "env": {"A": "b"}, "n": 1}),
        )],
        "model = \"x\"\n\n[model_providers.zai]\nname = \"Z.ai\"\nn = 1\n\n[model_providers.zai.env]\nA = \"b\"\n",
    );
    check(
        "[p.a]\nx = 1\n\n[q]\ny = 1\n",
        &[set("/p/b/x", json!(2))],
        "[p.a]\nx = 1\n\n[p.b]\nx = 2\n\n[q]\ny = 1\n",
    );
    check(
        "[[a]]\n[[a]]\n",
        &[set("/a/0/t/x", json!(1))],
        "[[a]]\n\n[a.t]\nx = 1\n\n[[a]]\n",
    );
}

#[test]
fn a_missing_line_end_stays_missing() {
    check("a = 1", &[set("/b", json!(2))], "a = 1\nb = 2");
    check(
        "a = 1 # a",
        &[set("/t/u", json!({"b": 2})), set("/c", json!(3))],
        "a = 1 # a\nc = 3\n\n[t.u]\nb = 2",
    );
    check(
        "a = \"\"\"\nx\n\"\"\"\r\n# end",
        &[set("/t", json!({"b": 2}))],
        "a = \"\"\"\nx\n\"\"\"\r\n# end\n\n[t]\nb = 2",
    );
    check(
        "[[t]]\na = 1",
        &[append("/t", json!({"b": 2}))],
        "[[t]]\na = 1\n\n[[t]]\nb = 2",
    );
    check("a = 1\n\n[t]\nb = 2", &[remove("/t")], "a = 1");
    check("# c", &[set("/a", json!(1))], "# c\n\na = 1");
    check("", &[set("/a", json!(1))], "a = 1\n");
}

#[test]
fn appending() {
    check(
        "a = [1, 2]\nb = []\n",
        &[
            append("/a", json!(3)),
            append("/b", json!("x")),
            append("/c", json!(1)),
        ],
        "a = [1, 2, 3]\nb = [\"x\"]\nc = [1]\n",
    );
    check(
        "a = [\n  1, # one\n  2 # two\n]\n",
        &[append("/a", json!(3))],
        "a = [\n  1, # one\n  2,\n  3 # two\n]\n",
    );
    check(
        "a = [\n  1,\n  2, # two\n]\n",
        &[append("/a", json!(3))],
        "a = [\n  1,\n  2, # two\n  3,\n]\n",
    );
    check(
        CODEX,
        &[append("/mcp", json!({"name": "three"}))],
        &format!("{CODEX}\n[[mcp]]\nname = \"three\"\n"),
    );
}

#[test]
fn removing() {
    check(
        "a = 1\n# b\nb = 2 # c\n\n[t]\nx = 1\n",
        &[remove("/b")],
        "a = 1\n# b\n\n[t]\nx = 1\n",
    );
    check(
        "a = 1\n\n[t]\nx = 1\n\n[t.u]\ny = 1\n\n[v]\n",
        &[remove("/t")],
        "a = 1\n\n[v]\n",
    );
    check("[a]\n[p.x]\nk = 1\n", &[remove("/p/x")], "[a]\n[p]\n");
    check("v.w = 1\n", &[remove("/v/w")], "v = {}\n");
    check(
        "[[a]]\nx = 1\n\n[[a]]\nx = 2\n",
        &[remove("/a/0")],
        "[[a]]\nx = 2\n",
    );
    check(
        "t = { a = 1, b = 2 }\nl = [1, 2, 3]\n",
        &[remove("/t/b"), remove("/l/1"), remove("/l/1")],
        "t = { a = 1 }\nl = [1]\n",
    );
    check(
        "l = [\n  1, # one\n  2\n]\n",
        &[remove("/l/1")],
        "l = [\n  1, # one\n]\n",
    );
    check(
        "l = [\n  1, # one\n  2\n]\n",
        &[remove("/l/0")],
        "l = [\n  2\n]\n",
    );
    assert!(refused("[[a]]\nx = 1\n", remove("/a/0")).contains("last element"));
}

#[test]
fn renaming() {
    check("a = 1 # c\n", &[rename("/a", "b c")], "\"b c\" = 1 # c\n");
    check(
        "[p.x]\nk = 1\n[p.x.y]\n[p]\n",
        &[rename("/p/x", "z")],
        "[p.z]\nk = 1\n[p.z.y]\n[p]\n",
    );
    check(
        "a.b = 1\na.c = { d.e = 2, d.f = 3 }\n",
        &[rename("/a", "z"), rename("/z/c/d", "y")],
        "z.b = 1\nz.c = { y.e = 2, y.f = 3 }\n",
    );
    check(
        CODEX,
        &[rename("/mcp", "servers")],
        &CODEX.replace("mcp", "servers"),
    );
}

#[test]
fn refusals() {
    assert_eq!(
        refused("a = 1\n", set("/b", json!(null))),
        "`/b` can't be edited: TOML has no null"
    );
    assert_eq!(
        refused("[a]\n", set("/a", json!(1))),
        "`/a` can't be edited: a table that has headers can't be replaced by another type of value"
    );
    assert_eq!(
        refused("a = \"secret\"\n", set("/a/b", json!(1))),
        "`/a` is a string, not an object"
    );
    assert_eq!(refused("a = 1\n", remove("/b")), "there is nothing at `/b`");
}

#[test]
fn mistakes_have_a_place() {
    let error = |text: &str| {
        Document::parse(text.as_bytes(), Format::Toml)
            .map(drop)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("\u{feff}a = 1\na = 2\n"),
        "line 2, column 1: duplicate key"
    );
    assert_eq!(
        error("a = 1\nb = secret\n"),
        "line 2, column 5: string values must be quoted, expected literal string"
    );
}

#[test]
fn deep_nesting() {
    let n = 100_000;
    let texts = [
        format!("a = {}", "[".repeat(n)),
        format!("a = {}{}", "[".repeat(n), "]".repeat(n)),
        format!("a = {}", "{a=".repeat(n)),
        format!("{}a = 1", "a.".repeat(n)),
        format!("[{}a]", "a.".repeat(n)),
        format!("x = \"\n[{}a]", "a.".repeat(n)),
        format!("x = \"\n{}a = 1", "a.".repeat(n)),
        format!("x = '''\n'\n''''\n{}a = 1\n'", "a.".repeat(n)),
        format!("x = {{ {}a = 1 }}", "a.".repeat(n)),
        format!("x = ] }} {{ {}a = 1 }}", "a.".repeat(n)),
    ];
    for text in texts {
        assert!(Document::parse(text.as_bytes(), Format::Toml).is_err());
    }
}
