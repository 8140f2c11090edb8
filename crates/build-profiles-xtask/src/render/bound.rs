//! Where the time of one build went, and what could be saved of it at most.

mod json;
#[cfg(feature = "markdown")]
mod markdown;

use build_profiles::diagnostic::counted;
use build_profiles::measure::bound::{Bound, Figures, Share, TOLERANCE, UpperBounds};
use build_profiles::measure::replay::Step;
use build_profiles::measure::timings::Timings;
use camino::Utf8Path;

use super::{advice, data};
use crate::cli::{CommonArgs, Format};
use crate::run::Toolchain;

/// What a run of `measure --upper-bound` came to.
pub(crate) struct Bounded<'a> {
    /// The workspace root.
    pub(crate) workspace: &'a Utf8Path,
    /// The build, to repeat it.
    pub(crate) command: &'a str,
    /// The profile it was built with.
    pub(crate) profile: &'a str,
    /// The toolchain that built.
    pub(crate) toolchain: &'a Toolchain,
    /// The units.
    pub(crate) timings: &'a Timings,
    /// What they come to.
    pub(crate) bounds: &'a UpperBounds,
    /// What has to be known of this run.
    pub(crate) notes: &'a [String],
}

impl Bounded<'_> {
    /// `app: cargo build --workspace, from nothing: 25.7 s on 2 cores`.
    fn headline(&self) -> String {
        let name = self.workspace.file_name().unwrap_or("workspace");
        let cores = counted(self.bounds.cores, "core");
        format!("{name}, from nothing: {:.1} s on {cores}", self.bounds.wall)
    }

    /// What the units took together.
    fn work(&self) -> String {
        let bounds = self.bounds;
        format!(
            "{} took {:.1} s together, {:.1} at once; the critical path, which no number of cores shortens, takes {:.1} s",
            counted(self.timings.units.len(), "unit"),
            bounds.work,
            bounds.parallelism,
            bounds.critical_path.seconds
        )
    }

    /// The critical path: seconds, and the unit. Short ones in a row are counted.
    fn critical_path(&self) -> Vec<(f64, String)> {
        const SHORT: f64 = 0.02;
        let path = &self.bounds.critical_path;
        let is_short = |step: &Step| step.seconds < SHORT * path.seconds;
        let runs = path
            .steps
            .chunk_by(|one, next| is_short(one) && is_short(next));
        let row = |run: &[Step]| match run {
            [step] => {
                let part = match step.metadata {
                    true => ", up to its metadata",
                    false => "",
                };
                (step.seconds, format!("{}{part}", self.unit(step.unit)))
            }
            run => {
                let seconds = run.iter().map(|step| step.seconds).sum();
                (
                    seconds,
                    format!("{} that are short", counted(run.len(), "unit")),
                )
            }
        };
        runs.map(row).collect()
    }

    fn slowest(&self) -> Vec<(f64, String)> {
        let row = |place: &usize| (self.timings.units[*place].duration, self.unit(*place));
        self.bounds.slowest.iter().map(row).collect()
    }

    fn unit(&self, place: usize) -> String {
        self.timings.units[place].to_string()
    }

    /// The linker's share.
    fn links(&self) -> String {
        match &self.bounds.links {
            Ok(links) => {
                let share = match self.bounds.work > 0.0 {
                    true => links.seconds * 100.0 / self.bounds.work,
                    false => 0.0,
                };
                let count = counted(links.count, "link");
                format!(
                    "{count}, {:.1} s: {share:.0} % of what all units took",
                    links.seconds
                )
            }
            Err(why) => format!("not known: {why}"),
        }
    }

    /// What limits these figures.
    fn limits(&self) -> Vec<String> {
        let replay = &self.bounds.replay;
        let off = replay.off * 100.0;
        let mut limits = vec![format!(
            "bounds are no forecasts: nothing of this was tried, and what is saved is less. One build, n = 1; `{}` compares builds",
            advice("cargo xtask measure")
        )];
        limits.push(
            "no compiler cache took part: `RUSTC_WRAPPER` was empty, whatever the config names"
                .to_owned(),
        );
        limits.push(match replay.scaled {
            true => format!(
                "gone through on paper, the unchanged build takes {:.1} s of {:.1} s: off by {off:.1} %, and all figures are scaled by that",
                replay.seconds, replay.real
            ),
            false => format!(
                "gone through on paper, the unchanged build takes {:.1} s of {:.1} s: off by {off:.0} %, more than {:.0} %, so no figure is scaled, and none is worth much",
                replay.seconds,
                replay.real,
                TOLERANCE * 100.0
            ),
        });
        limits.push(
            "a unit's seconds are those it took beside the others, and beside whatever else ran on this machine: alone it would be faster"
                .to_owned(),
        );
        if let Some(cpu) = self.bounds.cpu.filter(|_| self.bounds.is_starved()) {
            limits.push(format!(
                "the units took {:.1} s together, and had a processor for {cpu:.1} s of it: something else kept this machine busy, or its disk is slow; on a quiet machine the seconds are fewer",
                self.bounds.work
            ));
        }
        limits.extend(self.notes.iter().cloned());
        limits
    }
}

/// `libraries, third-party: 52`.
fn share(share: &Share) -> String {
    let origin = match share.third_party {
        Some(true) => ", third-party",
        Some(false) => ", local",
        None => "",
    };
    format!("{}{origin}: {}", share.class.plural(), share.units)
}

/// `3.5 s are left, 0.22 of the build`; or why nothing is known.
fn left(bound: &Bound) -> String {
    match &bound.figures {
        Ok(figures) => {
            let loose = match bound.loose && figures.saved > 0.0 {
                true => "; far less is saved than that",
                false => "",
            };
            format!(
                "{:.1} s are left, {:.2} of the build{loose}",
                figures.left, figures.ratio
            )
        }
        Err(why) => format!("not known: {why}"),
    }
}

/// `12.3 s`, or that it is not known.
fn seconds(bound: &Bound, wanted: fn(&Figures) -> f64) -> String {
    match &bound.figures {
        Ok(figures) => format!("{:.1} s", wanted(figures)),
        Err(_) => "?".to_owned(),
    }
}

/// Says it in the format that was asked for.
pub(crate) fn bounded(args: &CommonArgs, bounded: &Bounded<'_>) {
    match args.format {
        Format::Json => data(&(json::report(bounded) + "\n")),
        #[cfg(feature = "markdown")]
        Format::Markdown => data(&markdown::report(bounded)),
        _ => data(&human(bounded)),
    }
}

fn human(bounded: &Bounded<'_>) -> String {
    let bounds = bounded.bounds;
    let rows = |title: &str, rows: Vec<(f64, String)>| {
        let rows = rows.into_iter();
        let rows = rows.map(|(seconds, what)| format!("  {seconds:>7.1} s  {what}\n"));
        format!("\n{title}\n{}", rows.collect::<String>())
    };
    let mut text = format!("{}\n{}\n", bounded.headline(), bounded.work());
    text += &rows("critical path", bounded.critical_path());
    text += &rows("slowest units", bounded.slowest());
    let shares = bounds.shares.iter().map(|one| {
        let never = one.class.never().map(|why| format!(" ({why})"));
        (one.seconds, share(one) + &never.unwrap_or_default())
    });
    text += &rows("for a compiler cache", shares.collect());
    text += &format!("\nlinking\n  {}\n", bounded.links());
    text += &format!("\nsaved at most, of {:.1} s\n", bounds.wall);
    for bound in &bounds.bounds {
        text += &one(bound);
    }
    text.push('\n');
    for limit in bounded.limits() {
        text += &format!("note: {limit}\n");
    }
    text
}

fn one(bound: &Bound) -> String {
    let saved = seconds(bound, |figures| figures.saved);
    let mut text = format!(
        "  {saved:>9}  {}: {}\n             if {}\n",
        bound.what.name(),
        left(bound),
        bound.rests_on
    );
    let replayed = seconds(bound, |figures| figures.replayed);
    if replayed != saved {
        text += &format!("             {replayed} if the units start in the same order\n");
    }
    text
}
