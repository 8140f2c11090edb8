//! The day and the hour.

use std::time::SystemTime;

/// Today in UTC, `2026-11-22`, for what holds only until a day.
pub(crate) fn today() -> String {
    now().chars().take_while(|c| *c != 'T').collect()
}

/// Now in UTC, `2026-11-22T06:00:00Z`.
pub(crate) fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_ten_characters() {
        let (today, now) = (today(), now());
        assert_eq!(today.len(), "2026-11-22".len());
        assert!(now.starts_with("20") && now.ends_with('Z'), "{now}");
    }
}
