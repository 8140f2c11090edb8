//! nextest's JUnit report: which tests needed a retry.

/// The tests that failed and then passed, as `binary test`, in the order of the report.
///
/// A scan, no XML parser: what is text in the report is escaped, so `<` opens a tag wherever it stands.
pub fn flaky(report: &str) -> Vec<String> {
    let mut flaky: Vec<String> = Vec::new();
    let mut test: Option<String> = None;
    for tag in report.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let (name, attributes) = tag
            .split_once(|c: char| c.is_ascii_whitespace())
            .unwrap_or((tag, ""));
        match name.trim_end_matches('/') {
            "testcase" => {
                let of = |name| attribute(attributes, name).unwrap_or_default();
                test = Some(format!("{} {}", of("classname"), of("name")));
            }
            "/testcase" => test = None,
            "flakyFailure" | "flakyError" => flaky.extend(test.take()),
            _ => {}
        }
    }
    flaky
}

/// The value of an attribute, unescaped.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let (_, rest) = attributes
        .match_indices(name)
        .map(|(at, _)| (&attributes[..at], &attributes[at + name.len()..]))
        .find(|(before, rest)| {
            rest.starts_with("=\"") && !before.ends_with(|c: char| !c.is_ascii_whitespace())
        })?;
    let value = rest[2..].split('"').next()?;
    Some(
        value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As nextest 0.9.143 writes it, shortened.
    const REPORT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="3" skipped="0" failures="1" errors="0" uuid="770c3bfb" time="0.115">
    <testsuite name="w::cli" tests="3" skipped="0" errors="0" failures="1">
        <testcase name="tests::a" classname="w::cli" time="0.007"/>
        <testcase name="tests::flaky&lt;u8&gt;" classname="w::cli" time="0.007">
            <flakyFailure time="0.105" message="at &apos;&lt;testcase&apos;" type="exit code 101">text
                <system-err>
</system-err>
            </flakyFailure>
            <flakyFailure time="0.105" type="exit code 101">again</flakyFailure>
        </testcase>
        <testcase name="tests::red" classname="w::cli" time="0.007">
            <failure message="no &lt;flakyFailure&gt;" type="exit code 101"/>
            <rerunFailure type="exit code 101"/>
        </testcase>
    </testsuite>
</testsuites>
"#;

    #[test]
    fn a_test_that_passed_on_a_retry_is_named_once() {
        assert_eq!(flaky(REPORT), ["w::cli tests::flaky<u8>"]);
        assert_eq!(flaky(""), [""; 0]);
        assert_eq!(flaky("<flakyFailure/>"), [""; 0]);
    }
}
