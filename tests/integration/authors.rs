//! What somebody needs who writes rules and configuration files: frames, schemas, documents whose examples hold.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::common::schema::assert_valid;
use crate::common::{Home, read, rule_file};
use glm_setup::config::{Config, ConfigOwner};
use glm_setup::load::{LoadError, Source};
use glm_setup::rule::Catalogue;
use glm_setup::rule::compile::{Part, Rule, RuleOrigin, Trust};
use glm_setup::rule::schema::RuleFile;
use serde_json::Value;

fn schema(name: &str) -> Value {
    let schema = serde_json::from_str(&read(name)).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    schema
}

fn validator(name: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&schema(name)).unwrap()
}

/// TOML as JSON, dates as text.
fn json(text: &str) -> Value {
    fn convert(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(date) => date.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(convert).collect(),
            toml::Value::Table(members) => {
                let members = members
                    .into_iter()
                    .map(|(key, value)| (key, convert(value)));
                Value::Object(members.collect())
            }
            other => serde_json::to_value(other).unwrap(),
        }
    }
    convert(toml::Value::Table(toml::from_str(text).unwrap()))
}

/// The words of "unknown …, expected one of `a`, `b`".
#[track_caller]
fn expected(error: LoadError) -> BTreeSet<String> {
    let (unknown, words) = error
        .message
        .split_once(", expected ")
        .unwrap_or_else(|| panic!("{error}"));
    assert!(unknown.starts_with("unknown"), "{error}");
    words
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// What the schema says at a JSON Pointer: the names of members, or the words of a list.
#[track_caller]
fn listed(schema: &Value, pointer: &str) -> BTreeSet<String> {
    match schema
        .pointer(pointer)
        .unwrap_or_else(|| panic!("{pointer}"))
    {
        Value::Object(members) => members.keys().cloned().collect(),
        Value::Array(words) => words
            .iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect(),
        other => panic!("{pointer}: {other}"),
    }
}

#[test]
fn the_schema_of_configuration_files_names_what_is_read() {
    let schema = schema("docs/schema/config.schema.json");
    let parse = |text: &str| {
        let path = PathBuf::from("/nowhere/config.toml");
        Config::parse(path, ConfigOwner::User, text.to_owned()).unwrap_err()
    };
    let entry = "/properties/ignore/items/properties";
    for (text, pointer) in [
        ("zzz = 1", "/properties"),
        ("region = 'zzz'", "/properties/region/enum"),
        (
            "[rules.x]\nzzz = 1",
            "/properties/rules/additionalProperties/properties",
        ),
        (
            "[rules.x]\nseverity = 'zzz'",
            "/properties/rules/additionalProperties/properties/severity/enum",
        ),
        (
            "[tools.x]\nzzz = 1",
            "/properties/tools/additionalProperties/properties",
        ),
        ("[[ignore]]\nzzz = 1", entry),
    ] {
        assert_eq!(expected(parse(text)), listed(&schema, pointer), "{text}");
    }
}

#[test]
fn the_schema_of_rule_files_names_what_is_read() {
    let schema = schema("docs/schema/rule.schema.json");
    let parse = |text: &str| Source::new("x.toml", text).parse::<RuleFile>().unwrap_err();
    let defs = |name: &str, rest: &str| format!("/$defs/{name}/properties{rest}");
    for (text, pointer) in [
        ("zzz = 1", "/properties".to_owned()),
        ("purpose = 'zzz'", "/properties/purpose/enum".to_owned()),
        ("category = 'zzz'", "/properties/category/enum".to_owned()),
        ("severity = 'zzz'", "/properties/severity/enum".to_owned()),
        ("applies = 'zzz'", "/properties/applies/enum".to_owned()),
        ("[when]\nzzz = 1", defs("when", "")),
        (
            "[when]\nbilling = ['zzz']",
            defs("when", "/billing/items/enum"),
        ),
        (
            "[when]\nregion = ['zzz']",
            defs("when", "/region/items/enum"),
        ),
        ("[when]\nscope = ['zzz']", defs("when", "/scope/items/enum")),
        (
            "[[when.fact]]\nzzz = 1",
            defs("when", "/fact/items/properties"),
        ),
        (
            "[[when.node]]\nzzz = 1",
            defs("when", "/node/items/properties"),
        ),
        ("[[check]]\nzzz = 1", defs("check", "")),
        ("[[check]]\nabsent = 'zzz'", defs("check", "/absent/enum")),
        (
            "[[check]]\nseverity = 'zzz'",
            defs("check", "/severity/enum"),
        ),
        ("[[check]]\nkey = { zzz = 1 }", defs("key", "")),
        (
            "[[check]]\nwhere = [{ zzz = 1 }]",
            "/$defs/where/items/properties".to_owned(),
        ),
        ("[[check]]\nexpect = { zzz = 1 }", defs("expect", "")),
        (
            "[[check]]\nexpect = { type = 'zzz' }",
            "/$defs/type/enum".to_owned(),
        ),
        (
            "[[check]]\nexpect = { endpoint = { zzz = 1 } }",
            defs("expect", "/endpoint/properties"),
        ),
        (
            "[[check]]\nexpect = { endpoint = { protocol = 'zzz' } }",
            defs("expect", "/endpoint/properties/protocol/enum"),
        ),
        (
            "[[check]]\nexpect = { model = { zzz = 1 } }",
            defs("expect", "/model/properties"),
        ),
        (
            "[[check]]\nexpect = { model = { on = 'zzz' } }",
            defs("expect", "/model/properties/on/enum"),
        ),
        ("[[check]]\nfix = { zzz = 1 }", defs("fix", "")),
        (
            "[[check]]\nfix = { safety = 'zzz' }",
            defs("fix", "/safety/enum"),
        ),
        ("[[evidence]]\nzzz = 1", defs("evidence", "")),
        ("[[evidence]]\nkind = 'zzz'", defs("evidence", "/kind/enum")),
        ("[docs]\nzzz = 1", defs("docs", "")),
        ("[[case]]\nzzz = 1", defs("case", "")),
        ("[[case]]\nregion = 'zzz'", defs("case", "/region/enum")),
        (
            "[[case]]\nwith = [{ zzz = 1 }]",
            defs("case", "/with/items/properties"),
        ),
    ] {
        let mut listed = listed(&schema, &pointer);
        // What a tool adds to a family is a kind of file of its own.
        listed.retain(|name| name != "extends");
        assert_eq!(expected(parse(text)), listed, "{text}");
    }
    // `profile` stands beside what serde lists.
    for (field, pointer) in [
        ("billing", "/endpoint/properties/billing/enum"),
        ("region", "/endpoint/properties/region/enum"),
    ] {
        let mut words = expected(parse(&format!(
            "[[check]]\nexpect = {{ endpoint = {{ {field} = 'zzz' }} }}"
        )));
        words.insert("profile".to_owned());
        assert_eq!(words, listed(&schema, &defs("expect", pointer)));
    }
    // Words that are checked after serde.
    let rule = |check: &str| {
        let text = format!(
            "schema = 1\nid = 'x'\ntool = 'any'\npurpose = 'policy'\ncategory = 'policy'\nseverity = 'info'\ntitle = 't'\n[[check]]\nmessage = 'm'\n{check}\n"
        );
        Rule::load(
            &Source::new("x.toml", &text),
            Part::Checks,
            Trust::User,
            RuleOrigin::BuiltIn,
        )
        .unwrap_err()
    };
    assert_eq!(
        expected(rule("builtin = 'zzz'")),
        listed(&schema, &defs("check", "/builtin/enum"))
    );
    let fix = rule("at = '$.a'\nfix = { op = 'zzz', safety = 'safe' }");
    assert_eq!(expected(fix), listed(&schema, &defs("fix", "/op/enum")));
}

#[test]
fn every_rule_keeps_to_the_schema() {
    let schema = validator("docs/schema/rule.schema.json");
    let catalogue = Catalogue::load(&[]).unwrap();
    for id in catalogue.rule_ids() {
        for text in catalogue.rule_texts(id).unwrap() {
            assert_valid(&schema, id, &json(text));
        }
    }
    let run = Home::new().run(&["rules", "schema"]).exits(0);
    assert_eq!(run.stdout, read("docs/schema/rule.schema.json"));
}

#[test]
fn the_schema_refuses_what_the_program_refuses() {
    let validator = validator("docs/schema/rule.schema.json");
    let catalogue = Catalogue::load(&[]).unwrap();
    let text = catalogue.rule_texts("opencode-title-request").unwrap()[0];
    for (from, to) in [
        ("severity = \"warning\"", "severity = \"warn\""),
        ("severity = \"warning\"", "severty = \"warning\""),
        ("at = \"$.agent.title.disable\"\nabsent", "absent"),
        ("safety = \"safe\"", "safety = \"unsafe\""),
        ("id = \"opencode-title-request\"", "id = \"Opencode Title\""),
    ] {
        assert!(text.contains(from), "{from}");
        assert!(
            !validator.is_valid(&json(&text.replacen(from, to, 1))),
            "{to}"
        );
    }
}

#[test]
fn the_examples_of_the_documentation_are_read() {
    let text = read("docs/configuration.md");
    let blocks: Vec<&str> = text
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 1);
    let schema = schema("docs/schema/config.schema.json");
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert_valid(&validator, "docs/configuration.md", &json(blocks[0]));
    let home = Home::new();
    home.write(
        ".glm-setup-baseline.json",
        "{ \"version\": 1, \"findings\": [] }",
    );
    home.write(".glm-setup.toml", blocks[0]);
    let run = home.run(&["lint", "--format", "json"]).exits(0);
    assert_eq!(run.stderr, "");
    // Every key is in the example or in the text.
    for key in listed(&schema, "/properties") {
        assert!(
            text.contains(&format!("`{key}"))
                || blocks[0].contains(&format!("{key} ="))
                || blocks[0].contains(&format!("[{key}")),
            "{key}"
        );
    }
    let block = text
        .split("```jsonc\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    home.write(".glm-setup.toml", "");
    let block = block.replacen('{', "{ \"model\": \"zai-coding-plan/glm-5.3-flash\",", 1);
    home.write(".config/opencode/opencode.json", block);
    let run = home
        .run(&[
            "lint",
            "--select",
            "opencode-title-request,ignores",
            "--format",
            "json",
        ])
        .exits(0);
    assert_eq!(run.json()["findings"], serde_json::json!([]));
    assert_eq!(run.json()["summary"]["ignored"], 1);
}

#[test]
fn a_new_rule_passes_its_cases_for_every_tool() {
    let home = Home::new();
    let schema = validator("docs/schema/rule.schema.json");
    let catalogue = Catalogue::load(&[]).unwrap();
    let tools: Vec<&str> = catalogue
        .tools()
        .iter()
        .map(|tool| tool.id.as_str())
        .collect();
    for tool in tools.into_iter().chain(["any"]) {
        let id = if tool == "any" {
            "my-example".to_owned()
        } else {
            format!("{tool}-my-example")
        };
        let run = home.run(&["rules", "new", &id, "--dir", "mine"]).exits(0);
        assert!(
            run.stdout
                .starts_with(&format!("~/mine/{id}.toml written; "))
                || run.stdout.starts_with(&format!("mine/{id}.toml written; ")),
            "{}",
            run.stdout
        );
        let file = format!("mine/{id}.toml");
        let text = home.read(&file);
        assert!(!text.contains("FRAME"), "{text}");
        assert_eq!(json(&text)["tool"], tool);
        assert_valid(&schema, &id, &json(&text));
        let run = home.run(&["rules", "test", &file]).exits(0);
        assert_eq!(run.stdout, "2 cases passed, 0 failed\n", "{tool}");
    }
}

#[test]
fn a_new_rule_overwrites_nothing() {
    let home = Home::new();
    home.write("mine/opencode-x.toml", "mine");
    let run = home
        .run(&["rules", "new", "opencode-x", "--dir", "mine"])
        .exits(2);
    assert!(
        run.stderr.contains("is there already; nothing was written"),
        "{}",
        run.stderr
    );
    assert_eq!(home.read("mine/opencode-x.toml"), "mine");
    for (id, message) in [
        ("opencode-model", "there is a rule `opencode-model` already"),
        ("Opencode", "is no rule's id"),
        ("../x", "is no rule's id"),
        ("x-", "is no rule's id"),
        ("", "is no rule's id"),
    ] {
        let run = home.run(&["rules", "new", id, "--dir", "mine"]).exits(2);
        assert!(run.stderr.contains(message), "{id}: {}", run.stderr);
    }
    home.run(&["rules", "new", "x", "--tool", "opencod"])
        .exits(2);
    // By default it goes where it takes part at once.
    home.run(&["rules", "new", "x", "--tool", "opencode"])
        .exits(0);
    assert!(home.path(".config/glm-setup/rules/x.toml").exists());
    home.run(&["explain", "x"]).exits(0);
}

#[test]
fn facts_inside_lists_and_tables_are_looked_up() {
    let rule = |fact: &str| {
        let check = format!(
            r#"[[check]]
at = "$.x"
expect = {{ absent = true }}
message = "m"
fix = {{ op = "set", at = "$.list", value = {{ name = "n", many = [1, {{ fact = "{fact}" }}], of = {{ a = {{ fact = "{fact}" }} }} }}, safety = "safe" }}"#
        );
        rule_file("opencode-x-nested", "opencode", &check)
    };
    let home = Home::new();
    let cases = "[[case]]\nname = \"c\"\nbefore = '{\"model\": \"zai-coding-plan/glm-5.3\", \"x\": 1}'\nafter = '{\"model\": \"zai-coding-plan/glm-5.3\", \"x\": 1, \"list\": {\"name\": \"n\", \"many\": [1, 1], \"of\": {\"a\": 1}}}'\n";
    home.write(
        "mine/opencode-x-nested.toml",
        rule("plan.concurrency") + cases,
    );
    let run = home.run(&["rules", "test", "mine/opencode-x-nested.toml"]);
    run.exits(0);
    home.write("mine/opencode-x-nested.toml", rule("plan.concurrenzy"));
    let run = home.run(&["lint", "--rules-dir", "mine"]).exits(2);
    assert!(
        run.stderr.contains("unknown fact `plan.concurrenzy`")
            && run.stderr.contains("`plan.concurrency`"),
        "{}",
        run.stderr
    );
}

/// A rule about keys of providers, with conditions on what stands around them.
fn around(conditions: &str, cases: &str) -> String {
    let check = format!(
        r#"[[check]]
each = "$.provider.*.options.apiKey"
where = [{conditions}]
expect = {{ absent = true }}
message = "a key""#
    );
    rule_file("opencode-x-around", "opencode", &check) + cases
}

#[test]
fn conditions_look_around_a_node() {
    let file = |on: &str, npm: &str, url: &str, key: &str| {
        format!(
            r#"{{"on": {on}, "provider": {{"p": {{{npm}"options": {{"baseURL": "{url}", "apiKey": "{key}"}}}}, "q": {{"options": {{"apiKey": "k"}}}}}}}}"#
        )
    };
    let case = |what: &str, found: bool, text: &str| {
        let found = if found {
            "findings = 1"
        } else {
            "clean = true"
        };
        format!("[[case]]\nname = \"{what}\"\nbefore = '''{text}'''\n{found}\n\n")
    };
    let npm = "\"npm\": \"n\", ";
    let plan = "https://api.z.ai/api/coding/paas/v4";
    let cases = [
        case("all of it", true, &file("true", npm, plan, "k")),
        case(
            "another value in the settings",
            false,
            &file("1", npm, plan, "k"),
        ),
        case("nothing two steps out", false, &file("true", "", plan, "k")),
        case(
            "another address beside it",
            false,
            &file("true", npm, "https://example.org", "k"),
        ),
        case(
            "another value of its own",
            false,
            &file("true", npm, plan, ""),
        ),
    ];
    let conditions = r#"{ at = "$.on", expect = { equals = true } }, { at = "^^.npm" }, { at = "^.baseURL", expect = { endpoint = { zai = true } } }, { at = "@", expect = { not = "" } }, { at = "^^^['q'].npm", expect = { absent = true } }"#;
    let home = Home::new();
    home.write(
        "opencode-x-around.toml",
        around(conditions, &cases.concat()),
    );
    let run = home
        .run(&["rules", "test", "opencode-x-around.toml"])
        .exits(0);
    assert_eq!(run.stdout, "5 cases passed, 0 failed\n");

    let out = r#"{ at = "^^^^^.x", expect = { absent = true } }"#;
    home.write(
        "opencode-x-around.toml",
        around(
            out,
            &case(
                "outside of the file nothing is",
                true,
                &file("1", "", "", "k"),
            ),
        ),
    );
    let run = home
        .run(&["rules", "test", "opencode-x-around.toml"])
        .exits(1);
    assert!(
        run.stdout
            .contains("1 findings were expected, but there are 2"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_condition_on_no_single_place_is_refused() {
    let refused = |text: &str| {
        let source = Source::new("opencode-x-around.toml", text);
        let rule = Rule::load(&source, Part::Whole, Trust::User, RuleOrigin::BuiltIn);
        rule.unwrap_err().to_string()
    };
    for (conditions, position, problem) in [
        (
            "{ at = \"^.*\" }",
            "11:17",
            "not a singular query: a name was expected at position 3",
        ),
        ("{ at = \"baseURL\" }", "11:17", "it must begin with `$`"),
        ("{ at = \"$..x\" }", "11:17", "not a singular query"),
    ] {
        let error = refused(&around(conditions, ""));
        assert!(
            error.starts_with(&format!("opencode-x-around.toml:{position}: ")),
            "{error}"
        );
        assert!(error.contains(problem), "{error}");
        assert!(
            error.contains("it may begin with `@` (the node) or `^` (around it), too"),
            "{error}"
        );
    }
    let text = around("{ at = \"$.x\" }", "").replace(
        "each = \"$.provider.*.options.apiKey\"",
        "at = \"$.y\"\nabsent = \"violation\"",
    );
    let error = refused(&text);
    assert!(error.contains("it does not go with `where`"), "{error}");
}
