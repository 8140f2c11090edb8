//! nextest's JUnit report: which run it tells of, which tests ran, failed, or needed a retry.

/// The id of the run, as nextest prints it too.
pub fn run_id(report: &str) -> Option<String> {
    let tag = report
        .split('<')
        .find(|tag| tag.starts_with("testsuites"))?;
    attribute(tag.split('>').next()?, "uuid")
}

/// The tests that ran, as `binary test`.
pub fn tests(report: &str) -> Vec<String> {
    cases(report, |_| true)
}

/// The tests that failed, retries included.
pub fn failed(report: &str) -> Vec<String> {
    cases(report, |inside| {
        inside.iter().any(|tag| matches!(*tag, "failure" | "error"))
    })
}

/// The tests that failed and then passed, as `binary test`, in the order of the report.
pub fn flaky(report: &str) -> Vec<String> {
    cases(report, |inside| {
        inside
            .iter()
            .any(|tag| matches!(*tag, "flakyFailure" | "flakyError"))
    })
}

/// The test cases that have such tags inside, as `binary test`.
///
/// A scan, no XML parser: what is text in the report is escaped, so `<` opens a tag wherever it stands.
fn cases(report: &str, wanted: impl Fn(&[&str]) -> bool) -> Vec<String> {
    let mut cases: Vec<(String, Vec<&str>)> = Vec::new();
    let mut is_open = false;
    for tag in report.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let (name, attributes) = tag
            .split_once(|c: char| c.is_ascii_whitespace())
            .unwrap_or((tag, ""));
        match name.trim_end_matches('/') {
            "testcase" => {
                let of = |name| attribute(attributes, name).unwrap_or_default();
                cases.push((format!("{} {}", of("classname"), of("name")), Vec::new()));
                is_open = !tag.ends_with('/');
            }
            "/testcase" => is_open = false,
            name => {
                if let Some((_, inside)) = cases.last_mut().filter(|_| is_open) {
                    inside.push(name);
                }
            }
        }
    }
    cases.retain(|(_, inside)| wanted(inside));
    cases.into_iter().map(|(test, _)| test).collect()
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
        assert_eq!(run_id(REPORT).as_deref(), Some("770c3bfb"));
        assert_eq!(tests(REPORT).len(), 3);
        assert_eq!(failed(REPORT), ["w::cli tests::red"]);
        assert_eq!(flaky(""), [""; 0]);
        assert_eq!(flaky("<flakyFailure/>"), [""; 0]);
    }
}
