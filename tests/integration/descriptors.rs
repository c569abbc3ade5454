//! What descriptors can say, shown on a tool that exists only here: installations, files named by other files, files
//! that others manage or overwrite, and rules that guard a file.

use std::process::Command;

use crate::common::process::{Running, unique_name};
use crate::common::{Home, KEY};

const TOOL: &str = r#"
schema = 1
id = "gadget"
name = "Gadget"
home-page = "https://example.com"
verified-version = "1.0.0"
verified = "2026-11-22"
unknown-keys = "ignored"
restart = "restart it"

[[installation]]
paths = ["~/gadgets/*"]
except = ["_*"]

[[installation]]
paths = ["{named}/*"]
named-by = { file = "~/gadget.yaml", format = "yaml", at = "$.data" }

[[file]]
id = "settings"
role = "settings"
scope = "user"
precedence = 10
format = "json"
paths = ["{installation}/settings.json"]
managed-env = ["GADGET_MANAGED"]

[[file]]
id = "import"
role = "import"
scope = "user"
precedence = 10
format = "json"
paths = ["{named}"]
named-by = { file = "{installation}/settings.json", format = "json", at = "$['import.path']", beside = "home" }

[[file]]
id = "editor"
role = "editor"
scope = "user"
precedence = 10
format = "jsonc"
paths = ["~/editor/settings.json"]
shown-by = '"gadget.'

[running]
programs = ["PROGRAM"]
files = ["settings"]
loses = "it writes back what it had read"

[uses-zai]
any = [{ at = "$.url", expect = { endpoint = { zai = true } } }]
"#;

const CAP: &str = r#"
schema = 1
id = "gadget-cap"
tool = "gadget"
purpose = "policy"
category = "concurrency"
severity = "error"
title = "more than one at a time"

[[check]]
at = "$.parallel"
absent = "violation"
expect = { max = 1 }
message = "parallel is {value}"
fix = { op = "set", value = 1, safety = "safe" }

[docs]
why = "One at a time."
fix-safety = "Slower."

[[case]]
name = "two"
before = '{ "parallel": 2 }'
after = '{ "parallel": 1 }'
"#;

const GUARD: &str = r#"
schema = 1
id = "gadget-schema"
tool = "gadget"
purpose = "policy"
category = "syntax"
severity = "error"
guard = true
title = "the file would be dropped"

[[check]]
at = "$.version"
expect = { equals = 1 }
message = "version is {value}"

[[check]]
at = "$.line"
expect = { not = "old" }
message = "line is {value}"
fix = { op = "set", value = "new", safety = "safe" }

[docs]
why = "Gadget drops the file."
fix-safety = "Nothing."

[[case]]
name = "two"
before = '{ "version": 2 }'
"#;

const IMPORT: &str = r#"
schema = 1
id = "gadget-import"
tool = "gadget"
purpose = "policy"
category = "concurrency"
severity = "error"
title = "the imported profile is fast"
files = ["import"]

[[check]]
at = "$.speed"
expect = { max = 1 }
message = "speed is {value}"
fix = { op = "set", value = 1, safety = "safe" }

[docs]
why = "Slow is enough."
fix-safety = "Slower."

[[case]]
name = "two"
file = "import"
before = '{ "speed": 2 }'
after = '{ "speed": 1 }'
"#;

/// What every rule of these has.
const EVIDENCE: &str = r#"
[[evidence]]
kind = "ran"
url = "https://example.com"
verified = "2026-11-22"
"#;

const SETTINGS: &str = r#"{ "url": "https://api.z.ai/api/coding/paas/v4", "parallel": 4 }"#;

/// A home whose catalogue knows the gadget, overwritten by the program of that name.
fn home(program: &str) -> Home {
    let home = Home::new();
    let rules = home.outside().join("config/glm-setup/rules");
    std::fs::create_dir_all(rules.join("tools")).unwrap();
    std::fs::write(
        rules.join("tools/gadget.toml"),
        TOOL.replace("PROGRAM", program),
    )
    .unwrap();
    for (name, text) in [
        ("gadget-cap", CAP),
        ("gadget-schema", GUARD),
        ("gadget-import", IMPORT),
    ] {
        std::fs::write(
            rules.join(format!("{name}.toml")),
            format!("{text}{EVIDENCE}"),
        )
        .unwrap();
    }
    home
}

/// The program with the gadget in its catalogue.
fn command(home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command();
    command
        .env("XDG_CONFIG_HOME", home.outside().join("config"))
        .args(arguments);
    command
}

const APPLY: [&str; 5] = ["apply", "--profile", "lite", "--yes", "--quiet"];

#[test]
fn each_installation_is_a_configuration_of_its_own() {
    let home = home("no-such-program");
    home.write("gadgets/one/settings.json", SETTINGS);
    home.write(
        "gadgets/two/settings.json",
        r#"{ "url": "https://example.com/v1" }"#,
    );
    home.write("gadgets/_cache/settings.json", SETTINGS);
    home.write("gadget.yaml", "data: ./elsewhere\n");
    home.write("elsewhere/three/settings.json", SETTINGS);
    let status = home.finish(&mut command(&home, &["status"])).exits(0);
    assert!(!status.stdout.contains("_cache"), "{}", status.stdout);
    let before = home.files();
    home.finish(&mut command(&home, &APPLY)).exits(0);
    let one = SETTINGS.replace("\"parallel\": 4", "\"parallel\": 1");
    assert_eq!(home.read("gadgets/one/settings.json"), one);
    assert_eq!(home.read("elsewhere/three/settings.json"), one);
    for untouched in ["gadgets/two/settings.json", "gadgets/_cache/settings.json"] {
        assert_eq!(
            home.read(untouched).as_bytes(),
            before[std::path::Path::new(untouched)]
        );
    }
    home.finish(&mut command(&home, &["undo"])).exits(0);
    assert_eq!(home.files(), before);
}

#[test]
fn another_programs_file_shows_the_tool_only_where_it_names_it() {
    let status = |text: &str| {
        let home = home("no-such-program");
        home.write("editor/settings.json", text);
        let status = home.finish(&mut command(&home, &["status"])).exits(0);
        status.stdout.clone()
    };
    let none = "no configuration of a known tool was found\n";
    assert_eq!(status(r#"{ "size": 12 }"#), none);
    // What can't be read and doesn't name the tool is the editor's own affair.
    assert_eq!(status(r#"{ "size": "#), none);
    let shown = "Gadget: doesn't use Z.ai\n  ~/editor/settings.json\n";
    assert_eq!(status(r#"{ "gadget.size": 12 }"#), shown);
    let home = home("no-such-program");
    home.write("editor/settings.json", r#"{ "gadget.size": "#);
    let lint = home.finish(&mut command(&home, &["lint"])).exits(1);
    assert!(lint.stdout.contains("unreadable-file"), "{}", lint.stdout);
}

#[test]
fn an_editor_without_the_extension_is_no_tool() {
    let home = Home::new();
    for folder in [".config/Code/User", ".config/Code/User/profiles/a1"] {
        home.write(&format!("{folder}/settings.json"), r#"{ "size": 12 }"#);
    }
    let status = |home: &Home| home.run(&["status"]).exits(0).stdout.clone();
    assert_eq!(
        status(&home),
        "no configuration of a known tool was found\n"
    );
    home.write(
        ".config/Some Fork/User/settings.json",
        r#"{ "roo-cline.debug": true }"#,
    );
    assert_eq!(
        status(&home),
        "Roo Code: doesn't use Z.ai\n  ~/.config/Some Fork/User/settings.json\n"
    );
}

#[test]
fn a_file_of_another_program_is_judged_for_each_tool_that_it_names() {
    let home = Home::new();
    let linted = |text: &str| -> Vec<String> {
        home.write("p/.config/Code/User/settings.json", text);
        let path = home.path("p/.config/Code/User/settings.json");
        let path = path.to_str().unwrap();
        let lint = home.run(&["lint", "--format", "json", path]).exits(0);
        let lint: serde_json::Value = serde_json::from_str(&lint.stdout).unwrap();
        let findings = lint["findings"].as_array().unwrap().iter();
        let rules = findings.map(|finding| finding["rule"].as_str().unwrap().to_owned());
        rules.collect()
    };
    let roo = r#""roo-cline.autoImportSettingsPath": "$HOME/a.json""#;
    let zoo = r#""zoo-code.autoImportSettingsPath": "$HOME/b.json""#;
    assert_eq!(linted("{}"), [""; 0]);
    // Settings are no source of a program of one's own, whatever they name; in a folder they are none, either.
    let named = r#"{ "x.url": "https://api.z.ai/api/coding/paas/v4" }"#;
    assert_eq!(linted(named), [""; 0]);
    assert_eq!(linted(&format!("{{ {roo} }}")), ["roo-import-path"]);
    assert_eq!(linted(&format!("{{ {zoo} }}")), ["zoo-import-path"]);
    assert_eq!(
        linted(&format!("{{ {roo}, {zoo} }}")),
        ["roo-import-path", "zoo-import-path"]
    );
}

#[test]
fn folders_that_nobody_could_tell_of_are_not_searched() {
    let home = Home::new();
    let tool = TOOL.replace("~/gadgets/*", "~/gadgets/**/one");
    home.write("rules/tools/gadget.toml", &tool);
    let path = home.path("rules");
    let rules = ["--rules-dir", path.to_str().unwrap()];
    let before = home.files();
    for arguments in [
        &["lint"],
        &["lint", "--format=json"][..],
        &["status"],
        &APPLY,
    ] {
        let run = home.run(&[&rules[..], arguments].concat()).exits(2);
        let message = "gadget.toml:12:11: `**` goes with the paths of a [[file]] only";
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
    assert_eq!(home.files(), before);
}

#[test]
fn a_file_named_in_another_one_is_read_and_edited() {
    let home = home("no-such-program");
    home.write(
        "gadgets/one/settings.json",
        r#"{ "url": "https://api.z.ai/api/coding/paas/v4", "parallel": 1, "import.path": "~/profiles/mine.json" }"#,
    );
    home.write("profiles/mine.json", r#"{ "speed": 9 }"#);
    let lint = home.finish(&mut command(&home, &["lint"])).exits(1);
    assert!(lint.stdout.contains("gadget-import"), "{}", lint.stdout);
    home.finish(&mut command(&home, &APPLY)).exits(0);
    assert_eq!(home.read("profiles/mine.json"), r#"{ "speed": 1 }"#);
}

#[test]
fn a_named_file_that_is_not_there_is_no_fault() {
    let home = home("no-such-program");
    for value in ["\"nowhere.json\"", "\"\"", "5", "null", "\"../../../..\""] {
        home.write(
            "gadgets/one/settings.json",
            format!(
                r#"{{ "url": "https://api.z.ai/api/coding/paas/v4", "parallel": 1, "import.path": {value} }}"#
            ),
        );
        // A folder in the place of a file is told of.
        let code = if value.contains("..") { 3 } else { 0 };
        let arguments = ["lint", "--ignore", "plan-tool-unlisted"];
        home.finish(&mut command(&home, &arguments)).exits(code);
    }
}

#[test]
fn a_guard_keeps_a_file_that_the_tool_would_drop_from_being_written() {
    let home = home("no-such-program");
    let text = SETTINGS.replace("{ ", r#"{ "version": 2, "#);
    home.write("gadgets/one/settings.json", &text);
    let run = home.finish(&mut command(&home, &APPLY)).exits(3);
    assert_eq!(home.read("gadgets/one/settings.json"), text);
    assert!(
        run.stdout
            .contains("gadget is left alone: Gadget would drop the whole file: version is 2."),
        "{}",
        run.stdout
    );
}

#[test]
fn a_guard_with_a_fix_is_mended_together_with_the_rest() {
    let home = home("no-such-program");
    home.write(
        "gadgets/one/settings.json",
        SETTINGS.replace("{ ", r#"{ "line": "old", "#),
    );
    home.finish(&mut command(&home, &APPLY)).exits(0);
    assert_eq!(
        home.read("gadgets/one/settings.json"),
        r#"{ "line": "new", "url": "https://api.z.ai/api/coding/paas/v4", "parallel": 1 }"#
    );
}

#[test]
fn a_file_that_a_variable_says_others_manage_is_never_written() {
    let home = home("no-such-program");
    home.write("gadgets/one/settings.json", SETTINGS);
    home.finish(command(&home, &APPLY).env("GADGET_MANAGED", "1"))
        .exits(0);
    assert_eq!(home.read("gadgets/one/settings.json"), SETTINGS);
    home.finish(command(&home, &["lint"]).env("GADGET_MANAGED", "1"))
        .exits(1);
}

#[test]
fn a_running_program_that_overwrites_the_file_is_named_and_refused() {
    let name = unique_name();
    let home = home(&name);
    home.write("gadgets/one/settings.json", SETTINGS);
    let mut running = Running::none();
    let id = running.start(&home.outside().join(&name), |_| {});
    let run = home.finish(&mut command(&home, &APPLY)).exits(3);
    let told = format!(
        "gadget is left alone: {name} ({id}) is running: it writes back what it had read. Close it first; --force writes all the same"
    );
    assert!(run.stdout.contains(&told), "{}", run.stdout);
    assert_eq!(home.read("gadgets/one/settings.json"), SETTINGS);
    let check = home.finish(&mut command(&home, &["lint"])).exits(1);
    assert!(!check.stdout.contains("is running"));
    home.finish(&mut command(&home, &[&APPLY[..], &["--force"]].concat()))
        .exits(0);
    assert!(
        home.read("gadgets/one/settings.json")
            .contains("\"parallel\": 1")
    );
    // Nothing to write, nothing to refuse.
    home.finish(&mut command(&home, &APPLY)).exits(0);
}

#[test]
fn the_descriptors_own_mistakes_are_told_with_their_place() {
    let home = home("no-such-program");
    let tool = home.config().join("rules/tools/gadget.toml");
    let text = TOOL.replace("at = \"$.data\"", "at = \"$..data\"");
    std::fs::write(&tool, text).unwrap();
    let run = home.finish(&mut command(&home, &["lint"])).exits(2);
    assert!(run.stderr.contains("gadget.toml:17:"), "{}", run.stderr);
    assert!(!run.stderr.contains(KEY));
}

#[test]
fn a_built_in_profile_pack_or_tool_is_replaced_only_on_purpose() {
    let own = [
        (
            "profiles/lite.toml",
            "schema = 1\nid = \"lite\"\ntitle = \"my plan\"\ndescription = \"Mine.\"\nbilling = \"coding-plan\"\nplan = \"max\"\n",
            "profile `lite`",
        ),
        (
            "facts/2026-09.toml",
            "schema = 1\nid = \"2026-09\"\ntitle = \"my facts\"\n[hosts]\nintl = [\"z.ai\"]\n",
            "facts pack `2026-09`",
        ),
        ("tools/gadget.toml", TOOL, "tool `gadget`"),
    ];
    for (name, text, what) in own {
        let home = home("no-such-program");
        let folder = home.outside().join("more");
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let folder = folder.display().to_string();
        let arguments = ["lint", "--rules-dir", &folder];
        std::fs::write(&file, text).unwrap();
        let run = home.finish(&mut command(&home, &arguments)).exits(2);
        let told = format!(
            "there is a {what} already\n  help: choose another id, or say `override = true`"
        );
        assert!(run.stderr.contains(&told), "{}", run.stderr);
        std::fs::write(
            &file,
            text.replacen("schema = 1", "schema = 1\noverride = true", 1),
        )
        .unwrap();
        home.finish(&mut command(&home, &arguments)).exits(0);
        // A broken one is told of although nothing asks for it.
        std::fs::write(
            &file,
            text.replacen("schema = 1", "schema = 1\nsurprise = 1", 1),
        )
        .unwrap();
        let run = home.finish(&mut command(&home, &arguments)).exits(2);
        assert!(
            run.stderr.contains("unknown field `surprise`"),
            "{}",
            run.stderr
        );
    }
}
