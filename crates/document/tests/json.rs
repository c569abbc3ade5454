//! Edits of JSON, JSONC and JSON5: the exact texts they give.

use crate::support::{append, at, check, edit_error, parse, remove, rename, set};
use glm_setup_document::EditError;
use glm_setup_document::Format::{Json, Json5, Jsonc};
use serde_json::json;

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
