//! The page of a measurement, opened in a browser: every figure on it is the one in the JSON, nothing is loaded from
//! elsewhere, and there is a picture of it in the light and in the dark.
#![expect(clippy::print_stdout, reason = "a skip is said")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

/// What is shown: a made-up measurement, and those that the book keeps, one of a single round.
const SHOWN: [&str; 3] = [
    "measure/shown_again/in/measurements.json",
    "../docs/founding/measurements.json",
    "../docs/founding/large/measurements.json",
];

#[test]
fn every_figure_is_that_of_the_file() {
    let Some(browser) = browser() else { return };
    for shown in SHOWN {
        let sandbox = tempfile::tempdir().expect("a temporary folder can be made");
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../tests")
            .join(shown);
        let report = sandbox.path().join("report");
        let ran = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["measure", "--quiet", "--from"])
            .arg(&from)
            .arg("--report")
            .arg(&report)
            .output()
            .expect("the tool runs");
        // What it says of the measurement is not this test's business.
        assert_ne!(
            ran.status.code(),
            Some(2),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        let page = report.join("index.html");
        let json = fs::read_to_string(report.join("measurements.json")).expect("it was written");
        let json: Json = serde_json::from_str(&json).expect("it is JSON");
        let dom = browser.dom(&page);
        let figures = figures(&dom);
        assert!(figures.len() > 30, "{} figures in {shown}", figures.len());
        let has_interval = figures.iter().any(|(place, ..)| place.ends_with(".low"));
        let is_once = json["ladders"][0]["rounds"] == 1;
        assert_ne!(has_interval, is_once, "one round of {shown} has none");
        let has_noise = dom.contains("nothing can be told from noise here");
        assert_ne!(has_noise, is_once, "one pair of {shown} tells none");
        for (place, value, text) in &figures {
            let kept =
                kept(&json, place).unwrap_or_else(|| panic!("{place} is nowhere in {shown}"));
            assert_eq!(value, &kept, "{place}");
            assert!(is_rounded(text, kept), "{place}: `{text}` for {kept}");
        }
        for elsewhere in [
            "<script", "<link", "src=", "http:", "https:", "@import", "url(",
        ] {
            assert!(
                !dom.contains(elsewhere),
                "`{elsewhere}` on the page of {shown}"
            );
        }
        let light = browser.picture(&page, sandbox.path(), "1");
        let dark = browser.picture(&page, sandbox.path(), "0");
        assert_ne!(light, dark, "the dark one is another");
        assert!(light.len() > 20_000, "something is on it");
    }
}

/// Place, exact value and text of each figure.
fn figures(dom: &str) -> Vec<(String, f64, String)> {
    let mut figures = Vec::new();
    for piece in dom.split("data-figure=\"").skip(1) {
        let (place, rest) = piece.split_once('"').expect("an attribute ends");
        let (_, rest) = rest
            .split_once("data-value=\"")
            .expect("each has its value");
        let (value, rest) = rest.split_once('"').expect("an attribute ends");
        let (_, rest) = rest.split_once('>').expect("a tag ends");
        let (text, _) = rest.split_once('<').expect("an element ends");
        let value = value.parse().expect("a number");
        figures.push((
            place.replace("&amp;", "&"),
            value,
            text.replace("&lt;", "<"),
        ));
    }
    figures
}

/// What the file has at a place: `0.clean.+cache.wall`.
fn kept(json: &Json, place: &str) -> Option<f64> {
    let (ladder, rest) = place.split_once('.')?;
    let ladder: usize = ladder.parse().ok()?;
    if let Some(what) = rest.strip_prefix("time.") {
        let bounds = &json["ladders"][ladder]["time"]["bounds"];
        return match what {
            "critical_path" => bounds["critical_path"]["seconds"].as_f64(),
            what => bounds[what].as_f64(),
        };
    }
    let (rest, what) = rest.rsplit_once('.')?;
    let scenarios = json["analysis"][ladder]["scenarios"].as_array()?;
    // A step's own name may have dots.
    let weighed = scenarios.iter().find(|weighed| {
        let name = weighed["scenario"].as_str().unwrap_or_default();
        rest.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    })?;
    let variant = &rest[weighed["scenario"].as_str()?.len() + 1..];
    let of = |list: &str, key: &str, name: &str| {
        let mut entries = weighed[list].as_array()?.iter();
        entries.find(|entry| entry[key] == name).cloned()
    };
    let step = of("steps", "to", variant);
    let estimate = match (&step, variant.strip_prefix('-')) {
        (Some(step), _) => step["estimate"].clone(),
        (None, Some(layer)) => {
            of("without", "layer", layer).map_or(Json::Null, |one| one["estimate"].clone())
        }
        (None, None) => weighed["control"]["estimate"].clone(),
    };
    match what {
        "ratio" | "low" | "high" => estimate[what].as_f64(),
        "p_holm" => step?["p_holm"].as_f64(),
        what => of("variants", "variant", variant)?[what].as_f64(),
    }
}

/// Whether a text is a number rounded, with its unit.
fn is_rounded(text: &str, value: f64) -> bool {
    if let Some(limit) = text.strip_prefix("< ") {
        return limit.parse::<f64>().is_ok_and(|limit| value < limit);
    }
    let (number, unit) = text.split_once([' ', '\u{a0}']).unwrap_or((text, ""));
    let Ok(shown) = number.parse::<f64>() else {
        return false;
    };
    let scale = match unit {
        "" => 1.0,
        "B" => 1.0,
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "%" => 0.01,
        _ => return false,
    };
    let digits = number.split_once('.').map_or(0, |(_, digits)| digits.len());
    let half = 0.5 * 10f64.powi(-i32::try_from(digits).unwrap_or(0));
    // A share that is not all is not shown as if it were.
    let tolerance = if unit == "%" { 0.1 } else { half };
    (value / scale - shown).abs() <= tolerance * 1.0001
}

#[test]
fn a_wrong_figure_would_be_seen() {
    assert!(is_rounded("45.8", 45.76) && !is_rounded("45.8", 45.7));
    assert!(is_rounded("1.2 GB", 1_200_000_000.0) && !is_rounded("1.2 GB", 1_300_000_000.0));
    assert!(is_rounded("99.8 %", 0.998) && !is_rounded("99 %", 0.95));
    assert!(is_rounded("< 0.001", 0.0004) && !is_rounded("many", 1.0));
}

struct Browser(PathBuf);

impl Browser {
    fn command(&self, page: &Path) -> (Command, tempfile::TempDir) {
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let mut command = Command::new(&self.0);
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1100,1600",
        ]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command.arg(format!("file://{}", page.display()));
        (command, profile)
    }

    fn dom(&self, page: &Path) -> String {
        let (mut command, _profile) = self.command(page);
        let output = command
            .arg("--dump-dom")
            .output()
            .expect("the browser starts");
        String::from_utf8(output.stdout).expect("a page is UTF-8")
    }

    /// A picture of the page, with the dark scheme (0) or the light one (1).
    fn picture(&self, page: &Path, folder: &Path, scheme: &str) -> Vec<u8> {
        let (mut command, _profile) = self.command(page);
        let file = folder.join(format!("{scheme}.png"));
        let output = command
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .arg(format!("--screenshot={}", file.display()))
            .output();
        assert!(output.expect("the browser starts").status.success());
        fs::read(file).expect("it took a picture")
    }
}

fn browser() -> Option<Browser> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("BUILD_PROFILES_REQUIRE_TOOLS").is_none(),
            "chromium is required and not on PATH"
        );
        println!("skipped: chromium is not on PATH");
    }
    found.map(Browser)
}
