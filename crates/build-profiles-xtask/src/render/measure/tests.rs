//! Reports of a measurement that is made up: complete, and the same every time.
//!
//! `tests/measure/shown_again/in/measurements.json` is written from it with `SNAPSHOTS=overwrite`.

use std::fs;
use std::time::Duration;

use build_profiles::evidence::CacheCounts;
use build_profiles::measure::analysis::{FarOff, analyse};
use build_profiles::measure::record::{
    Linked, Machine, Note, Sample, Scenario, Seconds, Subject, Tests, Variant, VariantKind,
};

use super::*;

/// How often each variant has a sample that counts.
const ROUNDS: u32 = 8;

/// The layers of the ladder.
const LAYERS: [&str; 4] = ["profiles", "cache", "runner", "linker"];

/// A scenario: its command, what it is about, the layers that touch it, its seconds without any, and with each layer a
/// factor.
struct Made {
    name: &'static str,
    command: &'static str,
    about: Option<&'static str>,
    base: f64,
    factors: &'static [(&'static str, f64)],
}

const SCENARIOS: [Made; 4] = [
    Made {
        name: "clean",
        command: "cargo build --workspace",
        about: None,
        base: 70.0,
        factors: &[("profiles", 0.83), ("cache", 1.07), ("linker", 0.995)],
    },
    Made {
        name: "clean-cached",
        command: "cargo build --workspace",
        about: None,
        base: 70.0,
        factors: &[("profiles", 0.83), ("cache", 0.39), ("linker", 0.992)],
    },
    Made {
        name: "edit-hub",
        command: "cargo build --workspace",
        about: Some("core"),
        base: 5.0,
        factors: &[("profiles", 0.93), ("cache", 2.8), ("linker", 1.0)],
    },
    Made {
        name: "test-run",
        command: "cargo test --workspace",
        about: None,
        base: 10.0,
        factors: &[("profiles", 0.9), ("runner", 1.4)],
    },
];

/// SplitMix64. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn variants() -> Vec<Variant> {
    let layers = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let variant = |name: String, kind, names: &[&str]| Variant {
        name,
        kind,
        layers: layers(names),
    };
    let mut variants = vec![
        variant("base".to_owned(), VariantKind::Step, &[]),
        variant("base-again".to_owned(), VariantKind::Again, &[]),
    ];
    for (index, layer) in LAYERS.iter().enumerate() {
        let name = format!("+{layer}");
        variants.push(variant(name, VariantKind::Step, &LAYERS[..=index]));
    }
    for layer in &LAYERS[..3] {
        let others: Vec<&str> = LAYERS.into_iter().filter(|other| other != layer).collect();
        variants.push(variant(format!("-{layer}"), VariantKind::AllBut, &others));
    }
    variants
}

/// The layers of a variant that touch a scenario.
fn touching<'a>(made: &Made, variant: &'a Variant) -> Vec<&'a str> {
    let layers = variant.layers.iter().map(String::as_str);
    layers
        .filter(|layer| made.factors.iter().any(|(name, _)| name == layer))
        .collect()
}

fn sample(made: &Made, variant: &Variant, round: u32, chance: &mut Chance) -> Sample {
    let layers = touching(made, variant);
    let factors = made.factors.iter();
    let factor: f64 = factors
        .filter(|(name, _)| layers.contains(name))
        .map(|(_, factor)| factor)
        .product();
    let noise = 0.99 + 0.02 * chance.next();
    let drift = 1.0 + 0.01 * f64::from(round);
    let far_off = (round, made.name, variant.name.as_str()) == (5, "clean", "+linker");
    let wall = made.base * factor * noise * drift * if far_off { 2.4 } else { 1.0 };
    let has_cache = layers.contains(&"cache");
    let is_warm = made.name != "clean";
    let is_test = made.name == "test-run";
    let milliseconds = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
    Sample {
        round,
        variant: variant.name.clone(),
        scenario: made.name.to_owned(),
        wall: milliseconds(wall),
        cpu: Some(milliseconds(wall * 1.8)),
        memory: Some(if has_cache {
            1_900_000_000
        } else {
            1_600_000_000
        }),
        units: Some(match made.name {
            "edit-hub" => 9,
            "test-run" => 0,
            _ => 131,
        }),
        cache: has_cache.then(|| CacheCounts {
            executed: 119,
            hits: if is_warm { 113 } else { 0 },
            misses: if is_warm { 6 } else { 119 },
            refused: [("crate-type".to_owned(), 9), ("-".to_owned(), 3)].into(),
            location: "Local disk".to_owned(),
            size: Some(1_200_000_000),
            ..CacheCounts::default()
        }),
        target: Some(match layers.contains(&"profiles") {
            true => 610_000_000,
            false => 1_450_000_000,
        }),
        linked: Some(Linked {
            count: 12,
            bytes: 96_000_000,
        }),
        tests: is_test.then(|| Tests {
            ran: 538,
            failed: Vec::new(),
        }),
        load: Some(1.2),
        asleep: None,
        failure: None,
    }
}

fn ladder(rounds: u32) -> Ladder {
    let mut chance = Chance(7);
    let variants = variants();
    let mut ladder = Ladder {
        profile: "dev".to_owned(),
        layers: LAYERS.map(str::to_owned).to_vec(),
        scenarios: SCENARIOS
            .iter()
            .map(|made| Scenario {
                name: made.name.to_owned(),
                command: made.command.to_owned(),
                about: made.about.map(str::to_owned),
                touched_by: made
                    .factors
                    .iter()
                    .map(|(name, _)| (*name).to_owned())
                    .collect(),
            })
            .collect(),
        rounds,
        notes: vec![Note {
            code: "left_out_for_time".to_owned(),
            text: "left out, since it does not fit into 2 h: no-op".to_owned(),
        }],
        ..Ladder::default()
    };
    for round in 0..=rounds {
        for made in &SCENARIOS {
            let mut seen: Vec<Vec<&str>> = Vec::new();
            for variant in &variants {
                // What differs in nothing that touches the scenario is run once.
                let layers = touching(made, variant);
                let is_again = variant.kind == VariantKind::Again;
                if !is_again && seen.contains(&layers) {
                    continue;
                }
                seen.push(layers);
                let sample = sample(made, variant, round, &mut chance);
                ladder.samples.push(sample);
            }
        }
    }
    ladder.variants = variants;
    ladder
}

fn measurements(rounds: u32) -> Measurements {
    let ladder = ladder(rounds);
    Measurements {
        schema: 1,
        command: "measure".to_owned(),
        tool: "0.1.0".to_owned(),
        started: "2026-11-23T06:00:00Z".to_owned(),
        subject: Subject {
            workspace: "orchard".to_owned(),
            commit: Some("4f2a91c07be35d8814aa60e3c9d7f2b1e0546a88".to_owned()),
            dirty: true,
            policy_hash: "81f3c09ad2".to_owned(),
            members: 12,
        },
        machine: Machine {
            triple: "x86_64-unknown-linux-gnu".to_owned(),
            cpu: Some("Example CPU".to_owned()),
            cores: 2,
            memory: Some(24_000_000_000),
            file_system: Some("ext4".to_owned()),
            load: Some(0.31),
        },
        tools: [
            ("cargo", "1.95.0"),
            ("rustc", "1.95.0"),
            ("sccache", "sccache 0.16.0"),
        ]
        .map(|(name, version)| (name.to_owned(), version.to_owned()))
        .into(),
        variables: [("CARGO_TERM_COLOR".to_owned(), "never".to_owned())].into(),
        seed: 7,
        analysis: vec![analyse(&ladder)],
        ladders: vec![ladder],
        seconds: Seconds {
            prepared: 40.0,
            all: 14_212.4,
            own: 31.2,
        },
    }
}

const HABITS: Habits = Habits {
    builds_per_day: 10.0,
    setup: Duration::from_secs(3 * 3600),
};

fn of<'a>(measurements: &'a Measurements) -> Measured<'a> {
    Measured {
        measurements,
        comparison: None,
        repository: None,
        findings: &[],
        habits: HABITS,
        exit: Exit::Clean,
    }
}

#[test]
fn the_example_of_the_cases_is_this_one() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/measure/shown_again/in/measurements.json"
    );
    // What the samples come to is computed anew, and its last digits are not the same on every system.
    let mut kept = measurements(ROUNDS);
    kept.analysis.clear();
    let text = serde_json::to_string(&kept).expect("it is JSON") + "\n";
    if std::env::var("SNAPSHOTS").is_ok_and(|mode| mode == "overwrite") {
        fs::write(file, &text).expect("the case can be written");
    }
    assert!(
        fs::read_to_string(file).expect("the case is there") == text,
        "written with SNAPSHOTS=overwrite"
    );
}

#[test]
fn a_headline_says_what_to_do() {
    let all = measurements(ROUNDS);
    assert_eq!(
        of(&all).headline(),
        "keep profiles; drop runner; a trade: cache; no evidence for linker"
    );
    assert_eq!(
        of(&measurements(3)).headline(),
        "too few rounds for profiles, cache, runner, linker"
    );
    assert_eq!(
        of(&Measurements::default()).headline(),
        "nothing was measured"
    );
}

#[test]
fn what_is_printed_as_json_is_a_file_of_measurements() {
    let all = measurements(ROUNDS);
    let printed = json(&of(&all)).expect("it is JSON");
    let read: Measurements = serde_json::from_str(&printed).expect("it is JSON");
    assert_eq!(read.ladders, all.ladders);
    assert_eq!(read.subject, all.subject);
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
    assert_eq!(printed["exit"], 0);
    assert!(printed["comparison"].is_null());
}

#[test]
fn every_remark_is_said() {
    let mut all = measurements(ROUNDS);
    let ladder = &mut all.ladders[0];
    ladder.rounds = 12;
    ladder.samples[40].asleep = Some(312.0);
    let analysis = &mut all.analysis[0];
    analysis.scenarios[2]
        .control
        .as_mut()
        .expect("it was run")
        .broken = true;
    let remarks = remarks(&all.ladders[0], &all.analysis[0]);
    let codes: Vec<&str> = remarks.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "left_out_for_time",
            "stopped_early",
            "far_off",
            "broken_control",
            "slept"
        ]
    );
    assert!(
        remarks[1].1.starts_with("8 of 12 rounds"),
        "{}",
        remarks[1].1
    );
}

#[test]
fn a_build_that_two_scenarios_share_is_remarked_on_once() {
    let mut all = measurements(ROUNDS);
    let (ladder, analysis) = (&mut all.ladders[0], &mut all.analysis[0]);
    let before = remarks(ladder, analysis).len();
    let [one, other] = [0, 1].map(|index| analysis.scenarios[index].scenario.clone());
    let shared = FarOff {
        variant: "base".to_owned(),
        round: 2,
        wall: 31.0,
        score: 17.0,
    };
    for weighed in &mut analysis.scenarios[..2] {
        weighed.far_off.push(shared.clone());
    }
    for sample in &mut ladder.samples {
        let is_it = sample.variant == "base" && sample.round == 2;
        if is_it && [&one, &other].contains(&&sample.scenario) {
            sample.asleep = Some(60.0);
        }
    }
    let all = remarks(ladder, analysis);
    let said: Vec<&str> = all.iter().map(|(_, text)| text.as_str()).collect();
    let names = format!("`{one}` and `{other}` of `base`");
    for text in [
        format!(
            "{names} took 31 s in round 2, 17 median distances off the median; it is kept, and counts"
        ),
        format!("the machine slept for 60 s during {names} in round 2; that is not in its seconds"),
    ] {
        assert!(said.contains(&text.as_str()), "{said:#?}");
    }
    assert_eq!(all.len(), before + 2);
}

#[cfg(feature = "markdown")]
#[test]
fn a_note_is_never_too_long_and_says_that_it_is_cut() {
    let mut all = measurements(ROUNDS);
    let notes = &mut all.ladders[0].notes;
    for number in 0..400 {
        notes.push(Note {
            code: "fails_in_one_variant".to_owned(),
            text: format!("{number} `<x>&\"` | {}", "long ".repeat(400)),
        });
    }
    let note = markdown::note(&of(&all));
    assert!(note.len() < 60_000, "{}", note.len());
    assert!(note.contains("more remarks"), "{note}");
    assert!(
        note.contains("&lt;x&gt;&amp;") && !note.contains("<x>"),
        "{note}"
    );
}
