//! Documents: what is read, where it lies, and the exact texts that edits give.

#![allow(clippy::unwrap_used)]

use glm_setup::document::{
    Document, Edit, EditError, Format, MAX_BYTES, MAX_DEPTH, ParseError, Pointer, Token,
};
use serde_json::{Value, json};

/// A pointer in the notation of RFC 6901; numbers are array indexes.
fn at(pointer: &str) -> Pointer {
    let tokens = pointer.split('/').skip(1).map(|token| {
        token.parse().map_or_else(
            |_| Token::Key(token.replace("~1", "/").replace("~0", "~")),
            Token::Index,
        )
    });
    Pointer(tokens.collect())
}

fn set(pointer: &str, value: Value) -> Edit {
    Edit::Set {
        at: at(pointer),
        value,
    }
}

fn remove(pointer: &str) -> Edit {
    Edit::Remove { at: at(pointer) }
}

fn rename(pointer: &str, to: &str) -> Edit {
    Edit::Rename {
        at: at(pointer),
        to: to.into(),
    }
}

fn append(pointer: &str, value: Value) -> Edit {
    Edit::Append {
        at: at(pointer),
        value,
    }
}

#[track_caller]
fn parse(text: &str, format: Format) -> Document {
    Document::parse(text.as_bytes(), format).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[track_caller]
fn parse_error(text: &str, format: Format) -> ParseError {
    Document::parse(text.as_bytes(), format)
        .map(|document| document.value().clone())
        .unwrap_err()
}

/// Makes the edits, compares the text, and makes sure that the outcome can be read and needs no second edit.
#[track_caller]
fn check(format: Format, before: &str, edits: &[Edit], after: &str) {
    let document = parse(before, format);
    let text = document
        .edit(edits)
        .unwrap_or_else(|error| panic!("{error}\n{before}"));
    assert_eq!(text, after);
    let edited = parse(&text, format);
    let again: Vec<Edit> = edits
        .iter()
        .filter(|edit| matches!(edit, Edit::Set { .. }))
        .cloned()
        .collect();
    if again.len() == edits.len() {
        assert_eq!(edited.edit(&again).unwrap(), after, "not idempotent");
    }
}

#[track_caller]
fn edit_error(format: Format, before: &str, edit: Edit) -> EditError {
    parse(before, format).edit(&[edit]).unwrap_err()
}

use Format::{Json, Json5, Jsonc};

mod reading {
    use super::*;

    #[test]
    fn values_of_the_three_dialects() {
        assert_eq!(
            *parse(r#"{"a": [1, 1.50, "x\u0041"]}"#, Json).value(),
            json!({"a": [1, "1.50".parse::<serde_json::Number>().unwrap(), "xA"]})
        );
        assert_eq!(
            *parse("// c\n{\"a\": [1, /* d */ 2,],}\n", Jsonc).value(),
            json!({"a": [1, 2]})
        );
        let json5 =
            "{a: 'x', $b: 0x1F, c: +.5, d: 5., e: -0x10, f: \"\\x41\\\n\", g: [null,], 'h': 1e3}";
        let expected: Value = serde_json::from_str(
            r#"{"a":"x","$b":31,"c":0.5,"d":5.0,"e":-16,"f":"A","g":[null],"h":1e3}"#,
        )
        .unwrap();
        assert_eq!(*parse(json5, Json5).value(), expected);
    }

    #[test]
    fn infinity_is_a_number_too_large_for_any_limit() {
        let document = parse("{a: Infinity, b: -Infinity, c: NaN}", Json5);
        assert_eq!(document.value()["a"].to_string(), "1e+999");
        assert_eq!(document.value()["b"].to_string(), "-1e+999");
        assert_eq!(document.value()["c"], Value::Null);
        assert_eq!(
            document.edit(&[set("/c", json!(1))]).unwrap(),
            "{a: Infinity, b: -Infinity, c: 1}"
        );
    }

    #[test]
    fn a_text_without_a_value_is_an_empty_object() {
        for (text, format) in [
            ("", Json),
            (" \r\n", Json),
            ("\u{feff}", Jsonc),
            ("// nothing\n/* yet */", Json5),
        ] {
            let document = parse(text, format);
            assert!(document.is_empty());
            assert_eq!(*document.value(), json!({}));
            assert_eq!(document.span(&Pointer::root()), None);
            assert_eq!(document.edit(&[]).unwrap(), text);
        }
        assert!(!parse("{}", Json).is_empty());
    }

    #[test]
    fn spans_are_byte_offsets_with_the_byte_order_mark() {
        let text = "\u{feff}{\"ключ\": [1, \"é\"], \"a/b~\": null}";
        let document = parse(text, Json);
        assert_eq!(document.text(), text);
        assert_eq!(&text[document.span(&at("/ключ/1")).unwrap()], "\"é\"");
        assert_eq!(&text[document.key_span(&at("/ключ")).unwrap()], "\"ключ\"");
        assert_eq!(
            &text[document.key_span(&at("/a~1b~0")).unwrap()],
            "\"a/b~\""
        );
        assert_eq!(
            &text[document.span(&at("")).unwrap()],
            text.trim_start_matches('\u{feff}')
        );
        assert_eq!(document.span(&at("/ключ/2")), None);
        assert_eq!(document.key_span(&at("/ключ/1")), None);
        assert_eq!(document.key_span(&at("")), None);
    }

    #[test]
    fn the_last_of_several_members_counts() {
        let text = r#"{"a": 1, "b": {"c": 1, "c": 2}, "\u0061": 3, "a": 4}"#;
        let document = parse(text, Json);
        assert_eq!(*document.value(), json!({"a": 4, "b": {"c": 2}}));
        assert_eq!(&text[document.span(&at("/a")).unwrap()], "4");
        let found: Vec<_> = document
            .duplicates()
            .iter()
            .map(|d| {
                (
                    d.pointer.to_string(),
                    &text[d.shadowed.clone()],
                    d.effective.start,
                )
            })
            .collect();
        let last = text.rfind("\"a\"").unwrap();
        assert_eq!(
            found,
            [
                ("/a".to_owned(), "\"a\"", last),
                ("/a".to_owned(), "\"\\u0061\"", last),
                ("/b/c".to_owned(), "\"c\"", text.rfind("\"c\"").unwrap()),
            ]
        );
    }

    #[test]
    fn duplicates_inside_a_member_without_effect_have_no_place() {
        let document = parse(r#"{"a": {"x": 1, "x": 2}, "a": {"x": 3}}"#, Json);
        assert_eq!(document.duplicates().len(), 1);
    }

    #[test]
    fn comments_are_found_outside_strings() {
        let text = "\u{feff}// one\r\n{ 'it\\'s': '/* no */', \"b\": \"// no\", /* two\n lines */ c: 1 //three\n}";
        let found: Vec<_> = parse(text, Json5)
            .comments()
            .iter()
            .map(|c| (c.text.clone(), text[c.span.clone()].to_owned()))
            .collect();
        let expected = [
            ("one", "// one"),
            ("two\n lines", "/* two\n lines */"),
            ("three", "//three"),
        ];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn mistakes_are_explained_with_their_place() {
        #[track_caller]
        fn check(text: &str, format: Format, expected: &str) {
            let error = parse_error(text, format);
            let hint = error
                .expected
                .as_deref()
                .map(|hint| format!("; expected {hint}"))
                .unwrap_or_default();
            assert_eq!(format!("{error}{hint}"), expected);
        }
        check(
            "{\n // c\n}",
            Json,
            "line 2, column 2: comments are not allowed in strict JSON",
        );
        check(
            "{\"a\": 1,\n}",
            Json,
            "line 1, column 8: trailing comma; expected no comma after the last one",
        );
        check(
            "{\"ü\": 1 \"b\": 2}",
            Jsonc,
            "line 1, column 8: missing comma; expected `,`",
        );
        check(
            "{\n\"a\": {\n\"b\": [1,\n",
            Json,
            "line 3, column 9: unexpected end of file: the array opened at line 3 is not closed; expected `]`",
        );
        check(
            "{\n\"a\": {}\n",
            Json,
            "line 2, column 8: unexpected end of file: the object opened at line 1 is not closed; expected `}`",
        );
        check(
            "{\"a\": \"secret",
            Json,
            "line 1, column 14: unexpected end of file: the string opened at line 1 is not closed; expected `\"`",
        );
        check(
            "{} /* x",
            Jsonc,
            "line 1, column 8: unexpected end of file: the comment opened at line 1 is not closed; expected `*/`",
        );
        check(
            "{\"a\":",
            Json,
            "line 1, column 6: unexpected end of file; expected a value",
        );
        check(
            "{\"a\": }",
            Json,
            "line 1, column 7: unexpected `}`; expected a value",
        );
        check(
            "{\"a\": secret}",
            Json,
            "line 1, column 7: unexpected character",
        );
        check(
            "{a: 1}",
            Jsonc,
            "line 1, column 2: the member's name is not in quotes; expected a name in double quotes",
        );
        check(
            "{'a': 1}",
            Jsonc,
            "line 1, column 2: strings can't be in single quotes here; expected double quotes",
        );
        check(
            "{} {}",
            Json,
            "line 1, column 4: text after the end of the document; expected the end of the file",
        );
        check(
            "{\"a\": \"\t\"}",
            Json,
            "line 1, column 8: a control character (such as a tab or a line break) inside a string; expected an escape such as \\t or \\n",
        );
        check(
            "{\"a\": \"\t\"}",
            Jsonc,
            "line 1, column 8: a control character (such as a tab or a line break) inside a string; expected an escape such as \\t or \\n",
        );
        check(
            "{a: 'x\ny'}",
            Json5,
            "line 1, column 7: line terminator in string",
        );
        check("{a-b: 1}", Json5, "line 1, column 3: expected colon");
        check(
            "{\"a\": \"\\ud800\"}",
            Json,
            "line 1, column 8: a \\u escape that is not a character; expected a pair of surrogates, or one escape for a whole character",
        );
        check(
            "{\"a\": \"\\q\"}",
            Json,
            "line 1, column 8: an escape that this format does not know; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u",
        );
        check(
            "[01]",
            Json,
            "line 1, column 3: missing comma; expected `,`",
        );
        check(
            "{a: 1 // \u{2028} x\n}",
            Json5,
            "line 1, column 7: a comment contains a Unicode line separator, which may end it",
        );
    }
}

mod replacing {
    use super::*;

    #[test]
    fn only_the_value_changes() {
        let before = "\u{feff}// head\r\n{\r\n\t\"a\" : 1.50, // note\r\n\t\"b\": [ 1,2 ],\r\n\t'c': +0x10,\r\n}";
        check(
            Json5,
            before,
            &[set("/b/1", json!("x\"y")), set("/c", json!(null))],
            "\u{feff}// head\r\n{\r\n\t\"a\" : 1.50, // note\r\n\t\"b\": [ 1,\"x\\\"y\" ],\r\n\t'c': null,\r\n}",
        );
    }

    #[test]
    fn an_equal_value_changes_nothing() {
        let text = "{ \"a\" : \"\\u0041\", b: [1 ,2], c: 0x10 }";
        let edits = [
            set("/a", json!("A")),
            set("/b", json!([1, 2])),
            set("/c", json!(16)),
        ];
        assert_eq!(parse(text, Json5).edit(&edits).unwrap(), text);
    }

    #[test]
    fn the_effective_one_of_several_members() {
        check(
            Json,
            r#"{"a": 1, "a": 2}"#,
            &[set("/a", json!(3))],
            r#"{"a": 1, "a": 3}"#,
        );
    }

    #[test]
    fn containers_follow_their_surroundings() {
        let value = json!({"x": [1], "y": {}});
        check(
            Json,
            "{\n  \"a\": 1\n}\n",
            &[set("/a", value.clone())],
            "{\n  \"a\": {\n    \"x\": [\n      1\n    ],\n    \"y\": {}\n  }\n}\n",
        );
        check(
            Json,
            "{ \"a\": 1 }",
            &[set("/a", value.clone())],
            "{ \"a\": { \"x\": [1], \"y\": {} } }",
        );
        check(
            Json,
            "{\"a\": 1}",
            &[set("/a", value.clone())],
            "{\"a\": {\"x\": [1], \"y\": {}}}",
        );
        check(
            Json,
            "{\"a\":1}",
            &[set("/a", value)],
            "{\"a\":{\"x\":[1],\"y\":{}}}",
        );
        check(
            Json,
            "{\n  \"a\": [1, 2]\n}\n",
            &[set("/a", json!([1, 2, 3]))],
            "{\n  \"a\": [1, 2, 3]\n}\n",
        );
        check(
            Json,
            "{\n    \"a\": [\n        1\n    ]\n}\n",
            &[set("/a", json!([2, {}]))],
            "{\n    \"a\": [\n        2,\n        {}\n    ]\n}\n",
        );
    }

    #[test]
    fn the_root() {
        check(Json, " [1]\n", &[set("", json!(2))], " 2\n");
        check(
            Jsonc,
            "// c\n1\n",
            &[set("", json!({"a": 1}))],
            "// c\n{\n  \"a\": 1\n}\n",
        );
    }

    #[test]
    fn one_after_the_other() {
        check(
            Jsonc,
            "{\n  \"a\": 1, // one\n}\n",
            &[
                set("/a", json!(2)),
                set("/a", json!({"b": 1})),
                set("/a/b", json!(3)),
                set("/a/c", json!(4)),
            ],
            "{\n  \"a\": {\n    \"b\": 3,\n    \"c\": 4\n  }, // one\n}\n",
        );
    }
}

mod inserting {
    use super::*;

    #[test]
    fn into_objects_on_several_lines() {
        check(
            Json,
            "{\n  \"a\": 1\n}\n",
            &[set("/b", json!(2))],
            "{\n  \"a\": 1,\n  \"b\": 2\n}\n",
        );
        check(
            Json,
            "{\r\n\t\"a\": 1\r\n}",
            &[set("/b", json!([1]))],
            "{\r\n\t\"a\": 1,\r\n\t\"b\": [\r\n\t\t1\r\n\t]\r\n}",
        );
        check(
            Jsonc,
            "{\n  \"a\": 1 // one\n}\n",
            &[set("/b", json!(2))],
            "{\n  \"a\": 1, // one\n  \"b\": 2\n}\n",
        );
        check(
            Jsonc,
            "{\n  \"a\": 1, // one\n}\n",
            &[set("/b", json!(2))],
            "{\n  \"a\": 1, // one\n  \"b\": 2,\n}\n",
        );
        check(
            Jsonc,
            "{\n  \"a\": 1 /* x */ // y\n  // below\n}\n",
            &[set("/b", json!(2))],
            "{\n  \"a\": 1, /* x */ // y\n  \"b\": 2\n  // below\n}\n",
        );
        check(
            Jsonc,
            "{\n  \"a\": 1 /* x */,\n}\n",
            &[set("/b", json!(2))],
            "{\n  \"a\": 1 /* x */,\n  \"b\": 2,\n}\n",
        );
        check(
            Jsonc,
            "{\n  \"a\": 1 }",
            &[set("/b", json!(2))],
            "{\n  \"a\": 1,\n  \"b\": 2 }",
        );
        check(
            Json,
            "{\n  \"a\": 1\n  , \"b\": 2\n}",
            &[set("/c", json!(3))],
            "{\n  \"a\": 1\n  , \"b\": 2, \"c\": 3\n}",
        );
    }

    #[test]
    fn into_objects_on_one_line() {
        check(
            Json,
            "{ \"a\": 1 }",
            &[set("/b", json!(2))],
            "{ \"a\": 1, \"b\": 2 }",
        );
        check(
            Json,
            "{\"a\":1}",
            &[set("/b", json!(2))],
            "{\"a\":1,\"b\":2}",
        );
        check(
            Json,
            "{\"a\": 1}\n",
            &[set("/b", json!(2))],
            "{\"a\": 1, \"b\": 2}\n",
        );
        check(
            Json,
            "{\"a\":1, \"b\":2}",
            &[set("/c", json!(3))],
            "{\"a\":1, \"b\":2, \"c\":3}",
        );
        check(
            Json5,
            "{a : 1,}",
            &[set("/b", json!(2))],
            "{a : 1, \"b\" : 2,}",
        );
        check(
            Jsonc,
            "{ \"a\": 1 // one\n}",
            &[set("/b", json!(2))],
            "{ \"a\": 1, \"b\": 2 // one\n}",
        );
        check(
            Jsonc,
            "{ \"a\": 1, // one\n}",
            &[set("/b", json!(2))],
            "{ \"a\": 1, \"b\": 2, // one\n}",
        );
        check(
            Json,
            "{\n  \"a\": { \"x\": 1 }\n}\n",
            &[set("/a/y", json!({"z": 1}))],
            "{\n  \"a\": { \"x\": 1, \"y\": { \"z\": 1 } }\n}\n",
        );
    }

    #[test]
    fn into_empty_objects() {
        check(Json, "{}", &[set("/a", json!(1))], "{\n  \"a\": 1\n}");
        check(Json, "{}\n", &[set("/a", json!(1))], "{\n  \"a\": 1\n}\n");
        check(
            Json,
            "{ }\r\n",
            &[set("/a", json!(1))],
            "{\r\n  \"a\": 1\r\n}\r\n",
        );
        check(
            Json,
            "{\n\n}\n",
            &[set("/a", json!(1))],
            "{\n  \"a\": 1\n}\n",
        );
        check(
            Json,
            "{\"o\":{}}",
            &[set("/o/a", json!(1))],
            "{\"o\":{\"a\":1}}",
        );
        check(
            Json,
            "{ \"o\": {} }",
            &[set("/o/a", json!(1))],
            "{ \"o\": { \"a\": 1 } }",
        );
        check(
            Json,
            "{\n\t\"o\": {}\n}",
            &[set("/o/a", json!(1))],
            "{\n\t\"o\": {\n\t\t\"a\": 1\n\t}\n}",
        );
        check(
            Json,
            "{\n  \"o\": { \"p\": {} }\n}",
            &[set("/o/p/a", json!(1))],
            "{\n  \"o\": { \"p\": { \"a\": 1 } }\n}",
        );
    }

    #[test]
    fn comments_in_empty_objects_stay() {
        check(
            Jsonc,
            "{\n    // nothing yet\n}\n",
            &[set("/a", json!(1))],
            "{\n    // nothing yet\n    \"a\": 1\n}\n",
        );
        check(
            Jsonc,
            "{ // nothing yet\n}\n",
            &[set("/a", json!(1))],
            "{ // nothing yet\n  \"a\": 1\n}\n",
        );
        check(
            Jsonc,
            "{ /* nothing */ }",
            &[set("/a", json!(1))],
            "{ /* nothing */ \"a\": 1 }",
        );
        check(
            Jsonc,
            "{\n/* nothing */}",
            &[set("/a", json!(1))],
            "{\n/* nothing */\n\"a\": 1\n}",
        );
    }

    #[test]
    fn into_empty_documents() {
        for format in [Json, Jsonc, Json5] {
            check(
                format,
                "",
                &[set("/a/b", json!([1]))],
                "{\n  \"a\": {\n    \"b\": [\n      1\n    ]\n  }\n}\n",
            );
        }
        check(
            Json,
            "\u{feff}\r\n",
            &[set("/a", json!(1))],
            "\u{feff}{\r\n  \"a\": 1\r\n}\r\n",
        );
        check(
            Jsonc,
            "// head\n",
            &[set("/a", json!(1))],
            "// head\n{\n  \"a\": 1\n}\n",
        );
        check(
            Jsonc,
            "// head",
            &[append("/a", json!(1)), set("/b", json!(2))],
            "// head\n{\n  \"a\": [\n    1\n  ],\n  \"b\": 2\n}\n",
        );
        check(Jsonc, "", &[set("", json!([]))], "[]\n");
    }

    #[test]
    fn missing_parents_in_one_piece() {
        check(
            Json,
            "{\n    \"a\": 1\n}\n",
            &[set("/b/c/d", json!(2))],
            "{\n    \"a\": 1,\n    \"b\": {\n        \"c\": {\n            \"d\": 2\n        }\n    }\n}\n",
        );
        check(
            Json,
            "{\"a\":1}",
            &[set("/b/c", json!(2))],
            "{\"a\":1,\"b\":{\"c\":2}}",
        );
    }

    #[test]
    fn elements() {
        check(
            Json,
            "[1]",
            &[append("", json!(2))],
            "[1,2]".replace(",", ", ").as_str(),
        );
        check(
            Json,
            "{\"a\":[1]}",
            &[append("/a", json!(2))],
            "{\"a\":[1,2]}",
        );
        check(Json, "{\"a\":[]}", &[append("/a", json!(2))], "{\"a\":[2]}");
        check(
            Json,
            "{\n  \"a\": [\"x\"]\n}",
            &[append("/a", json!("y"))],
            "{\n  \"a\": [\"x\", \"y\"]\n}",
        );
        check(
            Json,
            "{\n  \"a\": []\n}",
            &[append("/a", json!("y"))],
            "{\n  \"a\": [\n    \"y\"\n  ]\n}",
        );
        check(
            Jsonc,
            "[\n  1, // one\n  2 // two\n]\n",
            &[append("", json!({"a": 1}))],
            "[\n  1, // one\n  2, // two\n  {\n    \"a\": 1\n  }\n]\n",
        );
        check(Jsonc, "[1, 2,]", &[append("", json!(3))], "[1, 2, 3,]");
        check(
            Json,
            "{}",
            &[append("/a/b", json!(1))],
            "{\n  \"a\": {\n    \"b\": [\n      1\n    ]\n  }\n}",
        );
    }
}

mod removing {
    use super::*;

    #[test]
    fn lines() {
        let text = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n";
        check(
            Json,
            text,
            &[remove("/a")],
            "{\n  \"b\": 2,\n  \"c\": 3\n}\n",
        );
        check(
            Json,
            text,
            &[remove("/b")],
            "{\n  \"a\": 1,\n  \"c\": 3\n}\n",
        );
        check(
            Json,
            text,
            &[remove("/c")],
            "{\n  \"a\": 1,\n  \"b\": 2\n}\n",
        );
        check(
            Json,
            text,
            &[remove("/c"), remove("/b")],
            "{\n  \"a\": 1\n}\n",
        );
        check(
            Json,
            text,
            &[remove("/a"), remove("/b"), remove("/c")],
            "{}\n",
        );
        check(
            Json,
            "{\r\n  \"a\": 1,\r\n  \"b\": {\r\n  }\r\n}",
            &[remove("/b")],
            "{\r\n  \"a\": 1\r\n}",
        );
    }

    #[test]
    fn comments_above_stay_and_those_on_the_line_go() {
        let text = "{\n  // above a\n  \"a\": 1, // a\n  // above b\n  \"b\": 2 /* b */ // b\n  // end\n}\n";
        check(
            Jsonc,
            text,
            &[remove("/a")],
            "{\n  // above a\n  // above b\n  \"b\": 2 /* b */ // b\n  // end\n}\n",
        );
        check(
            Jsonc,
            text,
            &[remove("/b")],
            "{\n  // above a\n  \"a\": 1 // a\n  // above b\n  // end\n}\n",
        );
        check(
            Jsonc,
            "{\n  // c\n  \"a\": 1\n}\n",
            &[remove("/a")],
            "{\n  // c\n}\n",
        );
        check(
            Jsonc,
            "{\n  \"a\": 1, /* long\n  comment */\n  \"b\": 2\n}\n",
            &[remove("/a")],
            "{\n  /* long\n  comment */\n  \"b\": 2\n}\n",
        );
    }

    #[test]
    fn trailing_commas_stay() {
        check(
            Jsonc,
            "{\n  \"a\": 1,\n  \"b\": 2,\n}\n",
            &[remove("/b")],
            "{\n  \"a\": 1,\n}\n",
        );
        check(Jsonc, "[1, 2,]", &[remove("/1")], "[1,]");
        check(Jsonc, "[1, 2,]", &[remove("/0")], "[2,]");
        check(Jsonc, "[ 1, ]", &[remove("/0")], "[]");
    }

    #[test]
    fn inside_a_line() {
        check(
            Json,
            "{ \"a\": 1, \"b\": 2, \"c\": 3 }",
            &[remove("/a")],
            "{ \"b\": 2, \"c\": 3 }",
        );
        check(
            Json,
            "{ \"a\": 1, \"b\": 2, \"c\": 3 }",
            &[remove("/b")],
            "{ \"a\": 1, \"c\": 3 }",
        );
        check(
            Json,
            "{ \"a\": 1, \"b\": 2, \"c\": 3 }",
            &[remove("/c")],
            "{ \"a\": 1, \"b\": 2 }",
        );
        check(Json, "{ \"a\": 1 }", &[remove("/a")], "{}");
        check(Json, "[1,2,3]", &[remove("/2"), remove("/0")], "[2]");
        check(Json, "[1 , 2]", &[remove("/1")], "[1]");
        check(Jsonc, "[1, /* two */ 2]", &[remove("/1")], "[1 /* two */]");
        check(Jsonc, "[1 /* one */, 2]", &[remove("/0")], "[ /* one */ 2]");
        check(
            Jsonc,
            "{\n  \"a\": 1, // one\n  \"b\": 2 }",
            &[remove("/b")],
            "{\n  \"a\": 1 // one\n }",
        );
        check(
            Json,
            "{ \"a\": 1,\n  \"b\": 2\n}",
            &[remove("/a")],
            "{\n  \"b\": 2\n}",
        );
        check(
            Json,
            "{\n  \"a\": 1, \"b\": 2,\n  \"c\": 3\n}",
            &[remove("/a")],
            "{\n  \"b\": 2,\n  \"c\": 3\n}",
        );
        check(
            Json,
            "{\n  \"a\": 1, \"b\": 2,\n  \"c\": 3\n}",
            &[remove("/b")],
            "{\n  \"a\": 1,\n  \"c\": 3\n}",
        );
        check(
            Json,
            "{\n  \"a\": 1\n  , \"b\": 2\n}",
            &[remove("/a")],
            "{\n  \"b\": 2\n}",
        );
        check(
            Json,
            "{\n  \"a\": 1\n  , \"b\": 2\n}",
            &[remove("/b")],
            "{\n  \"a\": 1\n}",
        );
    }

    #[test]
    fn all_members_of_a_name() {
        check(
            Json,
            "{\n  \"a\": 1,\n  \"b\": 2,\n  \"\\u0061\": 3\n}\n",
            &[remove("/a")],
            "{\n  \"b\": 2\n}\n",
        );
        check(Json, r#"{"a":1,"a":2}"#, &[remove("/a")], "{}");
        check(
            Json,
            r#"{"b": 0, "a": 1, "a": 2}"#,
            &[remove("/a")],
            r#"{"b": 0}"#,
        );
        check(
            Json,
            r#"{"a": 1, "__proto__": 1, "a": 2}"#,
            &[remove("/a")],
            r#"{"__proto__": 1}"#,
        );
    }
}

mod renaming {
    use super::*;

    #[test]
    fn only_the_name_changes() {
        check(
            Json5,
            "{ // c\n  a : 1.0, b: 2 }",
            &[rename("/a", "new name")],
            "{ // c\n  \"new name\" : 1.0, b: 2 }",
        );
        check(Json, r#"{"a":1}"#, &[rename("/a", "a")], r#"{"a":1}"#);
    }

    #[test]
    fn shadowed_members_of_the_old_name_go() {
        check(
            Json,
            r#"{"a": 1, "b": 2, "a": 3}"#,
            &[rename("/a", "c")],
            r#"{"b": 2, "c": 3}"#,
        );
    }

    #[test]
    fn a_taken_name_is_refused() {
        let error = edit_error(Json, r#"{"a": 1, "b": 2}"#, rename("/a", "b"));
        assert_eq!(
            error,
            EditError::NameTaken {
                at: at("/a"),
                to: "b".into()
            }
        );
    }
}

mod refusing {
    use super::*;

    #[test]
    fn a_parent_of_another_type() {
        let error = edit_error(Json, r#"{"a": "secret"}"#, set("/a/b", json!(1)));
        assert_eq!(error.to_string(), "`/a` is a string, not an object");
        let error = edit_error(Json, r#"{"a": null}"#, append("/a", json!(1)));
        assert_eq!(error.to_string(), "`/a` is null, not an array");
        let error = edit_error(Json, r#"{"a": {}}"#, set("/a/0", json!(1)));
        assert_eq!(error.to_string(), "`/a` is an object, not an array");
        let error = edit_error(Json, "", append("", json!(1)));
        assert_eq!(error.to_string(), "`` is an object, not an array");
    }

    #[test]
    fn elements_out_of_range() {
        assert_eq!(
            edit_error(Json, "[1]", set("/1", json!(1))),
            EditError::OutOfRange {
                at: at("/1"),
                len: 1
            }
        );
        assert_eq!(
            edit_error(Json, "{}", set("/a/0", json!(1))),
            EditError::OutOfRange {
                at: at("/a/0"),
                len: 0
            }
        );
    }

    #[test]
    fn what_is_not_there() {
        assert_eq!(
            edit_error(Json, "{}", remove("/a")),
            EditError::NotFound { at: at("/a") }
        );
        assert_eq!(
            edit_error(Json, "[]", remove("/0")),
            EditError::NotFound { at: at("/0") }
        );
        assert_eq!(
            edit_error(Json, "{}", rename("/a", "b")),
            EditError::NotFound { at: at("/a") }
        );
        assert!(matches!(
            edit_error(Json, "{}", remove("")),
            EditError::NotAMember { .. }
        ));
        assert!(matches!(
            edit_error(Json, "[1]", rename("/0", "b")),
            EditError::NotAMember { .. }
        ));
    }
}

mod hostile {
    use super::*;

    #[test]
    fn deep_nesting() {
        for format in [Json, Jsonc, Json5] {
            for text in [
                "[".repeat(100_000),
                "{\"a\":".repeat(100_000),
                "[".repeat(100_000) + &"]".repeat(100_000),
            ] {
                assert!(parse_error(&text, format).message.contains("levels"));
            }
            let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
            parse(&deep(MAX_DEPTH), format)
                .edit(&[append("", json!(1))])
                .unwrap();
            assert!(
                parse_error(&deep(MAX_DEPTH + 2), format)
                    .message
                    .contains("levels")
            );
            let pointer = "/a".repeat(MAX_DEPTH + 1);
            assert!(matches!(
                edit_error(format, "{}", set(&pointer, json!(1))),
                EditError::CheckFailed { .. }
            ));
        }
    }

    #[test]
    fn many_members_of_one_name() {
        let text = format!("{{{}\"b\":1}}", "\"a\":0,".repeat(100_000));
        let document = parse(&text, Json);
        assert_eq!(document.duplicates().len(), 99_999);
        assert_eq!(document.edit(&[remove("/a")]).unwrap(), "{\"b\":1}");
    }

    #[test]
    fn many_elements() {
        let text = format!("[{}0]", "0,".repeat(1_000_000));
        let document = parse(&text, Json);
        let edited = document
            .edit(&[set("/999999", json!(1)), append("", json!(2)), remove("/0")])
            .unwrap();
        assert!(edited.ends_with(",1,0,2]"));
        assert_eq!(edited.len(), text.len());
    }

    #[test]
    fn not_text() {
        let error = |bytes: &[u8]| {
            Document::parse(bytes, Json)
                .map(drop)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error(b"\xff\xfe{\0}\0"),
            "line 1, column 1: the file is UTF-16"
        );
        assert_eq!(
            error(b"{\n\"\xff\"}"),
            "line 2, column 2: the file is not valid UTF-8"
        );
        assert_eq!(
            error(b"{\"\0\":1}"),
            "line 1, column 3: the file contains a NUL byte"
        );
        assert_eq!(
            error(&vec![b' '; MAX_BYTES + 1]),
            "line 1, column 1: the file has 16777217 bytes; the limit is 16777216"
        );
        assert!(Document::parse(&vec![b' '; MAX_BYTES], Json).is_ok());
    }
}
