//! `glm-setup explain`: a rule, an error code, or a tool.

mod tool;

use std::fmt::Write as _;

use super::Exit;
use super::args::{Explain, OutputFormat};
use super::context::CliContext;
use super::failure::{Failure, UsageError};
use crate::facts::{ErrorClass, ErrorCode, Pack};
use crate::report::rule_page;

pub(super) fn run(context: &CliContext, args: &Explain) -> Result<Exit, Failure> {
    let pack = context.catalogue.pack(context.global.facts.as_deref())?;
    if let Ok(code) = args.subject.parse::<u32>() {
        let Some(error) = pack.error_code(code) else {
            let known: Vec<String> = pack
                .error
                .iter()
                .map(|error| error.code.to_string())
                .collect();
            return Err(UsageError::NoSuchErrorCode {
                pack: pack.id.clone(),
                code,
                known,
            }
            .into());
        };
        context.print(&match args.format {
            OutputFormat::Json => format!("{:#}\n", json(&pack, error)),
            OutputFormat::Text => text(&pack, error),
        });
        return Ok(Exit::Clean);
    }
    if let Ok(tool) = context.catalogue.tool(&args.subject) {
        return tool::run(context, &tool, &pack, args.format);
    }
    let rule = context.catalogue.rule(&args.subject)?;
    context.print(&match args.format {
        OutputFormat::Json => format!("{:#}\n", rule_page::json(&rule)),
        OutputFormat::Text => rule_page::markdown(&rule),
    });
    Ok(Exit::Clean)
}

fn class(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Retry => "try again, with growing pauses",
        ErrorClass::SlowDown => "slow down: fewer requests at once, then try again",
        ErrorClass::WaitForReset => "wait for the reset",
        ErrorClass::Stop => "stop",
        ErrorClass::FixConfiguration => "mend the set-up or the request",
    }
}

fn text(pack: &Pack, error: &ErrorCode) -> String {
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

fn json(pack: &Pack, error: &ErrorCode) -> serde_json::Value {
    serde_json::json!({ "version": 1, "facts": pack.id, "error": error })
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
