//! Transactions on temporary homes: what is written, what fails, and what others write at the same time.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod faults;
mod files;
mod races;
mod support;
