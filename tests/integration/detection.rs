//! Where files are looked for, on three systems, with the tools' own variables, through an injected environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use glm_setup::paths::{Environment, Os};
use glm_setup::rule::Catalogue;
use glm_setup::tool::{Scope, detect};

struct World {
    folder: tempfile::TempDir,
    environment: Environment,
}

impl World {
    fn new(os: Os, vars: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let vars: BTreeMap<String, String> = vars
            .iter()
            .map(|(key, value)| {
                (
                    (*key).to_owned(),
                    value.replace("ROOT", root.to_str().unwrap()),
                )
            })
            .collect();
        std::fs::create_dir(root.join("home")).unwrap();
        let environment = Environment {
            home: root.join("home"),
            cwd: root.join("home"),
            os,
            vars,
            state_dir: root.join("state"),
            config_dir: root.join("config"),
            system_root: root.join("system"),
        };
        Self {
            folder,
            environment,
        }
    }

    fn touch(&self, names: &[&str]) -> &Self {
        for name in names {
            let path = self.folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        }
        self
    }

    /// The entries and names of the files that are there, lowest rank first; those not in force are in brackets.
    fn found(&self, tool: &str, project: Option<&str>) -> Vec<String> {
        let tool = Catalogue::load(&[]).unwrap().tool(tool).unwrap();
        let project: Option<PathBuf> = project.map(|name| self.folder.path().join(name));
        let mut files = detect(&tool, &self.environment, project.as_deref(), None).files;
        files.retain(|file| file.exists);
        files.sort_by_key(|file| (file.role().to_owned(), file.rank()));
        files
            .iter()
            .map(|file| {
                let name = file
                    .path
                    .strip_prefix(self.folder.path())
                    .unwrap_or(&file.path)
                    .display()
                    .to_string();
                let text = format!("{} {name}", file.entry().id);
                if file.in_force {
                    text
                } else {
                    format!("({text})")
                }
            })
            .collect()
    }
}

#[test]
fn claude_code_on_linux_with_a_project() {
    let world = World::new(Os::Linux, &[]);
    world.touch(&[
        "home/.claude/settings.json",
        "home/.claude/settings-zai.json",
        "home/.claude/glm.json",
        "home/.claude/settings.local.json",
        "home/.claude.json",
        "home/work/.git/HEAD",
        "home/work/.claude/settings.json",
        "home/work/.claude/settings.local.json",
        "home/work/.mcp.json",
        "system/etc/claude-code/managed-settings.json",
        "system/etc/claude-code/managed-settings.d/10-a.json",
    ]);
    assert_eq!(
        world.found("claude-code", Some("home/work")),
        [
            "project-mcp home/work/.mcp.json",
            "user-settings home/.claude/settings.json",
            "project-settings home/work/.claude/settings.json",
            "local-settings home/work/.claude/settings.local.json",
            "side-settings home/.claude/glm.json",
            "side-settings home/.claude/settings-zai.json",
            "managed-settings system/etc/claude-code/managed-settings.json",
            "managed-settings-parts system/etc/claude-code/managed-settings.d/10-a.json",
            "state home/.claude.json",
        ]
    );
}

#[test]
fn claude_code_reads_local_settings_from_the_git_root_but_project_settings_only_here() {
    let world = World::new(Os::Linux, &[]);
    world.touch(&[
        "home/work/.git/HEAD",
        "home/work/.claude/settings.json",
        "home/work/.claude/settings.local.json",
        "home/work/deep/er/file",
    ]);
    assert_eq!(
        world.found("claude-code", Some("home/work/deep/er")),
        ["local-settings home/work/.claude/settings.local.json"]
    );
}

#[test]
fn claude_config_dir_takes_the_place_of_the_folder_in_the_home() {
    let world = World::new(Os::Linux, &[("CLAUDE_CONFIG_DIR", "ROOT/elsewhere")]);
    world.touch(&[
        "home/.claude/settings.json",
        "home/.claude.json",
        "elsewhere/settings.json",
        "elsewhere/.claude.json",
        "elsewhere/my-zai.json",
    ]);
    assert_eq!(
        world.found("claude-code", None),
        [
            "user-settings elsewhere/settings.json",
            "side-settings elsewhere/my-zai.json",
            "state elsewhere/.claude.json",
        ]
    );
}

#[test]
fn managed_settings_lie_elsewhere_on_macos() {
    let world = World::new(Os::Macos, &[]);
    world.touch(&[
        "system/etc/claude-code/managed-settings.json",
        "system/Library/Application Support/ClaudeCode/managed-settings.json",
        "system/Library/Application Support/opencode/opencode.jsonc",
    ]);
    assert_eq!(
        world.found("claude-code", None),
        ["managed-settings system/Library/Application Support/ClaudeCode/managed-settings.json"]
    );
    assert_eq!(
        world.found("opencode", None),
        ["managed system/Library/Application Support/opencode/opencode.jsonc"]
    );
}

#[test]
fn opencode_uses_xdg_paths_on_every_system() {
    for os in [Os::Linux, Os::Macos, Os::Windows] {
        let world = World::new(os, &[("ProgramData", "ROOT/programdata")]);
        world.touch(&[
            "home/.config/opencode/opencode.json",
            "home/.local/share/opencode/auth.json",
            "home/AppData/Roaming/opencode/opencode.json",
        ]);
        assert_eq!(
            world.found("opencode", None),
            [
                "auth home/.local/share/opencode/auth.json",
                "global home/.config/opencode/opencode.json"
            ]
        );
    }
    let world = World::new(Os::Windows, &[("ProgramData", "ROOT/programdata")]);
    world.touch(&["programdata/opencode/opencode.json"]);
    assert_eq!(
        world.found("opencode", None),
        ["managed programdata/opencode/opencode.json"]
    );
}

#[test]
fn opencode_layers_have_their_measured_order() {
    let world = World::new(
        Os::Linux,
        &[
            ("XDG_CONFIG_HOME", "ROOT/xdg"),
            ("OPENCODE_CONFIG", "ROOT/named.json"),
            ("OPENCODE_CONFIG_DIR", "ROOT/named-folder"),
        ],
    );
    world.touch(&[
        "xdg/opencode/config.json",
        "xdg/opencode/opencode.json",
        "xdg/opencode/opencode.jsonc",
        "xdg/opencode/tui.json",
        "xdg/opencode/agent/deep/reviewer.md",
        "home/.opencode/opencode.json",
        "named.json",
        "named-folder/opencode.json",
        "home/work/.git/HEAD",
        "home/work/opencode.json",
        "home/work/sub/opencode.json",
        "home/work/sub/opencode.jsonc",
        "home/work/.opencode/opencode.json",
        "home/work/sub/.opencode/opencode.json",
        "system/etc/opencode/opencode.json",
    ]);
    assert_eq!(
        world.found("opencode", Some("home/work/sub")),
        [
            "agents xdg/opencode/agent/deep/reviewer.md",
            "global-legacy xdg/opencode/config.json",
            "global xdg/opencode/opencode.json",
            "global-jsonc xdg/opencode/opencode.jsonc",
            "named named.json",
            "project home/work/opencode.json",
            "project home/work/sub/opencode.json",
            "project-jsonc home/work/sub/opencode.jsonc",
            "project-folder home/work/sub/.opencode/opencode.json",
            "project-folder home/work/.opencode/opencode.json",
            "home-folder home/.opencode/opencode.json",
            "named-folder named-folder/opencode.json",
            "managed system/etc/opencode/opencode.json",
            "tui xdg/opencode/tui.json",
        ]
    );
}

#[test]
fn a_projects_files_can_be_switched_off_by_the_tools_variable() {
    let world = World::new(Os::Linux, &[("OPENCODE_DISABLE_PROJECT_CONFIG", "1")]);
    world.touch(&["home/work/.git/HEAD", "home/work/opencode.json"]);
    assert_eq!(
        world.found("opencode", Some("home/work")),
        Vec::<String>::new()
    );
}

#[test]
fn only_one_home_of_oh_my_opencode_is_in_force() {
    let world = World::new(Os::Linux, &[]);
    world.touch(&["home/.config/opencode/oh-my-opencode.json"]);
    assert_eq!(
        world.found("oh-my-opencode", None),
        ["legacy home/.config/opencode/oh-my-opencode.json"]
    );
    world.touch(&[
        "home/.omo/omo.json",
        "home/.config/opencode/oh-my-openagent.jsonc",
    ]);
    let found = world.found("oh-my-opencode", None);
    assert!(
        found.contains(&"omo-json home/.omo/omo.json".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"(legacy home/.config/opencode/oh-my-opencode.json)".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"(legacy home/.config/opencode/oh-my-openagent.jsonc)".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_star_in_the_name_of_a_folder_is_a_star() {
    let mut world = World::new(Os::Linux, &[]);
    world.environment.home = world.folder.path().join("ho*me");
    world.touch(&["ho*me/.claude/a-glm.json", "ho-me/.claude/b-glm.json"]);
    let found = world.found("claude-code", None);
    assert_eq!(found, ["side-settings ho*me/.claude/a-glm.json"]);
}

#[test]
fn a_file_that_may_be_created_is_offered_only_when_no_other_of_its_kind_is_there() {
    let world = World::new(Os::Linux, &[]);
    let offered = |tool: &str| -> Vec<PathBuf> {
        let tool = Catalogue::load(&[]).unwrap().tool(tool).unwrap();
        let files = detect(&tool, &world.environment, None, None).files;
        files
            .into_iter()
            .filter(|file| !file.exists)
            .map(|file| file.path)
            .collect()
    };
    let home = Path::new("home");
    assert_eq!(
        offered("opencode"),
        [world
            .folder
            .path()
            .join(home.join(".config/opencode/opencode.json"))]
    );
    world.touch(&["home/.config/opencode/opencode.jsonc"]);
    assert_eq!(offered("opencode"), Vec::<PathBuf>::new());
}

#[test]
fn scopes_are_told_apart_when_the_project_is_the_home() {
    let world = World::new(Os::Linux, &[]);
    world.touch(&["home/.claude/settings.json"]);
    let tool = Catalogue::load(&[]).unwrap().tool("claude-code").unwrap();
    let files = detect(
        &tool,
        &world.environment,
        Some(&world.environment.home),
        None,
    )
    .files;
    let scopes: Vec<Scope> = files
        .iter()
        .filter(|file| file.exists)
        .map(|file| file.scope())
        .collect();
    assert_eq!(scopes, [Scope::User]);
}
