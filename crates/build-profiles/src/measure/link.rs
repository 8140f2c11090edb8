//! How long each link takes: a script in the linker's place that calls it, and what it writes down.

use serde::{Deserialize, Serialize};

use crate::machine::sh_quoted;

/// One link.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Seconds by the clock.
    pub seconds: f64,
    /// The file that it made.
    pub output: String,
}

/// A script that calls `linker` as it was called itself, and adds a line to `log`: when it began, when it ended, and the
/// output. It needs a `date` that knows parts of a second, as GNU's does.
pub fn script(linker: &str, log: &str) -> String {
    // A command line that is too long for the system stands in a file: `@file`, one word a line.
    format!(
        "#!/bin/sh\n\
         begin=$(date +%s.%N)\n\
         {linker} \"$@\"\n\
         code=$?\n\
         end=$(date +%s.%N)\n\
         before=; output=\n\
         for word; do\n    \
             case $before in -o) output=$word ;; esac\n    \
             case $word in @*) output=$(sed -n '/^-o$/{{n;p;q;}}' \"${{word#@}}\") ;; esac\n    \
             before=$word\n\
         done\n\
         printf '%s %s %s\\n' \"$begin\" \"$end\" \"$output\" >> {log}\n\
         exit $code\n",
        linker = sh_quoted(linker),
        log = sh_quoted(log),
    )
}

/// The links in a log. A line that is none, and one without an output, is none of Cargo's.
pub fn links(log: &str) -> Vec<Link> {
    log.lines()
        .filter_map(|line| {
            let mut words = line.splitn(3, ' ');
            let mut time = || words.next()?.parse::<f64>().ok();
            let (begin, end) = (time()?, time()?);
            let output = words.next().filter(|output| !output.is_empty())?;
            // A clock can be set back.
            Some(Link {
                seconds: (end - begin).max(0.0),
                output: output.to_owned(),
            })
        })
        .filter(|link| link.seconds.is_finite())
        .collect()
}

/// Whether `date +%s.%N` answers with parts of a second here.
pub fn is_a_clock(answer: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = answer.trim().split_once('.');
    parts.is_some_and(|(seconds, parts)| is_number(seconds) && is_number(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_and_what_is_no_link_is_left_out() {
        let log = "10.500000000 12.250000000 /t/debug/deps/app-1f\n\
                   5.0 4.0 /t/a b\n\
                   1.0 2.0 \n\
                   x 2.0 /t/c\n\
                   1.0";
        let link = |seconds, output: &str| Link {
            seconds,
            output: output.to_owned(),
        };
        assert_eq!(
            links(log),
            [link(1.75, "/t/debug/deps/app-1f"), link(0.0, "/t/a b")]
        );
    }

    #[test]
    fn a_date_without_parts_of_a_second_is_no_clock() {
        assert!(is_a_clock("1795412345.123456789\n"));
        assert!(!is_a_clock("1795412345.N\n"));
        assert!(!is_a_clock("1795412345.%N"));
        assert!(!is_a_clock("1795412345"));
    }
}
