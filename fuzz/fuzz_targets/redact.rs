//! Any text: redacting never fails, doing it twice changes nothing more, and a known secret is gone.

#![no_main]

use glm_setup::redact::Redactor;
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "canary-7f3a9c51e2";

fuzz_target!(|text: &str| {
    let redactor = Redactor::new().with_secrets([SECRET.to_owned()]);
    let text = text.replace('\u{1}', SECRET);
    let once = redactor.text(&text).into_owned();
    assert!(!once.contains(SECRET), "{once:?}");
    assert_eq!(redactor.text(&once), once, "from {text:?}");
    assert_eq!(
        once.matches('\n').count(),
        text.matches('\n').count(),
        "line ends move: {text:?}"
    );
});
