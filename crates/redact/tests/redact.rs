//! No secret is shown, and what is no secret stays readable. All keys here are invented.

use std::borrow::Cow;

use glm_setup_redact::Redactor;
use proptest::prelude::*;
use serde_json::json;

const ZAI: &str = "00000000000000000000000000000000.xxxxxxxxxxxxxxxx";
const OTHER: &str = "11111111111111111111111111111111.xxxxxxxxxxxxxxxx";
const WORD: &str = "Hunter2";

#[track_caller]
fn shows(text: &str, expected: &str) {
    let redactor = Redactor::new();
    let shown = redactor.text(text);
    assert_eq!(shown, expected, "\n--- text ---\n{text}\n");
    assert_eq!(
        redactor.text(&shown),
        shown,
        "a second pass changes the text"
    );
}

#[track_caller]
fn keeps(text: &str) {
    assert!(
        matches!(Redactor::new().text(text), Cow::Borrowed(_)),
        "{text} became {}",
        Redactor::new().text(text)
    );
}

#[test]
fn names_of_secrets() {
    for name in [
        "apiKey",
        "api_key",
        "API_KEY",
        "apikey",
        "APIKEY",
        "api-key",
        "x-api-key",
        "X-Api-Key",
        "zaiApiKey",
        "openAiApiKey",
        "Z_AI_API_KEY",
        "ZHIPU_API_KEY",
        "OPENAI_API_KEY_2",
        "api_key_zai",
        "api_keys",
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_API_KEY",
        "GH_TOKEN",
        "token",
        "authToken",
        "access_token",
        "botToken",
        "refresh_token",
        "access",
        "refresh",
        "key",
        "CLIENT_SECRET",
        "clientSecret",
        "secret",
        "password",
        "proxy_password",
        "passwd",
        "DB_PWD",
        "Authorization",
        "Proxy-Authorization",
        "cookie",
        "ZAI_KEY",
        "MY_SIGNING_KEY",
        "privateKey",
        "secretAccessKey",
        "provider.zai.options.apiKey",
        "roo-cline.apiKey",
        "_authToken",
        "GITHUB_PAT",
    ] {
        assert!(Redactor::is_secret_key(name), "{name}");
    }
    for name in [
        "max_tokens",
        "maxTokens",
        "max_token",
        "tokens",
        "tokenizer",
        "keybinds",
        "key_match",
        "publicKey",
        "public_key",
        "PUBLIC_KEY",
        "apiKeyHelper",
        "apikeyhelper",
        "api_key_env",
        "API_KEY_FILE",
        "apiKeyName",
        "keys",
        "keyboard",
        "monkey",
        "sortKey",
        "SORT_KEY",
        "eos_token",
        "budget_tokens",
        "MAX_THINKING_TOKENS",
        "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
        "secret-id",
        "token_url",
        "tokenEndpoint",
        "accessible",
        "refresh_interval",
        "refreshInterval",
        "auth",
        "author",
        "model",
        "",
        ".",
        "__",
        "passthrough",
        "compass",
        "path",
        "pattern",
        "x",
        "ä",
    ] {
        assert!(!Redactor::is_secret_key(name), "{name}");
    }
}

#[test]
fn shapes_of_secrets() {
    for value in [
        ZAI,
        "sk-ant-api03-aaaaaaaaaaaaaaaaaaaa",
        "sk-aaaaaaaaaaaaaaaaaaaa",
        "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "github_pat_aaaaaaaaaaaaaaaaaaaaaa",
        "gho_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "xoxb-000000000000-aaaaaaaaaaaa",
        "AIzaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "AKIAAAAAAAAAAAAAAAAA",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.",
        "Bearer x1",
        "Basic bm9ib2R5",
        "https://nobody:Hunter2@example.com/x",
        "https://example.com/v4?model=a&api_key=Hunter2&x=1",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ] {
        assert!(Redactor::looks_secret(value), "{value}");
    }
    for value in [
        "",
        "glm-5",
        "https://api.z.ai/api/coding/paas/v4",
        "zai-coding-plan/glm-4.7",
        "task-list-of-many-words-in-a-row",
        "Bearer ${ZAI_API_KEY}",
        "Bearer {env:ZAI_API_KEY}",
        "d41d8cd98f00b204e9800998ecf8427e",
        "{env:ZAI_API_KEY}",
        "basic understanding",
        "https://user@example.com/",
        "/home/user/.config/opencode/opencode.json",
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "https://example.com/?key={env:X}",
    ] {
        assert!(!Redactor::looks_secret(value), "{value}");
    }
}

#[test]
fn json_in_its_dialects() {
    shows(
        &format!(r#"{{"apiKey":"{ZAI}","model":"glm-5"}}"#),
        r#"{"apiKey":"[redacted:8569]","model":"glm-5"}"#,
    );
    shows(
        "{\n  \"apiKey\": \"Hunter2\", // mine\n  \"model\": \"glm-5\"\n}\n",
        "{\n  \"apiKey\": \"[redacted]\", // mine\n  \"model\": \"glm-5\"\n}\n",
    );
    shows(
        "{apiKey: 'Hunter2', model: 'glm-5'}",
        "{apiKey: '[redacted]', model: 'glm-5'}",
    );
    shows(
        "{ 'apiKey' : 'Hun\\'ter2' , \"a\": 1 }",
        "{ 'apiKey' : '[redacted]' , \"a\": 1 }",
    );
    shows(
        r#"{"token":"a\"b\\","next":"c"}"#,
        r#"{"token":"[redacted]","next":"c"}"#,
    );
    shows(
        r#"{"api\u004bey":"Hunter2"}"#,
        r#"{"api\u004bey":"[redacted]"}"#,
    );
    shows(
        "{\n  \"apiKey\":\n    \"Hunter2\",\n  \"a\": 1\n}",
        "{\n  \"apiKey\":\n    \"[redacted]\",\n  \"a\": 1\n}",
    );
    shows(
        "{\"apiKey\" /* mine */ : /* \"so\" */ \"Hunter2\"}",
        "{\"apiKey\" /* mine */ : /* \"so\" */ \"[redacted]\"}",
    );
    shows(
        "{\"apiKey\": // mine\n \"Hunter2\"}",
        "{\"apiKey\": // mine\n \"[redacted]\"}",
    );
    shows(
        "// \"apiKey\": \"Hunter2\"\n",
        "// \"apiKey\": \"[redacted]\"\n",
    );
    shows(
        r#"{"a":"{\"apiKey\":\"Hun\\\"ter2\",\"b\":1}"}"#,
        r#"{"a":"{\"apiKey\":\"[redacted]\",\"b\":1}"}"#,
    );
    shows(
        r#"{"api_keys":["Hunter2", "Hunter3"],"b":["c"]}"#,
        r#"{"api_keys":["[redacted]", "[redacted]"],"b":["c"]}"#,
    );
    shows(
        r#"{"api_key_zai":[{"id":"7c9e","value":"Hunter2","label":"mine","active":true}],"b":"c"}"#,
        r#"{"api_key_zai":[{"id":"7c9e","value":"[redacted]","label":"mine","active":true}],"b":"c"}"#,
    );
    shows(
        r#"{"zai-coding-plan":{"type":"api","key":"Hunter2"},"x":{"type":"oauth","access":"Hunter3","refresh":"Hunter4","expires":17}}"#,
        r#"{"zai-coding-plan":{"type":"api","key":"[redacted]"},"x":{"type":"oauth","access":"[redacted]","refresh":"[redacted]","expires":17}}"#,
    );
    shows(
        r#"[{"name":"ANTHROPIC_AUTH_TOKEN","value":"Hunter2"},{"name":"A","value":"b"},{"value":"Hunter3","name":"X_TOKEN"}]"#,
        r#"[{"name":"ANTHROPIC_AUTH_TOKEN","value":"[redacted]"},{"name":"A","value":"b"},{"value":"[redacted]","name":"X_TOKEN"}]"#,
    );
    shows(
        r#"{"args":["--api-key","Hunter2","-y"]}"#,
        r#"{"args":["--api-key","[redacted]","-y"]}"#,
    );
    shows(
        r#"{"args":["-H","x-api-key: Hunter2","-y"]}"#,
        r#"{"args":["-H","x-api-key: [redacted]","-y"]}"#,
    );
    shows(
        r#"{"password": 12345678, "token": 12}"#,
        r#"{"password": [redacted], "token": 12}"#,
    );
    shows("{\"apiKey\": \"Hunter2", "{\"apiKey\": \"[redacted]");
    shows(
        "{\"apiKey\": \"Hunter2\r\n",
        "{\"apiKey\": \"[redacted]\r\n",
    );
}

#[test]
fn other_formats() {
    shows(
        "api_key = \"Hunter2\" # mine\nmodel = \"glm-5\"\n",
        "api_key = \"[redacted]\" # mine\nmodel = \"glm-5\"\n",
    );
    shows(
        "provider.\"z.ai\".apiKey = 'Hunter2'\n",
        "provider.\"z.ai\".apiKey = '[redacted]'\n",
    );
    shows(
        "a = { token = \"Hunter2\", b = 1 }\n",
        "a = { token = \"[redacted]\", b = 1 }\n",
    );
    shows(
        "token = \"\"\"\nHunter2\nand more\n\"\"\"\na = 1\n",
        "token = \"\"\"\n[redacted]\n[redacted]\n\"\"\"\na = 1\n",
    );
    shows(
        "models:\n  - apiKey: Hunter2 two # mine\n    model: glm-5\n",
        "models:\n  - apiKey: [redacted] # mine\n    model: glm-5\n",
    );
    shows(
        "password: |-\n  Hunter2\n  more\nmodel: a\n",
        "password: |-\n  [redacted]\n  [redacted]\nmodel: a\n",
    );
    shows(
        "token:\n  Hunter2\nmodel: a\n",
        "token:\n  [redacted]\nmodel: a\n",
    );
    shows(
        "api_keys:\n- Hunter2\n- 'Hunter3'\nmodel: a\n",
        "api_keys:\n- [redacted]\n- '[redacted]'\nmodel: a\n",
    );
    shows(
        "a: {apiKey: Hunter2 two, model: b}\n",
        "a: {apiKey: [redacted], model: b}\n",
    );
    shows(
        "- name: X_TOKEN\n  value: Hunter2\n- name: A\n  value: b\n",
        "- name: X_TOKEN\n  value: [redacted]\n- name: A\n  value: b\n",
    );
    shows(
        "export ZAI_TOKEN='Hunter2'\nA=b\n",
        "export ZAI_TOKEN='[redacted]'\nA=b\n",
    );
    shows("ZAI_TOKEN=Hunter2\nA=b\n", "ZAI_TOKEN=[redacted]\nA=b\n");
    shows("ZAI_TOKEN=\nA=b\n", "ZAI_TOKEN=\nA=b\n");
    shows("X_TOKEN='Hun'\"ter2\" # c\n", "X_TOKEN=[redacted] # c\n");
    shows(
        "# ZAI_API_KEY=Hunter2\r\nA=b\r\n",
        "# ZAI_API_KEY=[redacted]\r\nA=b\r\n",
    );
    shows(
        "$env:ZAI_TOKEN = \"Hunter2\"",
        "$env:ZAI_TOKEN = \"[redacted]\"",
    );
    shows(
        "process.env[\"X_TOKEN\"] = \"Hunter2\"",
        "process.env[\"X_TOKEN\"] = \"[redacted]\"",
    );
    shows(
        "//registry.npmjs.org/:_authToken=Hunter2\n",
        "//registry.npmjs.org/:_authToken=[redacted]\n",
    );
}

#[test]
fn free_text_headers_and_urls() {
    shows(
        "curl -H 'Authorization: Bearer Hunter2' https://x",
        "curl -H 'Authorization: Bearer [redacted]' https://x",
    );
    shows(
        "Authorization: Basic Hunter2\nAccept: */*\n",
        "Authorization: Basic [redacted]\nAccept: */*\n",
    );
    shows(
        "sent Bearer Hunter22, got 401",
        "sent Bearer [redacted], got 401",
    );
    shows(
        "GET https://x/y?api_key=Hunter2&a=1 failed",
        "GET https://x/y?api_key=[redacted]&a=1 failed",
    );
    shows(
        "proxy http://me:Hunter2@host:80/ failed",
        "proxy http://me:[redacted]@host:80/ failed",
    );
    shows(
        "claude --api-key Hunter2 -p hi",
        "claude --api-key [redacted] -p hi",
    );
    shows(
        "claude --api-key=Hunter2 -p hi",
        "claude --api-key=[redacted] -p hi",
    );
    shows(
        "login (token=Hunter2), again",
        "login (token=[redacted]), again",
    );
    shows(
        &format!("the key {ZAI} is wrong"),
        "the key [redacted:8569] is wrong",
    );
    shows(
        &format!("{{\"apiKeyHelper\": \"echo {ZAI}\"}}"),
        "{\"apiKeyHelper\": \"echo [redacted:8569]\"}",
    );
    shows(
        "a\n-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\nb",
        "a\n[redacted]\n[redacted]\n[redacted]\nb",
    );
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        r#"{"apiKey": "{env:ZAI_API_KEY}", "b": "{file:~/.config/key}"}"#,
        r#"{"apiKey": "{file:~/.config/key}", "token": "", "key": null, "secret": true, "access": 3}"#,
        r#"{"apiKey": "${ZAI_API_KEY}", "x-api-key": "$ZAI_API_KEY", "token": "${{ secrets.ZAI }}"}"#,
        r#"{"apiKey": "your-api-key", "a": {"token": "<token>"}, "api_key": "YOUR_API_KEY_HERE"}"#,
        r#"{"headers": {"Authorization": "Bearer {env:ZAI_API_KEY}"}}"#,
        "apiKey: {env:ZAI_API_KEY}\n",
        "a: {apiKey: {env:ZAI_API_KEY}, b: c}\n",
        "export TOKEN=$(pass show zai)\n",
        "token: ~\nmodel: glm-5\n",
        r#"{"max_tokens": 100, "tokens": "abc", "tokenizer": "abc", "keybinds": {"a": "b"}, "apiKeyHelper": "~/bin/key"}"#,
        "error: invalid token: expected a comma at line 3",
        "opencode.json:3:4: `apiKey`: expected a string",
        "unknown key: model",
        "a::key::b == token",
        "https://api.z.ai/api/anthropic/v1/messages?beta=true",
        "model=glm-5\n",
        "\"$schema\": \"https://opencode.ai/config.json\",\n",
    ] {
        keeps(text);
    }
}

#[test]
fn tags_tell_keys_apart() {
    let redactor = Redactor::new();
    let (a, b) = (
        redactor.text(ZAI).into_owned(),
        redactor.text(OTHER).into_owned(),
    );
    assert_eq!(
        (a.as_str(), b.as_str()),
        ("[redacted:8569]", "[redacted:8c71]")
    );
    assert_eq!(
        redactor.text(&format!("Authorization: Bearer {ZAI}")),
        format!("Authorization: Bearer {a}")
    );
}

#[test]
fn known_values_everywhere() {
    let redactor = Redactor::new().with_secrets([
        "a\"b/c d".to_owned(),
        "{env:X}".to_owned(),
        "on".to_owned(),
        String::new(),
    ]);
    assert_eq!(
        redactor.text(r#"on {env:X} a"b/c d a\"b/c d a\"b\/c d a%22b%2Fc%20d"#),
        "on {env:X} [redacted] [redacted] [redacted] [redacted]"
    );
    let redactor = Redactor::new().with_secrets(["redacted".to_owned()]);
    assert_eq!(
        redactor.text("[redacted] redacted"),
        "[redacted] [redacted]"
    );
    assert!(!format!("{redactor:?}").contains("redacted"));
}

#[test]
fn values_for_json_output() {
    let redactor = Redactor::new();
    let value = json!({
        "provider": {"zai": {"options": {"apiKey": ZAI, "baseURL": "https://me:Hunter2@x/"}}},
        "env": {"ANTHROPIC_AUTH_TOKEN": "Hunter2", "A": "{env:B}"},
        "list": [{"name": "X_TOKEN", "value": "Hunter2"}, {"name": "A", "value": "b"}],
        "args": ["--api-key", "Hunter2", "-y"],
        "api_key_zai": [{"id": "1", "value": "Hunter2", "active": true}],
        "headers": {"Authorization": "Bearer Hunter2"},
        "password": 12345678,
        "key": ["Hunter2", {"a": "b"}],
        "max_tokens": 4096,
        ZAI: 1,
    });
    let shown = redactor.value(&[], &value);
    assert_eq!(
        shown,
        json!({
            "provider": {"zai": {"options": {"apiKey": "[redacted:8569]", "baseURL": "https://me:[redacted]@x/"}}},
            "env": {"ANTHROPIC_AUTH_TOKEN": "[redacted]", "A": "{env:B}"},
            "list": [{"name": "X_TOKEN", "value": "[redacted]"}, {"name": "A", "value": "b"}],
            "args": ["--api-key", "[redacted]", "-y"],
            "api_key_zai": [{"id": "1", "value": "[redacted]", "active": true}],
            "headers": {"Authorization": "Bearer [redacted]"},
            "password": "[redacted]",
            "key": ["[redacted]", {"a": "b"}],
            "max_tokens": 4096,
            "[redacted:8569]": 1,
        })
    );
    assert_eq!(redactor.value(&[], &shown), shown);
    assert_eq!(
        redactor.value(&["provider", "apiKey"], &json!("Hunter2")),
        json!("[redacted]")
    );
    assert_eq!(
        redactor.value(&["api_key_zai", "0", "value"], &json!("Hunter2")),
        json!("[redacted]")
    );
    assert_eq!(
        redactor.value(&["api_key_zai", "0", "label"], &json!("mine")),
        json!("mine")
    );
    assert_eq!(redactor.value(&["model"], &json!("glm-5")), json!("glm-5"));
}

#[test]
fn hostile_texts_take_linear_time() {
    let long = |unit: &str| unit.repeat(400_000 / unit.len());
    for text in [
        long("ask-"),
        long("eyJ"),
        long("eyJask-"),
        long("://"),
        long("\\"),
        long("\"token\":[/*"),
        long("a_token:\n"),
        long("\"token\":"),
        long("token='"),
        long("token: |\n"),
        long("[redacted"),
        long("-----BEGIN PRIVATE KEY-----"),
        long("a_token:\n\"a:"),
        long("Bearer "),
        long("token=\\\\\\\""),
        long("\"name\":\"X_TOKEN\",\"value\":"),
        long("--token \""),
        long("apiKey:{"),
        long(" "),
        long("https://a:b"),
        long("00000000:"),
        long("{\"value\":"),
    ] {
        let start = std::time::Instant::now();
        let shown = Redactor::new().text(&text).into_owned();
        assert!(
            start.elapsed().as_secs() < 5,
            "{:?} {:?}",
            &text[..20],
            start.elapsed()
        );
        println!("{:?} {:?}", &text[..20], start.elapsed());
        assert_eq!(shown.lines().count(), text.lines().count());
    }
}

/// A secret's name, and a secret, of every kind.
fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "apiKey",
        "api_key",
        "ANTHROPIC_AUTH_TOKEN",
        "zaiApiKey",
        "x-api-key",
        "password",
        "token",
        "key",
        "refresh",
        "access",
        "Authorization",
        "client_secret",
        "Z_AI_API_KEY",
    ])
}

fn canaries() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{32}\\.[A-Za-z0-9]{16}",
        "sk-[A-Za-z0-9]{24}",
        "sk-ant-[A-Za-z0-9_]{24}",
        "(ghp|gho)_[A-Za-z0-9]{36}",
        "xoxb-[0-9]{12}-[A-Za-z0-9]{12}",
        "AIza[A-Za-z0-9_]{35}",
        "AKIA[A-Z0-9]{16}",
        "eyJ[A-Za-z0-9]{12}\\.eyJ[A-Za-z0-9]{12}\\.[A-Za-z0-9]{12}",
        "Q[A-Za-z0-9]{6,60}7",
    ]
}

/// One entry, spelled in one of the formats; the canary comes last in the pair.
fn entries() -> impl Strategy<Value = (String, String)> {
    (names(), canaries(), 0..18).prop_map(|(name, secret, form)| {
        let entry = match form {
            0 => format!("\"{name}\":\"{secret}\","),
            1 => format!("  \"{name}\" :\n\t\"{secret}\",\n"),
            2 => format!("'{name}': '{secret}', "),
            3 => format!("{{{name}: \"{secret}\"}}"),
            4 => format!("\n{name} = \"{secret}\"\n"),
            5 => format!("\n{name} = '''{secret}'''\n"),
            6 => format!("\n  {name}: {secret}\n"),
            7 => format!("\n- {name}: >-\n    {secret}\n"),
            8 => format!("\nexport {name}='{secret}'\n"),
            9 => format!("\n{name}={secret}\n"),
            10 => format!("\\\"{name}\\\":\\\"{secret}\\\","),
            11 => format!("https://x/?a=1&{name}={secret}&b=2 "),
            12 => format!("\"Authorization\": \"Bearer {secret}\""),
            13 => format!(" Authorization: Bearer {secret}\n"),
            14 => format!("{{\"{name}\": [\"{secret}\"]}}"),
            15 => format!("\n{name}:\n  - {secret}\n"),
            16 => format!(" --{name} {secret} "),
            _ => format!("{{\"name\":\"ZAI_API_KEY\",\"value\":\"{secret}\"}}"),
        };
        (entry, secret)
    })
}

/// Pieces that files and messages are made of, some of them broken.
fn noise() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,8}",
        "[ \\t\\n]{0,4}",
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "=",
            "\"model\": \"glm-5\",",
            "a: b\n",
            "# note\n",
            "// note\n",
            "/* note */",
            "ä…€",
            "\r\n",
            "&",
            "max_tokens: 5,",
            "\"a\": [1, \"b\"],\n",
            "--flag ",
            "$",
            "|",
            "<x>",
            "https://a.b/c",
            "\\",
            ";",
            "?",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_canary_is_ever_shown(
        parts in prop::collection::vec((prop::collection::vec(noise(), 0..4), entries()), 1..5),
    ) {
        let mut text = String::new();
        for (noise, (entry, _)) in &parts {
            // A quote or comma before an entry that needs its own line is the entry's own affair.
            text.push_str(&noise.concat());
            text.push_str(if entry.starts_with("\\\"") { "{\"s\":\"" } else { " " });
            text.push_str(entry);
            text.push_str(if entry.starts_with("\\\"") { "\"}\n" } else { "\n" });
        }
        let redactor = Redactor::new();
        let shown = redactor.text(&text).into_owned();
        for (_, (_, secret)) in &parts {
            prop_assert!(!shown.contains(secret.as_str()), "{secret} in\n{shown}\nfrom\n{text}");
        }
        prop_assert_eq!(shown.matches('\n').count(), text.matches('\n').count());
        prop_assert_eq!(redactor.text(&shown), shown.as_str(), "from {:?}", text);
    }

    #[test]
    fn a_second_pass_changes_nothing(
        parts in prop::collection::vec(prop_oneof![
            4 => noise(),
            2 => entries().prop_map(|(entry, _)| entry),
            1 => names().prop_map(str::to_owned),
            1 => prop::sample::select(vec!["\"", "'", "`", "'''", "\\\"", "Bearer ", "[redacted]", "token=", "{env:X}"]).prop_map(str::to_owned),
        ], 0..12),
    ) {
        let text = parts.concat();
        let redactor = Redactor::new().with_secrets(["redact".to_owned(), "model".to_owned()]);
        let shown = redactor.text(&text).into_owned();
        prop_assert_eq!(shown.matches('\n').count(), text.matches('\n').count());
        prop_assert_eq!(redactor.text(&shown), shown.as_str(), "from {:?}", text);
    }

    #[test]
    fn any_text_at_all(text in "(?s).{0,200}") {
        let redactor = Redactor::new();
        let shown = redactor.text(&text).into_owned();
        prop_assert_eq!(redactor.text(&shown), shown.as_str());
    }

    #[test]
    fn no_canary_in_json_values(name in names(), secret in canaries(), depth in 0usize..4, pretty: bool) {
        let mut value = json!({ name: secret, "model": "glm-5" });
        for _ in 0..depth {
            value = json!([{ "inner": value, "s": format!("{name}={secret}") }]);
        }
        let redactor = Redactor::new();
        let spelled = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        prop_assert!(!redactor.value(&[], &value).to_string().contains(&secret));
        prop_assert!(!redactor.text(&spelled).contains(&secret), "{}", redactor.text(&spelled));
    }
}

/// `cargo test --release -p glm-setup-redact --test redact -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn four_megabytes() {
    let mut text = format!(
        "{{\"apiKey\": \"{ZAI}\", \"line\": \"{}\",\n",
        "lorem ipsum: dolor, ".repeat(20_000)
    );
    while text.len() < 4_000_000 {
        text.push_str("  \"setting_name\": {\"value\": 12, \"password\": \"Hunter2\", \"name\": \"some: text = x\"},\n");
    }
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let shown = Redactor::new().text(&text).len();
        println!("{} bytes to {shown} in {:?}", text.len(), start.elapsed());
    }
    assert!(!Redactor::new().text(&text).contains(WORD));
}
