//! Documents in JSON, JSONC and JSON5: what is read, where it lies, and what is refused.

use crate::support::{append, at, edit_error, parse, parse_error, remove, rename, set};
use glm_setup_document::Format::{self, Json, Json5, Jsonc};
use glm_setup_document::{Document, EditError, MAX_BYTES, MAX_DEPTH, Pointer};
use serde_json::{Value, json};

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
            "line 1, column 1: the file is UTF-16, which glm-setup does not edit"
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
