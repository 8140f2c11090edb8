//! The door `write`, on a real file system: what it refuses, what it keeps, and that nothing breaks it halfway.
//!
//! Kills need the feature `failpoints`. What a machine cannot do is a printed skip, and a failure where
//! `BUILD_PROFILES_REQUIRE_TOOLS` is set.

#![expect(clippy::print_stderr, reason = "a skipped test and a child say why")]

#[cfg(unix)]
mod full;
mod house;
#[cfg(feature = "failpoints")]
mod kill;
#[cfg(unix)]
mod links;
mod refuse;
mod trial;
mod turns;

/// Not a test of its own: the process that the others start, to be killed or to wait. See [`house::House::child`].
#[test]
fn child() {
    house::be_child();
}
