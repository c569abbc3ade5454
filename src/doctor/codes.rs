//! Z.ai's error codes in a text that a tool has written down.

use memchr::memmem;

use crate::facts::Pack;

/// How far behind `"error":{` the code is looked for, in bytes.
const ENVELOPE: usize = 4096;

/// The codes that the facts know, and how they show.
#[derive(Debug)]
pub(super) struct Codes {
    known: Vec<u32>,
    says: Vec<(memmem::Finder<'static>, u32)>,
}

impl Codes {
    pub(super) fn new(pack: &Pack) -> Self {
        let says = pack.error.iter().flat_map(|error| {
            let finder = |text: &String| {
                (
                    memmem::Finder::new(text.as_bytes()).into_owned(),
                    error.code,
                )
            };
            error.says.iter().map(finder)
        });
        Self {
            known: pack.error.iter().map(|error| error.code).collect(),
            says: says.collect(),
        }
    }

    /// The code of an error's text: from Z.ai's body (`"error":{"code":"1302"`, also escaped inside another text), from
    /// the form of the Anthropic address (`[1302][…]`), or else from the vendor's own words.
    pub(super) fn find(&self, text: &[u8]) -> Option<u32> {
        self.in_body(text)
            .or_else(|| self.in_brackets(text))
            .or_else(|| {
                let said = self.says.iter().find(|(says, _)| says.find(text).is_some());
                said.map(|(_, code)| *code)
            })
    }

    fn in_body(&self, text: &[u8]) -> Option<u32> {
        memmem::find_iter(text, b"error").find_map(|at| {
            let rest = after(&text[at + b"error".len()..], b'{')?;
            let body = &rest[..rest.len().min(ENVELOPE)];
            memmem::find_iter(body, b"code").find_map(|at| {
                // The member's whole name: `status_code` is another one.
                let begins = at > 0 && body[at - 1] == b'"';
                let value = after(&body[at + b"code".len()..], b'"').filter(|_| begins)?;
                self.number(value, |rest| strip_escapes(rest).first() == Some(&b'"'))
            })
        })
    }

    fn in_brackets(&self, text: &[u8]) -> Option<u32> {
        memchr::memchr_iter(b'[', text)
            .find_map(|at| self.number(&text[at + 1..], |rest| rest.starts_with(b"][")))
    }

    /// A known code at the start of a text, if it ends there as it should.
    fn number(&self, text: &[u8], ends: impl Fn(&[u8]) -> bool) -> Option<u32> {
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let code = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
        (self.known.contains(&code) && ends(&text[digits..])).then_some(code)
    }
}

/// What follows `": ` and one more byte, with any number of escapes before quotes.
fn after(text: &[u8], then: u8) -> Option<&[u8]> {
    let text = strip_escapes(text).strip_prefix(b"\"")?;
    let text = text.trim_ascii_start().strip_prefix(b":")?;
    strip_escapes(text.trim_ascii_start()).strip_prefix(&[then])
}

fn strip_escapes(text: &[u8]) -> &[u8] {
    let escapes = text.iter().take_while(|byte| **byte == b'\\').count();
    &text[escapes..]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::rule::Catalogue;

    fn find(text: &str) -> Option<u32> {
        let pack = Catalogue::load(&[]).unwrap().pack(None).unwrap();
        Codes::new(&pack).find(text.as_bytes())
    }

    #[test]
    fn a_code_is_found_in_the_shapes_of_zai() {
        let bodies = [
            r#"429 {"error":{"code":"1302","message":"x"}}"#,
            r#"{ "error" : { "message" : "x", "code" : "1302" } }"#,
            r#""{\"error\":{\"code\":\"1302\"}}""#,
            r#"\"{\\\"error\\\":{\\\"code\\\":\\\"1302\\\"}}\""#,
            r#"{"type":"error","error":{"type":"rate_limit_error","code":"1302"}}"#,
            "API Error: Request rejected (429) · [1302][Rate limit][2026]",
            "API Error: Request rejected (429) · Rate limit reached for requests",
        ];
        for body in bodies {
            assert_eq!(find(body), Some(1302), "{body}");
        }
        assert_eq!(find("529 [1305][The service]"), Some(1305));
        assert_eq!(find("您的账户已达到速率限制，请您控制请求频率"), Some(1302));
    }

    #[test]
    fn other_numbers_are_no_codes() {
        let others = [
            "1302",
            "error 1302",
            "line [1302] of 2000",
            r#"{"code":"1302"}"#,
            r#"{"error":{"code":1302}}"#,
            r#"{"error":{"code":"13020"}}"#,
            r#"{"error":{"code":"9999"}}"#,
            r#"{"error":{"status_code":"1302"}}"#,
            r#"{"error":{"code":"1302"#,
            "Rate limit reached for gpt-x in organization y",
        ];
        for other in others {
            assert_eq!(find(other), None, "{other}");
        }
    }
}
