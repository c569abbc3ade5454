//! An error code of Z.ai's: what it means and what to do.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::facts::{ErrorClass, ErrorCode, Pack};

fn class(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Retry => "try again, with growing pauses",
        ErrorClass::SlowDown => "slow down: fewer requests at once, then try again",
        ErrorClass::WaitForReset => "wait for the reset",
        ErrorClass::Stop => "stop",
        ErrorClass::FixConfiguration => "mend the set-up or the request",
    }
}

/// For people.
pub fn text(pack: &Pack, error: &ErrorCode) -> String {
    let mut text = format!(
        "{} (HTTP {}): {}\n\n{}\n",
        error.code,
        error.http,
        error.title,
        class(error.class)
    );
    let mut list = |title: &str, items: &[String]| {
        if !items.is_empty() {
            let _ = writeln!(text, "\n{title}");
            for item in items {
                let _ = writeln!(text, "  - {item}");
            }
        }
    };
    list("Do", &error.advice);
    list("Don't", &error.avoid);
    list("Rules that cure it", &error.rules);
    if let Some(earlier) = &error.earlier {
        let _ = writeln!(text, "\nEarlier: {earlier}");
    }
    if error.limit_pattern {
        text.push_str(LIMIT_PATTERN);
    }
    let origin = &error.origin;
    let _ = writeln!(
        text,
        "\nFacts {}: {} (verified {})",
        pack.id, origin.source, origin.verified
    );
    text
}

/// For programs.
pub fn json(pack: &Pack, error: &ErrorCode) -> Value {
    json!({ "version": 1, "facts": pack.id, "error": error })
}

/// How a program of one's own keeps its requests within the cap.
const LIMIT_PATTERN: &str = r#"
In a program of your own, limit the requests in flight (1 is the safe assumption on a coding plan):

  Python
    import asyncio, random
    slots = asyncio.Semaphore(1)

    async def ask(call):
        for attempt in range(8):
            async with slots:
                try:
                    return await call()
                except RateLimited as error:            # HTTP 429
                    if error.code != "1302":
                        raise                           # 1113, 1308, 1313 …: retrying doesn't help
                    # The slot stays taken while we wait: nobody else would get through either.
                    await asyncio.sleep(min(2 ** (attempt + 1), 120) * random.uniform(0.8, 1.2))
        raise RuntimeError("still rate limited after 8 attempts")

  TypeScript
    let last: Promise<unknown> = Promise.resolve();

    function ask<T>(call: () => Promise<T>): Promise<T> {
      const mine = last.then(async () => {
        for (let attempt = 0; attempt < 8; attempt++) {
          try {
            return await call();
          } catch (error) {
            if ((error as { code?: string }).code !== "1302") throw error;
            const pause = Math.min(2 ** (attempt + 1), 120) * (0.8 + 0.4 * Math.random());
            await new Promise((resolve) => setTimeout(resolve, pause * 1000));
          }
        }
        throw new Error("still rate limited after 8 attempts");
      });
      last = mine.catch(() => undefined);
      return mine;
    }
"#;
