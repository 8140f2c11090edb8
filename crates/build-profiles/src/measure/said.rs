//! Figures, as a person says them: ratios, times, bytes, days.

use crate::measure::analysis::Estimate;

/// A ratio: `0.44`, and where that would say nothing more or less, `0.044` and `12.3`.
pub fn ratio(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 0.0995 => format!("{ratio:.3}"),
        ratio if ratio < 9.995 => format!("{ratio:.2}"),
        ratio => format!("{ratio:.1}"),
    }
}

/// A ratio with its interval: `0.44 (0.41 to 0.48)`. One round has none: `0.44`.
pub fn estimate(estimate: &Estimate) -> String {
    estimate_as(estimate, ratio)
}

/// The same, where a figure is said in another way.
pub fn estimate_as(estimate: &Estimate, say: impl Fn(f64) -> String) -> String {
    let said = say(estimate.ratio);
    match estimate.has_interval() {
        true => format!("{said} ({} to {})", say(estimate.low), say(estimate.high)),
        false => said,
    }
}

/// A probability: `0.031`.
pub fn probability(p: f64) -> String {
    match p < 0.0005 {
        true => "< 0.001".to_owned(),
        false => format!("{p:.3}"),
    }
}

/// A share: `94.7 %`.
pub fn share(share: f64) -> String {
    let per_cent = share * 100.0;
    // What is not all must not look as if it were, nor what is something like nothing.
    match per_cent {
        0.0 => "0 %".to_owned(),
        100.0 => "100 %".to_owned(),
        // The noise of a machine can be more than all.
        _ if per_cent > 100.0 => format!("{per_cent:.0} %"),
        _ => format!("{:.1} %", per_cent.clamp(0.1, 99.9)),
    }
}

/// Seconds in a table, where all have the same unit: three figures that count.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 9.995 => format!("{seconds:.2}"),
        seconds if seconds < 99.95 => format!("{seconds:.1}"),
        seconds => format!("{seconds:.0}"),
    }
}

/// A time in a sentence: `0.36 s`, `4.2 s`, `52 s`, `2.5 min`, `3 h`.
pub fn time(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 0.995 => format!("{seconds:.2} s"),
        seconds if seconds < 9.95 => format!("{seconds:.1} s"),
        seconds if seconds < 99.5 => format!("{seconds:.0} s"),
        seconds if seconds < 3570.0 => format!("{} min", count(seconds / 60.0)),
        seconds => format!("{} h", count(seconds / 3600.0)),
    }
}

/// How many, where a part of one counts too: `72`, `7.2`.
pub fn count(count: f64) -> String {
    let shown = format!("{count:.1}");
    match shown.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None if count < 100.0 => shown,
        None => format!("{count:.0}"),
    }
}

/// Bytes: `640 bytes`, `12 kB`, `340 MB`, `1.2 GB`.
pub fn bytes(bytes: u64) -> String {
    let bytes = bytes as f64;
    let (size, unit) = match bytes {
        bytes if bytes < 999.5 => return format!("{bytes} bytes"),
        bytes if bytes < 999_500.0 => (bytes / 1e3, "kB"),
        bytes if bytes < 999.5e6 => (bytes / 1e6, "MB"),
        bytes if bytes < 999.95e9 => (bytes / 1e9, "GB"),
        bytes => (bytes / 1e12, "TB"),
    };
    match size < 9.95 {
        true => format!("{size:.1} {unit}"),
        false => format!("{size:.0} {unit}"),
    }
}

/// A stretch of days: `on the first day`, `in 7.2 days`, `in 2.1 years`.
pub fn days(days: f64) -> String {
    match days {
        days if days <= 1.0 => "on the first day".to_owned(),
        days if days < 365.0 => format!("in {} days", count(days)),
        days => format!("in {} years", count(days / 365.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_said_as_a_person_would() {
        let said = [0.0041, 0.0994, 0.0996, 0.444, 1.0, 9.99, 12.34].map(ratio);
        assert_eq!(
            said,
            ["0.004", "0.099", "0.10", "0.44", "1.00", "9.99", "12.3"]
        );
        let said = [0.0, 0.00001, 0.947, 0.99999, 1.0, 1.19].map(share);
        assert_eq!(said, ["0 %", "0.1 %", "94.7 %", "99.9 %", "100 %", "119 %"]);
        let said = [0.36, 4.2, 52.4, 99.4, 100.0, 150.0, 3569.0, 10_800.0].map(time);
        assert_eq!(
            said,
            [
                "0.36 s", "4.2 s", "52 s", "99 s", "1.7 min", "2.5 min", "59.5 min", "3 h"
            ]
        );
        let said = [0.361, 9.996, 43.14, 168.2].map(seconds);
        assert_eq!(said, ["0.36", "10.0", "43.1", "168"]);
        let said = [7.2, 72.0, 123.4].map(count);
        assert_eq!(said, ["7.2", "72", "123"]);
        let said = [640, 12_345, 340_000_000, 1_234_567_890, 45_000_000_000].map(bytes);
        assert_eq!(said, ["640 bytes", "12 kB", "340 MB", "1.2 GB", "45 GB"]);
        let said = [0.3, 7.2, 800.0].map(days);
        assert_eq!(said, ["on the first day", "in 7.2 days", "in 2.2 years"]);
        assert_eq!([0.0001, 0.03125].map(probability), ["< 0.001", "0.031"]);
    }

    #[test]
    fn one_round_has_no_interval() {
        let of = |rounds| {
            estimate(&Estimate {
                rounds,
                ratio: 0.44,
                low: 0.41,
                high: 0.48,
            })
        };
        assert_eq!([of(8), of(1)], ["0.44 (0.41 to 0.48)", "0.44"]);
    }
}
