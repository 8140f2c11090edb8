//! What nextest's keys are made of: durations, releases, and values that have a short form and a table.

use std::time::Duration;

use super::meaning::takes;
use super::{Home, Key, Kind, Reach, key};
use crate::value::Value;

/// A value with a short form and a table that says more.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// What the short form takes.
    pub short: Kind,
    /// The members of the table, in the order in which they are written.
    pub members: &'static [Member],
}

/// A member of a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// As nextest spells it.
    pub name: &'static str,
    /// The values it takes.
    pub kind: Kind,
    /// Whether the table is nothing without it.
    pub required: bool,
    /// The first nextest that knows it: (9, 115) for 0.9.115.
    pub since: Option<(u64, u64)>,
    /// What it is: a clause.
    pub meaning: &'static str,
}

const DURATION: Kind = Kind::Duration;
const RETRY_COUNT: Kind = Kind::Int(0, u32::MAX as i64);

const fn member(name: &'static str, kind: Kind, required: bool, meaning: &'static str) -> Member {
    Member {
        name,
        kind,
        required,
        since: None,
        meaning,
    }
}

const fn newer(member: Member, patch: u64) -> Member {
    Member {
        since: Some((9, patch)),
        ..member
    }
}

/// `nextest-version`.
pub(super) static VERSION: Form = Form {
    short: Kind::Release,
    members: &[
        member(
            "required",
            Kind::Release,
            true,
            "below it nextest refuses to run",
        ),
        member(
            "recommended",
            Kind::Release,
            false,
            "below it nextest warns",
        ),
    ],
};

/// `retries`.
pub(super) static RETRIES: Form = Form {
    short: RETRY_COUNT,
    members: &[
        member(
            "backoff",
            Kind::Word(&["fixed", "exponential"]),
            true,
            "whether each wait is longer than the last",
        ),
        member(
            "count",
            RETRY_COUNT,
            true,
            "how often a test is tried again",
        ),
        member(
            "delay",
            DURATION,
            false,
            "how long nextest waits before; `exponential` needs it",
        ),
        member(
            "max-delay",
            DURATION,
            false,
            "the longest wait, for `exponential` alone",
        ),
        member(
            "jitter",
            Kind::Bool,
            false,
            "whether the wait varies at random; needs a `delay`",
        ),
    ],
};

/// `slow-timeout`.
pub(super) static SLOW_TIMEOUT: Form = Form {
    short: DURATION,
    members: &[
        member("period", DURATION, true, "after it a test is called slow"),
        member(
            "terminate-after",
            Kind::Int(1, u32::MAX as i64),
            false,
            "after so many periods it is ended",
        ),
        member(
            "grace-period",
            DURATION,
            false,
            "how long it has to end by itself",
        ),
        newer(
            member(
                "on-timeout",
                Kind::Word(&["fail", "pass"]),
                false,
                "what a test that was ended counts as",
            ),
            115,
        ),
    ],
};

/// `leak-timeout`.
pub(super) static LEAK_TIMEOUT: Form = Form {
    short: DURATION,
    members: &[
        member(
            "period",
            DURATION,
            true,
            "how long the output may stay open after the test",
        ),
        newer(
            member(
                "result",
                Kind::Word(&["pass", "fail"]),
                false,
                "what a leaky test counts as",
            ),
            95,
        ),
    ],
};

/// `fail-fast`.
pub(super) static FAIL_FAST: Form = Form {
    short: Kind::Bool,
    members: &[
        newer(
            member(
                "max-fail",
                Kind::Count {
                    negative: false,
                    words: &["all"],
                },
                true,
                "how many tests may fail before the run ends",
            ),
            89,
        ),
        newer(
            member(
                "terminate",
                Kind::Word(&["wait", "immediate"]),
                false,
                "what becomes of the tests that run then",
            ),
            111,
        ),
    ],
};

/// A row of the key table.
pub(super) const fn row(
    home: Home,
    name: &'static str,
    kind: Kind,
    since: Option<u64>,
    texts: [&'static str; 4],
    source: &'static str,
) -> Key {
    let [meaning, default, trade, claim] = texts;
    Key {
        name,
        home,
        kind,
        overridable: false,
        since: match since {
            Some(patch) => Some((9, patch)),
            None => None,
        },
        unstable: None,
        reach: Reach::Portable,
        meaning,
        default,
        trade,
        claim,
        source,
    }
}

/// The row of a key of `.config/nextest.toml`, by its path there.
pub fn key_at(path: &[&str]) -> Option<&'static Key> {
    match path {
        ["profile", _, "junit", name] => key(Home::NextestJunit, name),
        ["profile", _, name] => key(Home::NextestProfile, name),
        [name] => key(Home::Nextest, name),
        _ => None,
    }
}

impl Member {
    /// Whether two values mean the same.
    pub fn same(&self, one: &Value, other: &Value) -> bool {
        canonical(&self.kind, one) == canonical(&self.kind, other)
    }
}

impl Form {
    /// The member of this name.
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// Whether the table has these members.
    pub(super) fn takes(&self, members: &[(String, Value)]) -> bool {
        let is_there = |wanted: &Member| members.iter().any(|(name, _)| name == wanted.name);
        self.members
            .iter()
            .all(|member| !member.required || is_there(member))
            && members.iter().all(|(name, value)| {
                self.member(name)
                    .is_some_and(|member| takes(&member.kind, value))
            })
    }

    /// The table that a short form stands for; a table is what it is.
    pub fn spelled_out(&self, value: &Value) -> Vec<(String, Value)> {
        let first = self.members.first().map_or("", |member| member.name);
        let table: Vec<(&str, Value)> = match value {
            Value::Table(members) => return members.clone(),
            Value::Bool(true) => vec![(first, 1.into())],
            Value::Bool(false) => vec![(first, "all".into())],
            Value::Int(_) => vec![(first, "fixed".into()), ("count", value.clone())],
            Value::Str(_) | Value::Array(_) => vec![(first, value.clone())],
        };
        table
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// The table that means the same, in one spelling: sorted, without what holds by default.
    pub(super) fn canonical(&self, value: &Value) -> Value {
        let mut members: Vec<(String, Value)> = self
            .spelled_out(value)
            .into_iter()
            .map(|(name, value)| match self.member(&name) {
                Some(member) => (name, canonical(&member.kind, &value)),
                None => (name, value),
            })
            .collect();
        let all = members.contains(&("max-fail".to_owned(), "all".into()));
        members.retain(|(name, value)| !(is_default(name, value) || all && name == "terminate"));
        members.sort();
        Value::Table(members)
    }
}

/// What nextest takes where the member is not there.
fn is_default(name: &str, value: &Value) -> bool {
    let default: Value = match name {
        "on-timeout" => "fail".into(),
        "result" => "pass".into(),
        "terminate" => "wait".into(),
        "jitter" => false.into(),
        "grace-period" => canonical(&Kind::Duration, &"10s".into()),
        "delay" => canonical(&Kind::Duration, &"0s".into()),
        _ => return false,
    };
    *value == default
}

/// The same meaning in one spelling.
pub(super) fn canonical(kind: &Kind, value: &Value) -> Value {
    match (kind, value) {
        (Kind::Form(form), value) => form.canonical(value),
        (Kind::Duration, Value::Str(text)) => match duration(text) {
            Some(duration) => format!("{}ns", duration.as_nanos()).as_str().into(),
            None => value.clone(),
        },
        (Kind::Release, Value::Str(text)) => match release(text) {
            Some(release) => release.to_string().as_str().into(),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

/// A release of nextest: two or three numbers.
pub fn release(text: &str) -> Option<semver::Version> {
    let version = match text.split('.').count() {
        2 => semver::Version::parse(&format!("{text}.0")).ok(),
        _ => semver::Version::parse(text).ok(),
    }?;
    (version.pre.is_empty() && version.build.is_empty()).then_some(version)
}

/// A duration as the crate `humantime` reads it, which nextest asks: numbers with units, one after the other.
pub fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanos: u128 = 0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, after) = rest.split_at(number);
        let after = after.trim_start();
        let end = after
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        nanos = nanos.checked_add(times(digits, unit(word)?)?)?;
        rest = after.trim_start();
    }
    let seconds = u64::try_from(nanos / 1_000_000_000).ok()?;
    let rest = u32::try_from(nanos % 1_000_000_000).ok()?;
    Some(Duration::new(seconds, rest))
}

/// `1.5` of a unit, in nanoseconds.
fn times(digits: &str, unit: u128) -> Option<u128> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let part = fraction.parse::<u64>().ok()?;
    let scale = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    u128::from(whole.parse::<u64>().ok()?)
        .checked_mul(unit)?
        .checked_add(u128::from(part).checked_mul(unit)? / scale)
}

/// Nanoseconds of a unit.
fn unit(word: &str) -> Option<u128> {
    const SECOND: u128 = 1_000_000_000;
    Some(match word {
        "nanos" | "nsec" | "ns" => 1,
        "usec" | "us" | "µs" => 1_000,
        "millis" | "msec" | "ms" => 1_000_000,
        "seconds" | "second" | "secs" | "sec" | "s" => SECOND,
        "minutes" | "minute" | "min" | "mins" | "m" => 60 * SECOND,
        "hours" | "hour" | "hrs" | "hr" | "h" => 3_600 * SECOND,
        "days" | "day" | "d" => 86_400 * SECOND,
        "weeks" | "week" | "wk" | "wks" | "w" => 604_800 * SECOND,
        "months" | "month" | "M" => 2_630_016 * SECOND,
        "years" | "year" | "yr" | "yrs" | "y" => 31_557_600 * SECOND,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(path: &[&str], one: &str, other: &str) -> bool {
        let value = |text: &str| {
            let document: toml_edit::DocumentMut = format!("x = {text}").parse().expect("TOML");
            read(document["x"].as_value().expect("a value"))
        };
        key_at(path)
            .expect("in the table")
            .same(&value(one), &value(other))
    }

    fn read(value: &toml_edit::Value) -> Value {
        match value {
            toml_edit::Value::InlineTable(table) => Value::Table(
                table
                    .iter()
                    .map(|(name, value)| (name.to_owned(), read(value)))
                    .collect(),
            ),
            value => Value::from_toml(value).expect("a value of ours"),
        }
    }

    #[test]
    fn durations_are_what_humantime_reads() {
        let seconds = |text: &str| duration(text).map(|duration| duration.as_secs_f64());
        assert_eq!(seconds("60s"), Some(60.0));
        assert_eq!(seconds("1m 30s"), Some(90.0));
        assert_eq!(seconds("1m30s"), Some(90.0));
        assert_eq!(seconds("2 hr"), Some(7200.0));
        assert_eq!(seconds("1.5s"), Some(1.5));
        assert_eq!(seconds("200ms"), Some(0.2));
        assert_eq!(seconds("0"), Some(0.0));
        for wrong in [
            "",
            "60",
            "60S",
            "s",
            "1s2",
            "-1s",
            "1.2.3s",
            "99999999999999999999s",
        ] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_short_form_is_the_table_it_stands_for() {
        let profile = |name| ["profile", "ci", name];
        assert!(same(
            &profile("slow-timeout"),
            "'90s'",
            "{ period = '1m 30s', grace-period = '10s' }"
        ));
        assert!(same(
            &profile("slow-timeout"),
            "'90s'",
            "{ on-timeout = 'fail', period = '90s' }"
        ));
        assert!(!same(
            &profile("slow-timeout"),
            "'90s'",
            "{ period = '90s', terminate-after = 2 }"
        ));
        assert!(same(
            &profile("leak-timeout"),
            "'1s'",
            "{ period = '1000ms', result = 'pass' }"
        ));
        assert!(same(
            &profile("retries"),
            "3",
            "{ backoff = 'fixed', count = 3, delay = '0s' }"
        ));
        assert!(!same(
            &profile("retries"),
            "3",
            "{ backoff = 'fixed', count = 3, delay = '1s' }"
        ));
        assert!(same(
            &profile("fail-fast"),
            "true",
            "{ max-fail = 1, terminate = 'wait' }"
        ));
        assert!(same(
            &profile("fail-fast"),
            "false",
            "{ max-fail = 'all', terminate = 'immediate' }"
        ));
        assert!(!same(
            &profile("fail-fast"),
            "true",
            "{ max-fail = 1, terminate = 'immediate' }"
        ));
        assert!(same(
            &["nextest-version"],
            "'0.9.131'",
            "{ required = '0.9.131' }"
        ));
        assert!(same(&profile("global-timeout"), "'1h'", "'60m'"));
        assert!(!same(&profile("test-threads"), "1", "2"));
    }

    #[test]
    fn releases_have_two_or_three_numbers() {
        for right in ["0.9", "0.9.131", "1.0.0"] {
            assert!(release(right).is_some(), "{right}");
        }
        for wrong in ["", "0", "0.9.x", "0.9.131-rc.1", "0.9.1+a", ">=0.9.1"] {
            assert!(release(wrong).is_none(), "{wrong}");
        }
    }
}
