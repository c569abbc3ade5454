//! `lint` on folders: dotfiles repositories in six layouts, projects, and programs of the user's own.

use std::fmt::Write as _;

use crate::common::{Home, KEY};

/// A Claude Code settings file on the plan with agent teams switched on, which a rule reports.
fn settings() -> String {
    format!(
        r#"{{ "env": {{ "ANTHROPIC_BASE_URL": "https://api.z.ai/api/anthropic", "ANTHROPIC_AUTH_TOKEN": "{KEY}", "ANTHROPIC_DEFAULT_SONNET_MODEL": "glm-4.6" }} }}"#
    )
}

const OPENCODE: &str = r#"{ "model": "zai-coding-plan/glm-4.6", "plugin": ["oh-my-opencode"] }"#;
const OMO: &str = r#"{ "[opencode]": { "background_task": { "providerConcurrency": { "zai-coding-plan": 5 } } } }"#;

/// A repository in the folder `dots` of a home.
fn repository(files: &[(&str, &str)]) -> Home {
    let home = Home::new();
    std::fs::create_dir_all(home.path("dots/.git")).unwrap();
    for (name, text) in files {
        home.write(&format!("dots/{name}"), text);
    }
    home
}

/// The files with findings of a lint, with their rules.
fn found(home: &Home, code: i32) -> Vec<String> {
    let run = home.run(&["lint", "dots", "--format", "json"]).exits(code);
    let mut found: Vec<String> = run.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let file = finding["file"].as_str().unwrap().to_owned();
            let name = file.split("dots/").last().unwrap().to_owned();
            format!("{name} {}", finding["rule"].as_str().unwrap())
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// What every layout of the same home must report: the model of each tool, and the cap of the plugin.
fn reports(home: &Home, claude: &str, opencode: &str, omo: &str) {
    let found = found(home, 1);
    for expected in [
        format!("{claude} claude-code-model"),
        format!("{opencode} opencode-model"),
        format!("{omo} omo-provider-concurrency"),
    ] {
        assert!(
            found.contains(&expected),
            "{expected} is missing in {found:#?}"
        );
    }
    // A key in a repository is told of, and an absent setting is judged on the home as a whole.
    assert!(found.contains(&format!("{claude} claude-code-key-in-repository")));
    assert!(found.contains(&format!("{claude} claude-code-subagent-cap")));
}

#[test]
fn a_plain_home() {
    let home = repository(&[
        (".bashrc", ""),
        (".claude/settings.json", &settings()),
        (".config/opencode/opencode.json", OPENCODE),
        (".omo/omo.jsonc", OMO),
    ]);
    reports(
        &home,
        ".claude/settings.json",
        ".config/opencode/opencode.json",
        ".omo/omo.jsonc",
    );
}

#[test]
fn stows_packages_make_one_home() {
    let home = repository(&[
        ("README.md", ""),
        ("claude/.claude/settings.json", &settings()),
        ("opencode/.config/opencode/opencode.json", OPENCODE),
        ("omo/.omo/omo.jsonc", OMO),
    ]);
    reports(
        &home,
        "claude/.claude/settings.json",
        "opencode/.config/opencode/opencode.json",
        "omo/.omo/omo.jsonc",
    );
}

#[test]
fn chezmois_source_and_its_templates() {
    let template = settings().replace("glm-4.6", "{{ .model }}");
    let home = repository(&[
        ("dot_claude/private_settings.json", &settings()),
        ("private_dot_config/opencode/opencode.json", OPENCODE),
        ("dot_omo/omo.jsonc", OMO),
        // Still JSON, so it is linted; never rewritten.
        ("dot_claude/settings-glm.json.tmpl", &template),
        (
            "dot_claude/settings-zai.json.tmpl",
            "{{ if .work }}{}{{ end }}",
        ),
        (
            "dot_local/share/opencode/encrypted_private_auth.json.age",
            "age",
        ),
    ]);
    reports(
        &home,
        "dot_claude/private_settings.json",
        "private_dot_config/opencode/opencode.json",
        "dot_omo/omo.jsonc",
    );
    let found = found(&home, 1);
    let template = "dot_claude/settings-glm.json.tmpl claude-code-key-in-repository";
    assert!(found.contains(&template.to_owned()), "{found:#?}");
    let lint = home.run(&["lint", "dots"]).exits(1);
    assert!(
        lint.stderr.contains(
            "settings-zai.json.tmpl: a template that can't be read before it is filled in"
        ),
        "{}",
        lint.stderr
    );
}

#[test]
fn yadms_alternates_are_variants() {
    let home = repository(&[
        (".bashrc", ""),
        (".claude/settings.json##os.Linux", &settings()),
        (".claude/settings.json##os.Darwin", &settings()),
        (".config/opencode/opencode.json", OPENCODE),
        (".omo/omo.jsonc", OMO),
    ]);
    reports(
        &home,
        ".claude/settings.json##os.Linux",
        ".config/opencode/opencode.json",
        ".omo/omo.jsonc",
    );
    let both = found(&home, 1);
    let darwin = ".claude/settings.json##os.Darwin claude-code-subagent-cap".to_owned();
    assert!(both.contains(&darwin), "{both:#?}");
}

#[test]
fn a_bare_repositorys_checkout() {
    // No `.git` in the work tree, and the home's own files around.
    let home = repository(&[
        (".zshrc", ""),
        (".claude/settings.json", &settings()),
        (".config/opencode/opencode.json", OPENCODE),
        (".omo/omo.jsonc", OMO),
    ]);
    std::fs::remove_dir_all(home.path("dots/.git")).unwrap();
    let found = found(&home, 1);
    for rule in ["claude-code-model", "claude-code-subagent-cap"] {
        assert!(
            found.contains(&format!(".claude/settings.json {rule}")),
            "{found:#?}"
        );
    }
    assert!(!found.iter().any(|one| one.contains("key-in-repository")));
}

#[test]
fn homes_in_subfolders_are_apart() {
    let home = repository(&[
        ("hosts/desk/.bashrc", ""),
        ("hosts/desk/.claude/settings.json", &settings()),
        ("hosts/lap/.bashrc", ""),
        (
            "hosts/lap/.claude/settings.json",
            &settings().replace("glm-4.6", "glm-5.3-flash[1m]"),
        ),
        ("hosts/lap/.config/opencode/opencode.json", OPENCODE),
        ("hosts/lap/.omo/omo.jsonc", OMO),
    ]);
    let found = found(&home, 1);
    let has = |name: &str| found.iter().any(|one| one == name);
    assert!(has("hosts/desk/.claude/settings.json claude-code-model"));
    assert!(!has("hosts/lap/.claude/settings.json claude-code-model"));
    assert!(has(
        "hosts/desk/.claude/settings.json claude-code-subagent-cap"
    ));
    assert!(has(
        "hosts/lap/.claude/settings.json claude-code-subagent-cap"
    ));
    assert!(has("hosts/lap/.omo/omo.jsonc omo-provider-concurrency"));
}

#[test]
fn a_projects_settings_are_not_a_homes() {
    let home = repository(&[
        ("package.json", "{}"),
        ("src/index.js", ""),
        (".claude/settings.json", &settings()),
        ("packages/app/package.json", "{}"),
        ("packages/app/.claude/settings.json", &settings()),
    ]);
    let run = home.run(&["lint", "dots", "--verbose"]).exits(1);
    let found = found(&home, 1);
    assert!(
        found.contains(&".claude/settings.json claude-code-model".to_owned()),
        "{found:#?}"
    );
    assert!(
        found.contains(&"packages/app/.claude/settings.json claude-code-model".to_owned()),
        "{found:#?}\n{}",
        run.stdout
    );
}

#[test]
fn ignored_files_are_passed_over_unless_named() {
    let home = repository(&[
        (".bashrc", ""),
        (".gitignore", ".claude/\n"),
        (".claude/settings.json", &settings()),
    ]);
    assert_eq!(found(&home, 0), Vec::<String>::new());
    home.run(&["lint", "dots/.claude/settings.json"]).exits(1);
}

#[test]
fn own_programs_are_searched_for_the_plans_address() {
    let home = repository(&[
        (
            "bot/main.py",
            "from openai import OpenAI\nclient = OpenAI(base_url='https://api.z.ai/api/coding/paas/v4')\n",
        ),
        (
            ".env.example",
            "OPENAI_BASE_URL=https://open.bigmodel.cn/api/paas/v4/chat/completions\n",
        ),
        (
            "docker-compose.yml",
            "services:\n  x:\n    environment:\n      - ANTHROPIC_BASE_URL=https://api.z.ai/api/anthropic\n",
        ),
        (
            ".github/workflows/ci.yml",
            "env:\n  URL: https://api.z.ai/api/paas/v4\n",
        ),
        ("docs/readme.md", "https://api.z.ai/api/coding/paas/v4\n"),
        ("data.bin", "\0https://api.z.ai/api/coding/paas/v4"),
    ]);
    assert_eq!(
        found(&home, 1),
        [
            ".env.example own-program-base-url",
            "bot/main.py own-program-plan",
            "docker-compose.yml own-program-plan",
        ]
    );
    home.write(
        "dots/bot/requirements.txt",
        "openai\npython-telegram-bot==21\n",
    );
    assert_eq!(
        found(&home, 1),
        [
            ".env.example own-program-base-url",
            "bot/main.py own-program-bot",
            "docker-compose.yml own-program-bot",
        ]
    );
    let run = home.run(&["lint", "dots"]).exits(1);
    let text = &run.stdout;
    assert!(text.contains("bot/main.py:2:27"), "{text}");
    // Nothing of this is ever edited.
    let before = home.files();
    home.run(&["apply", "--profile", "metered", "--yes", "dots"])
        .exits(0);
    assert_eq!(home.files(), before);
}

#[test]
fn an_explicit_file_is_known_by_its_end() {
    let home = Home::new();
    home.write("notes.txt", settings());
    home.run(&["lint", "notes.txt"]).exits(2);
    // Not Claude Code's: only the address in it is seen.
    home.write("settings.json", settings());
    let run = home.run(&["lint", "settings.json"]).exits(0);
    assert!(run.stdout.contains("own-program-plan"), "{}", run.stdout);
    assert!(!run.stdout.contains("claude-code"), "{}", run.stdout);
    home.write("backup/.claude/settings.json", settings());
    home.run(&["lint", "backup/.claude/settings.json"]).exits(1);
    home.write("bot.py", "url = 'https://api.z.ai/api/coding/paas/v4'\n");
    home.run(&["lint", "bot.py"]).exits(0);
    home.run(&["lint", "bot.py", "--strict"]).exits(1);
}

#[test]
fn a_borrowed_file_is_its_owners_alone_until_the_borrower_is_there() {
    let home = repository(&[("app/opencode.json", OPENCODE)]);
    let tools = |home: &Home, path: &str| {
        let run = home.run(&["lint", path, "--format", "json"]).exits(1);
        let mut tools: Vec<String> = run.json()["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["tool"].as_str().unwrap().to_owned())
            .collect();
        tools.sort();
        tools.dedup();
        tools
    };
    assert_eq!(tools(&home, "dots"), ["opencode"]);
    assert_eq!(tools(&home, "dots/app"), ["opencode"]);
    assert_eq!(tools(&home, "dots/app/opencode.json"), ["opencode"]);
    home.write("dots/app/.kilo/kilo.json", "{}");
    assert_eq!(tools(&home, "dots"), ["kilo-code", "opencode"]);
}

/// The same home in six layouts: where its three files lie, and what else shows the layout.
const LAYOUTS: [(&str, [&str; 3], &[&str]); 6] = [
    (
        "plain",
        [
            ".claude/settings.json",
            ".config/opencode/opencode.json",
            ".omo/omo.jsonc",
        ],
        &[".git/HEAD", ".bashrc"],
    ),
    (
        "stow",
        [
            "claude/.claude/settings.json",
            "opencode/.config/opencode/opencode.json",
            "omo/.omo/omo.jsonc",
        ],
        &[".git/HEAD", "README.md"],
    ),
    (
        "chezmoi",
        [
            "dot_claude/private_settings.json",
            "private_dot_config/opencode/opencode.json",
            "dot_omo/omo.jsonc.tmpl",
        ],
        &[".git/HEAD"],
    ),
    (
        "yadm",
        [
            ".claude/settings.json##os.Linux",
            ".config/opencode/opencode.json",
            ".omo/omo.jsonc",
        ],
        &[".git/HEAD", ".bashrc"],
    ),
    (
        "bare",
        [
            ".claude/settings.json",
            ".config/opencode/opencode.json",
            ".omo/omo.jsonc",
        ],
        &[".zshrc"],
    ),
    (
        "hosts",
        [
            "hosts/desk/.claude/settings.json",
            "hosts/lap/.config/opencode/opencode.json",
            "hosts/lap/.omo/omo.jsonc",
        ],
        &[".git/HEAD", "hosts/desk/.bashrc", "hosts/lap/.bashrc"],
    ),
];

#[test]
fn each_layout_in_each_format() {
    let homes = LAYOUTS.map(|(layout, [claude, opencode, omo], others)| {
        let home = Home::new();
        home.write(&format!("dots/{claude}"), settings());
        home.write(&format!("dots/{opencode}"), OPENCODE);
        home.write(&format!("dots/{omo}"), OMO);
        for other in others {
            home.write(&format!("dots/{other}"), "");
        }
        (layout, home)
    });
    let rules = [
        "claude-code-model",
        "opencode-model",
        "omo-provider-concurrency",
    ];
    let select = rules.map(|rule| ["--select", rule]).concat();
    for name in [
        "layouts-text",
        "layouts-concise",
        "layouts-json",
        "layouts-sarif",
        "layouts-github",
        "layouts-junit",
    ] {
        let format = name.strip_prefix("layouts-").unwrap();
        let mut shown = String::new();
        for (layout, home) in &homes {
            let run = home.run(&[&["lint", "dots", "--format", format], &select[..]].concat());
            let run = run.exits(1);
            let text = match format {
                // The rules' pages around the results are the same for each layout, and have snapshots of their own.
                "sarif" => format!("{:#}\n", run.json()["runs"][0]["results"]),
                _ => run.both(),
            };
            let _ = write!(shown, "== {layout}\n{text}");
        }
        snapshot!(name, shown);
    }
}
