//! Removing members and elements, with their commas and, where they stand alone, their lines.

use std::ops::Range;

use super::trivia::{Kind, Piece, comma, pieces};
use crate::lines::{line_start, starts_line};
use crate::splice::Splice;
use crate::tree::{Children, Node};

/// Removes the items at the given positions, which are in ascending order.
pub(super) fn splices(text: &str, container: &Node, removed: &[usize]) -> Vec<Splice> {
    if removed.is_empty() {
        return Vec::new();
    }
    let list = List::new(text, container);
    let survivor = list.last_survivor(removed);
    if survivor.is_none() && !list.has_comments() {
        return vec![Splice::deletion(list.inner)];
    }
    let mut splices: Vec<Splice> = removed
        .iter()
        .flat_map(|&index| list.removal(index, survivor.is_none_or(|last| index > last)))
        .map(Splice::deletion)
        .collect();
    // When the last item goes and had no comma, the item that is now the last one must lose its own.
    let last = list.items.len() - 1;
    if let Some(survivor) = survivor
        && survivor < last
        && comma(text, list.after(last)).is_none()
        && let Some(comma) = comma(text, list.after(survivor))
    {
        let end = list.items[survivor].end;
        let blank = pieces(text, end..comma).all(|piece| piece.is_space());
        splices.push(Splice::deletion(if blank { end } else { comma }..comma + 1));
    }
    splices
}

/// A container as a list of items: elements, or members from their names to their values.
struct List<'t> {
    text: &'t str,
    items: Vec<Range<usize>>,
    /// All between the brackets.
    inner: Range<usize>,
}

impl<'t> List<'t> {
    fn new(text: &'t str, container: &Node) -> Self {
        let items = match &container.children {
            Children::None => Vec::new(),
            Children::Array(elements) => elements.iter().map(Node::range).collect(),
            Children::Object(object) => object
                .members
                .iter()
                .map(|member| member.key().start..member.value.range().end)
                .collect(),
        };
        let range = container.range();
        Self {
            text,
            items,
            inner: range.start + 1..range.end - 1,
        }
    }

    /// What lies between an item and the one before it, or the opening bracket.
    fn before(&self, index: usize) -> Range<usize> {
        let start = index
            .checked_sub(1)
            .map_or(self.inner.start, |previous| self.items[previous].end);
        start..self.items[index].start
    }

    /// What lies between an item and the next one, or the closing bracket.
    fn after(&self, index: usize) -> Range<usize> {
        self.items[index].end
            ..self
                .items
                .get(index + 1)
                .map_or(self.inner.end, |next| next.start)
    }

    fn has_comments(&self) -> bool {
        let gaps = (0..self.items.len())
            .map(|index| self.after(index))
            .chain([self.before(0)]);
        gaps.flat_map(|gap| pieces(self.text, gap))
            .any(|piece| piece.is_comment())
    }

    fn last_survivor(&self, removed: &[usize]) -> Option<usize> {
        let mut removed = removed.iter().rev().peekable();
        (0..self.items.len())
            .rev()
            .find(|index| removed.next_if_eq(&index).is_none())
    }

    /// The bytes to delete for one item; `at_end` when no item remains after it.
    fn removal(&self, index: usize, at_end: bool) -> Vec<Range<usize>> {
        if let Some(lines) = self.whole_lines(index) {
            return vec![lines];
        }
        let item = self.items[index].clone();
        let after: Vec<Piece> = pieces(self.text, self.after(index)).collect();
        let comma = after.iter().position(|piece| piece.kind == Kind::Comma);
        let mut deleted = Vec::new();
        let mut end = item.end;
        if let Some(comma) = comma {
            if after[..comma].iter().all(Piece::is_space) {
                end = after[comma].range.end;
            } else {
                deleted.push(after[comma].range.clone());
            }
        }
        // One of the two gaps around the item goes with it.
        let rest = &after[comma.map_or(0, |comma| comma + 1)..];
        let next = rest.iter().find(|piece| piece.kind != Kind::Blank);
        let at_line_end =
            next.is_some_and(|piece| matches!(piece.kind, Kind::Newline | Kind::LineComment));
        let start = if at_end {
            self.space_before(index, true)
        } else if at_line_end {
            self.space_before(index, false)
        } else {
            end = rest
                .first()
                .filter(|piece| piece.kind == Kind::Blank && piece.range.start == end)
                .map_or(end, |blank| blank.range.end);
            item.start
        };
        deleted.push(start..end);
        deleted
    }

    /// The item's lines, when it shares them with nothing but its comma and comments after it.
    fn whole_lines(&self, index: usize) -> Option<Range<usize>> {
        let start = self.items[index].start;
        if !starts_line(self.text, start) {
            return None;
        }
        let mut has_comma = false;
        for piece in pieces(self.text, self.after(index)) {
            match piece.kind {
                Kind::Comma => has_comma = true,
                Kind::BlockComment if self.text[piece.range.clone()].contains(['\n', '\r']) => {
                    return None;
                }
                Kind::Newline => {
                    let comma_follows = !has_comma
                        && comma(self.text, piece.range.end..self.after(index).end).is_some();
                    return (!comma_follows).then(|| line_start(self.text, start)..piece.range.end);
                }
                _ => {}
            }
        }
        None
    }

    /// Where the whitespace before an item starts; line breaks only count where no line comment needs them.
    fn space_before(&self, index: usize, line_breaks: bool) -> usize {
        let before: Vec<Piece> = pieces(self.text, self.before(index)).collect();
        let other = before.iter().rposition(|piece| !piece.is_space());
        let from = other.map_or(0, |other| other + 1);
        let needs_break = other.is_some_and(|other| before[other].kind == Kind::LineComment);
        let space = &before[from..];
        let start = self.items[index].start;
        if line_breaks && !needs_break {
            space.first().map_or(start, |piece| piece.range.start)
        } else {
            space
                .last()
                .filter(|piece| piece.kind == Kind::Blank)
                .map_or(start, |piece| piece.range.start)
        }
    }
}
