//! Texts without a syntax of their own: program source, `.env`, compose and CI files. They are read, never edited.
//!
//! The value is `{ "addresses": [{ "name", "url" }], "lines": […] }`: every http(s) address with the name that it is given
//! to on its line (empty without one), and every line that is not blank, without the spaces around it.

use std::ops::Range;

use serde_json::{Value, json};

use super::Parsed;
use super::tree::{Children, Member, Node, Object};

/// Reads a text.
pub(super) fn parse(text: &str) -> Parsed {
    let addresses: Vec<(String, Range<usize>)> = addresses(text)
        .map(|span| (name_before(text, span.start), span))
        .collect();
    let lines: Vec<Range<usize>> = lines(text).collect();
    let value = json!({
        "addresses": addresses
            .iter()
            .map(|(name, span)| json!({ "name": name, "url": text[span.clone()] }))
            .collect::<Vec<Value>>(),
        "lines": lines.iter().map(|span| text[span.clone()].into()).collect::<Vec<Value>>(),
    });
    let leaf = |span: &Range<usize>| Node::new(span.clone(), Children::None);
    let member = |name: &str, node: Node| {
        let at = node.range().start;
        Member::new(text, at..at, name, node)
    };
    let address = |(_, span): &(String, Range<usize>)| {
        let members = vec![member("name", leaf(span)), member("url", leaf(span))];
        Node::new(span.clone(), Children::Object(Object::new(text, members)))
    };
    let list = |nodes: Vec<Node>| Node::new(0..text.len(), Children::Array(nodes));
    let members = vec![
        member("addresses", list(addresses.iter().map(address).collect())),
        member("lines", list(lines.iter().map(leaf).collect())),
    ];
    let root = Node::new(0..text.len(), Children::Object(Object::new(text, members)));
    Parsed::new(text, value, root)
}

/// The bytes of the addresses, from `http` to what can't be part of one.
fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").filter_map(|(at, _)| {
        let scheme = ["https", "http"].into_iter().find(|scheme| {
            let start = at.checked_sub(scheme.len());
            start
                .and_then(|start| text.get(start..at))
                .is_some_and(|found| found.eq_ignore_ascii_case(scheme))
        })?;
        let ends =
            |c: char| c.is_whitespace() || c.is_control() || "\"'`<>()[]{},;\\|^$".contains(c);
        let rest = &text[at + 3..];
        let length = rest.find(ends).unwrap_or(rest.len());
        let length = rest[..length]
            .trim_end_matches(['.', ':', '!', '?', '*', '#'])
            .len();
        (length > 0).then(|| at - scheme.len()..at + 3 + length)
    })
}

/// The name that a value starting at `at` is given to: `base_url=`, `"baseURL": `, `- OPENAI_BASE_URL: `.
fn name_before(text: &str, at: usize) -> String {
    let line = &text[text[..at].rfind('\n').map_or(0, |newline| newline + 1)..at];
    let rest = line.trim_end_matches(|c: char| c.is_whitespace() || "\"'`([{".contains(c));
    let Some(rest) = rest.strip_suffix(['=', ':']) else {
        return String::new();
    };
    let rest = rest.trim_end_matches(|c: char| c.is_whitespace() || "\"'`:?|=".contains(c));
    let start = rest
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
        .map_or(0, |before| {
            before + rest[before..].chars().next().map_or(1, char::len_utf8)
        });
    rest[start..].to_owned()
}

fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_inclusive('\n')
        .scan(0, |start, line| {
            let at = *start;
            *start += line.len();
            Some((at, line))
        })
        .filter_map(|(at, line)| {
            let content = line.trim();
            let start = at + (line.len() - line.trim_start().len());
            (!content.is_empty()).then(|| start..start + content.len())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_their_ends_and_names() {
        let text = "client = OpenAI(\n    base_url=\"https://api.z.ai/api/coding/paas/v4/\",\n)\n\
                    # see https://docs.z.ai/x. And (HTTP://a.example/b).\n\
                    export OPENAI_BASE_URL='https://b.example'; x\n\"baseURL\" : `https://c.example/${id}`\n://\nftp://d.example\n";
        let found: Vec<(String, &str)> = addresses(text)
            .map(|span| (name_before(text, span.start), &text[span]))
            .collect();
        let expected = [
            ("base_url", "https://api.z.ai/api/coding/paas/v4/"),
            ("", "https://docs.z.ai/x"),
            ("", "HTTP://a.example/b"),
            ("OPENAI_BASE_URL", "https://b.example"),
            ("baseURL", "https://c.example/"),
        ]
        .map(|(name, url)| (name.to_owned(), url));
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_are_trimmed_and_have_places() {
        let text = "a\r\n\n  b c \nд";
        let found: Vec<&str> = lines(text).map(|span| &text[span]).collect();
        assert_eq!(found, ["a", "b c", "д"]);
        let parsed = parse(text);
        assert_eq!(parsed.value["lines"][1], "b c");
    }
}
