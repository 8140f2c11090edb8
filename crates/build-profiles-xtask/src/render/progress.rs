//! What a long run is doing: a line that moves on a terminal, plain lines elsewhere.

use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::CommonArgs;

/// The steps of a run.
pub(crate) struct Progress {
    quiet: bool,
    bar: Option<ProgressBar>,
    step: RefCell<Option<(String, Instant)>>,
}

impl Progress {
    /// On stderr, for a person or a log.
    pub(crate) fn new(args: &CommonArgs) -> Self {
        let bar = (!args.quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self {
            quiet: args.quiet,
            bar,
            step: RefCell::new(None),
        }
    }

    /// Says nothing.
    pub(crate) fn silent() -> Self {
        Self {
            quiet: true,
            bar: None,
            step: RefCell::new(None),
        }
    }

    /// The next step: what it does, and how long that takes.
    pub(crate) fn step(&self, name: &str, what: &str) {
        self.finish_step();
        *self.step.borrow_mut() = Some((name.to_owned(), Instant::now()));
        let text = format!("{name}: {what}");
        match &self.bar {
            Some(bar) => {
                bar.reset_elapsed();
                bar.set_message(text);
            }
            None if !self.quiet => eprintln!("{text}"),
            None => {}
        }
    }

    /// Says something else, without the line in its way.
    pub(crate) fn aside(&self, say: impl FnOnce()) {
        self.finish_step();
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// Says on a terminal what a step took; a log has its own clock.
    fn finish_step(&self) {
        if let (Some(bar), Some((name, start))) = (&self.bar, self.step.borrow_mut().take()) {
            bar.println(format!("  {name}: {:.1} s", start.elapsed().as_secs_f64()));
        }
    }

    /// The last step is done.
    pub(crate) fn done(&self) {
        self.finish_step();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
