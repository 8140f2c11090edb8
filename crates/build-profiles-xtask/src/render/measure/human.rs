//! At a terminal: the figures first, and at the end what to do.

use build_profiles::diagnostic::counted;
use std::fmt::Write as _;

use build_profiles::measure::advice::{Advised, Habits};
use build_profiles::measure::analysis::{Verdict, Weighed};
use build_profiles::measure::compare::Comparison;
use build_profiles::measure::record::{Ladder, Scenario};
use build_profiles::measure::said;

use super::table::{Line, lines};
use super::{Measured, advice, change, colored, data, is_verdict, name, place, remarks, snippet};
use crate::cli::CommonArgs;

pub(super) fn report(args: &CommonArgs, measured: &Measured<'_>) {
    data(&text(
        measured,
        args.quiet,
        colored(args.color, &std::io::stdout()),
    ));
    let color = colored(args.color, &std::io::stderr());
    if let Some(repository) = measured.repository {
        let sources = repository.sources();
        for finding in measured.findings {
            eprintln!("{}\n", snippet::draw(finding, &sources, color));
        }
    }
    if !args.quiet {
        eprintln!("{}", advice(&measured.headline()));
    }
}

pub(super) fn text(measured: &Measured<'_>, quiet: bool, color: bool) -> String {
    let measurements = measured.measurements;
    let mut text = String::new();
    if !quiet {
        let workspace = &measurements.subject.workspace;
        let _ = writeln!(text, "{workspace}: {}", measured.subject());
        let _ = writeln!(text, "{}\n{}", measured.machine(), measured.when());
        for (variable, value) in &measurements.variables {
            let _ = writeln!(text, "note: `{variable}={value}` is in the environment");
        }
    }
    for (ladder, analysis, advised) in measured.ladders() {
        let rounds = counted(ladder.rounds, "round");
        let _ = writeln!(text, "\n{}, {rounds}", name(ladder));
        if !quiet {
            for (scenario, weighed) in ladder.scenarios.iter().zip(&analysis.scenarios) {
                text += &of_scenario(ladder, scenario, weighed, color);
            }
            text += &where_time_goes(ladder);
            for (code, remark) in remarks(ladder, analysis) {
                let _ = writeln!(text, "note[{code}]: {remark}");
            }
            text.push('\n');
        }
        text += &advised_of(ladder, &advised, &measured.habits);
    }
    if let Some(comparison) = measured.comparison {
        text += &compared(comparison);
    }
    text
}

/// A scenario: its table, and what does not fit into one.
fn of_scenario(ladder: &Ladder, scenario: &Scenario, weighed: &Weighed, color: bool) -> String {
    let about = match &scenario.about {
        Some(member) => format!(", after an edit in {member}"),
        None => String::new(),
    };
    let mut text = format!("\n{}: {}{about}\n", scenario.name, scenario.command);
    text += &table(&lines(ladder, weighed), color);
    if let Some(whole) = &weighed.whole {
        let _ = writeln!(text, "  all layers against none: {}", said::estimate(whole));
    }
    let rates = weighed.variants.iter().filter_map(|figures| {
        let rate = said::share(figures.hit_rate?);
        Some(format!("{} {rate}", figures.variant))
    });
    let rates: Vec<String> = rates.collect();
    if !rates.is_empty() {
        let _ = writeln!(text, "  hits of the cache: {}", rates.join(", "));
    }
    text
}

fn table(lines: &[Line], color: bool) -> String {
    if lines.is_empty() {
        return "  no sample that counts\n".to_owned();
    }
    let width = |title: &str, cell: fn(&Line) -> &str| {
        let cells = lines.iter().map(|line| cell(line).chars().count());
        cells.chain([title.len()]).max().unwrap_or(0)
    };
    let [variant, ratio, p] = ["", RATIO, P];
    let widths = [
        width(variant, |line| &line.variant),
        width(SECONDS, |line| &line.seconds),
        width(ratio, |line| &line.ratio),
        width(p, |line| &line.p),
    ];
    let row = |cells: [&str; 5]| {
        let [first, seconds, ratio, p, says] = cells;
        let [a, b, c, d] = widths;
        let row = format!("  {first:a$}  {seconds:>b$}  {ratio:c$}  {p:>d$}  {says}");
        row.trim_end().to_owned() + "\n"
    };
    let mut text = row([variant, SECONDS, ratio, p, ""]);
    for line in lines {
        let says = match (color, line.verdict) {
            (true, Some(Verdict::Faster)) => format!("\x1b[32m{}\x1b[0m", line.says),
            (true, Some(verdict)) if is_verdict(verdict) => {
                format!("\x1b[31m{}\x1b[0m", line.says)
            }
            _ => line.says.clone(),
        };
        text += &row([&line.variant, &line.seconds, &line.ratio, &line.p, &says]);
    }
    text
}

const SECONDS: &str = "seconds";
const RATIO: &str = "against the step before";
const P: &str = "p";

/// What to do with each layer, and when it has paid for itself.
fn advised_of(ladder: &Ladder, advised: &Advised, habits: &Habits) -> String {
    let mut text = String::new();
    for one in &advised.layers {
        let _ = writeln!(text, "{one}");
        let even = one.break_even.iter();
        let paid = even.filter_map(|even| even.sentence(habits));
        for line in one.notes().into_iter().chain(paid) {
            let _ = writeln!(text, "  {line}");
        }
    }
    let whole = advised.whole.iter();
    let whole: Vec<String> = whole.filter_map(|even| even.sentence(habits)).collect();
    if ladder.layers.len() > 1 && !whole.is_empty() {
        let _ = writeln!(text, "all layers together");
        for line in whole {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

/// The limit of the first build, in one line; `--upper-bound` has the rest.
fn where_time_goes(ladder: &Ladder) -> String {
    let Some(time) = &ladder.time else {
        return String::new();
    };
    let bounds = &time.bounds;
    format!(
        "\na build with Cargo's defaults: {} by the clock, {} in all units; {} on any number of cores ({} says more)\n",
        said::time(bounds.wall),
        said::time(bounds.work),
        said::time(bounds.critical_path.seconds),
        advice("cargo xtask measure --upper-bound")
    )
}

fn compared(comparison: &Comparison) -> String {
    let limits = comparison.limits;
    let mut text = format!(
        "\nagainst the earlier measurement (over {} %, {} and twice the noise)\n",
        said::count(limits.percent),
        said::time(limits.seconds)
    );
    for apart in &comparison.apart {
        let _ = writeln!(text, "  can't be told, since this is another: {apart}");
    }
    for row in &comparison.rows {
        let _ = writeln!(text, "  {}: {}", place(row, comparison), change(row));
    }
    for beside in &comparison.beside {
        let _ = writeln!(text, "  differs too: {beside}");
    }
    text
}
