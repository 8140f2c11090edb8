//! How often `analyse` is wrong: on ladders that are made up, of which it is known what is in them.
//!
//! Every sample has noise of its own. A machine that drifts does so over a session by up to a fifth, with a wave of 3 % and
//! a random walk of 0.5 % a sample on top. Where samples are disturbed, one in twenty takes half as long again on average,
//! now and then several times as long. The rates are printed: `cargo test -p build-profiles --test measure_simulation --
//! --nocapture`.

#![expect(clippy::print_stdout, reason = "the rates are what it is for")]

use build_profiles::measure::analysis::{Analysis, LEAST_FLOOR, Verdict, analyse};
use build_profiles::measure::compare::{Limits, compare};
use build_profiles::measure::record::{
    Ladder, Machine, Measurements, Sample, Scenario, Variant, VariantKind,
};

const LAYERS: [&str; 4] = ["profiles", "cache", "runner", "linker"];

/// SplitMix64. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and 1, neither of them.
    fn share(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.share() * limit as f64) as usize
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.share().ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos()
    }

    fn exponential(&mut self) -> f64 {
        -self.share().ln()
    }
}

/// What a session is like.
#[derive(Clone, Copy)]
struct Session {
    rounds: u32,
    scenarios: usize,
    /// The noise of a sample, as a share.
    noise: f64,
    /// Whether the machine drifts.
    drifts: bool,
    /// The share of samples that are disturbed.
    disturbed: f64,
    /// What one of the layers, drawn anew for each ladder, does to the time.
    factor: f64,
    /// What the copy that is equal takes.
    again: f64,
}

const DRIFTING: Session = Session {
    rounds: 8,
    scenarios: 1,
    noise: 0.03,
    drifts: true,
    disturbed: 0.0,
    factor: 1.0,
    again: 1.0,
};

impl Session {
    /// A ladder, and the layer that makes the difference.
    fn ladder(self, chance: &mut Chance) -> (Ladder, usize) {
        let effective = chance.below(LAYERS.len());
        let mut ladder = empty(self.rounds, self.scenarios);
        let mut drift = Drift::new(chance, self.rounds as usize * ladder.variants.len());
        for round in 1..=self.rounds {
            for scenario in 0..self.scenarios {
                for index in shuffled(chance, ladder.variants.len()) {
                    let variant = &ladder.variants[index];
                    let mut log = 3.0 + self.noise * chance.normal();
                    if self.drifts {
                        log += drift.next(chance);
                    }
                    if chance.share() < self.disturbed {
                        log += 0.4 * chance.exponential();
                    }
                    if variant.layers.len() > effective {
                        log += self.factor.ln();
                    }
                    if variant.kind == VariantKind::Again {
                        log += self.again.ln();
                    }
                    ladder.samples.push(Sample {
                        round,
                        variant: variant.name.clone(),
                        scenario: ladder.scenarios[scenario].name.clone(),
                        wall: log.exp(),
                        ..Sample::default()
                    });
                }
            }
        }
        (ladder, effective)
    }

    /// Of a thousand ladders, the share of which `holds` is true. Of those with many scenarios there are fewer.
    fn share(self, seed: u64, holds: impl Fn(&Analysis, usize) -> bool) -> f64 {
        let mut chance = Chance(seed);
        let ladders = if self.scenarios == 1 { 1000 } else { 200 };
        let held = (0..ladders).filter(|_| {
            let (ladder, effective) = self.ladder(&mut chance);
            holds(&analyse(&ladder), effective)
        });
        held.count() as f64 / f64::from(ladders)
    }
}

/// What the machine does to all samples.
struct Drift {
    samples: f64,
    at: f64,
    trend: f64,
    phase: f64,
    walk: f64,
}

impl Drift {
    fn new(chance: &mut Chance, samples: usize) -> Self {
        Self {
            samples: samples as f64,
            at: 0.0,
            trend: 0.4 * (chance.share() - 0.5),
            phase: std::f64::consts::TAU * chance.share(),
            walk: 0.0,
        }
    }

    fn next(&mut self, chance: &mut Chance) -> f64 {
        let part = self.at / self.samples;
        self.at += 1.0;
        self.walk += 0.005 * chance.normal();
        self.trend * part + 0.03 * (self.phase + std::f64::consts::TAU * part).sin() + self.walk
    }
}

fn shuffled(chance: &mut Chance, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, chance.below(last + 1));
    }
    order
}

fn empty(rounds: u32, scenarios: usize) -> Ladder {
    let named = |name: &str, kind, count: usize| Variant {
        name: name.to_owned(),
        kind,
        layers: LAYERS[..count].iter().map(ToString::to_string).collect(),
    };
    let mut variants = vec![
        named("base", VariantKind::Step, 0),
        named("base-again", VariantKind::Again, 0),
    ];
    for (index, layer) in LAYERS.iter().enumerate() {
        variants.push(named(&format!("+{layer}"), VariantKind::Step, index + 1));
    }
    let scenario = |index| Scenario {
        name: format!("scenario-{index}"),
        touched_by: LAYERS.map(str::to_owned).to_vec(),
        ..Scenario::default()
    };
    Ladder {
        layers: LAYERS.map(str::to_owned).to_vec(),
        scenarios: (0..scenarios).map(scenario).collect(),
        variants,
        rounds,
        ..Ladder::default()
    }
}

fn verdicts(analysis: &Analysis) -> impl Iterator<Item = Verdict> {
    let steps = analysis.scenarios.iter().flat_map(|weighed| &weighed.steps);
    steps.map(|step| step.verdict)
}

fn claims_something(analysis: &Analysis, _: usize) -> bool {
    verdicts(analysis).any(|verdict| matches!(verdict, Verdict::Faster | Verdict::Slower))
}

fn finds(wanted: Verdict) -> impl Fn(&Analysis, usize) -> bool {
    move |analysis, layer| verdicts(analysis).nth(layer) == Some(wanted)
}

fn is_broken(analysis: &Analysis, _: usize) -> bool {
    analysis.scenarios[0]
        .control
        .is_some_and(|control| control.broken)
}

/// What would be found if the floor were as far as the control's interval reaches.
fn finds_beyond_the_reach(analysis: &Analysis, layer: usize) -> bool {
    let weighed = &analysis.scenarios[0];
    let control = weighed.control.expect("every ladder has one").estimate;
    let floor = ((control.high - control.low) / 2.0).max(LEAST_FLOOR);
    finds(Verdict::Faster)(analysis, layer) && weighed.steps[layer].estimate.high < 1.0 - floor
}

#[test]
fn where_there_is_nothing_little_is_claimed() {
    for noise in [0.01, 0.02, 0.03, 0.05, 0.1] {
        for disturbed in [0.0, 0.05] {
            let session = Session {
                noise,
                disturbed,
                ..DRIFTING
            };
            let claimed = session.share(1, claims_something);
            println!("no effect, noise {noise}, disturbed {disturbed}: a verdict in {claimed}");
            assert!(claimed <= 0.05, "{claimed}");
        }
    }
}

#[test]
fn nor_in_a_whole_report() {
    // Each scenario is a family of its own, so eight of them have eight chances.
    let session = Session {
        scenarios: 8,
        disturbed: 0.05,
        ..DRIFTING
    };
    for (rounds, noise) in [(8, 0.03), (8, 0.1)] {
        let session = Session {
            rounds,
            noise,
            ..session
        };
        let claimed = session.share(2, claims_something);
        println!(
            "no effect, eight scenarios, {rounds} rounds, noise {noise}: a verdict in {claimed}"
        );
        assert!(claimed <= 0.05, "{claimed}");
    }
}

#[test]
fn a_tenth_is_found() {
    for drifts in [false, true] {
        let tenth = Session {
            factor: 0.9,
            drifts,
            ..DRIFTING
        };
        let found = tenth.share(3, finds(Verdict::Faster));
        println!("a tenth less at 3 % noise, drift {drifts}: found in {found}");
        let beyond = tenth.share(3, finds_beyond_the_reach);
        println!("  with all that the control's interval reaches as floor: found in {beyond}");
        // Of 10,000 ladders 94.0 % without drift and 92.0 % with it.
        assert!(found >= 0.9, "{found}");
    }
    for (rounds, disturbed) in [(10, 0.0), (8, 0.05), (10, 0.05), (12, 0.05), (16, 0.05)] {
        let session = Session {
            rounds,
            disturbed,
            factor: 0.9,
            ..DRIFTING
        };
        let found = session.share(4, finds(Verdict::Faster));
        println!("a tenth less, {rounds} rounds, drift, disturbed {disturbed}: found in {found}");
    }
    let more = Session {
        factor: 1.1,
        ..DRIFTING
    };
    println!(
        "a tenth more, drift: found in {}",
        more.share(5, finds(Verdict::Slower))
    );
}

#[test]
fn a_broken_control_is_seen_and_a_whole_one_not() {
    let whole = DRIFTING.share(6, is_broken);
    let broken = Session {
        again: 1.1,
        ..DRIFTING
    };
    let seen = broken.share(7, is_broken);
    println!("equals that are equal: broken in {whole}; that differ by a tenth: in {seen}");
    assert!(whole <= 0.02 && seen >= 0.9);
    // What is left of it in the floor keeps verdicts away, broken or not.
    assert!(broken.share(8, claims_something) <= 0.05);
}

#[test]
fn fewer_rounds_never_give_a_verdict() {
    let session = Session {
        rounds: 7,
        factor: 0.3,
        ..DRIFTING
    };
    let claimed = session.share(9, claims_something);
    assert_eq!(claimed, 0.0);
}

/// Of five hundred pairs of measurements, the share with a regression. Machines that drift are not as fast in the second
/// session as in the first, by up to a fifth: then a regression is there, though not one of the policy's, and what Cargo's
/// defaults have moved by says so.
fn regressions(session: Session, seed: u64, percent: f64, factor: f64) -> f64 {
    let mut chance = Chance(seed);
    let limits = Limits {
        percent,
        seconds: 0.0,
    };
    let mut measured = |factor: f64| {
        let (mut ladder, _) = session.ladder(&mut chance);
        for sample in &mut ladder.samples {
            sample.wall *= factor;
        }
        Measurements {
            machine: Machine {
                cpu: Some("one and the same".to_owned()),
                memory: Some(1),
                ..Machine::default()
            },
            ladders: vec![ladder],
            ..Measurements::default()
        }
    };
    let pairs = 500;
    let found =
        (0..pairs).filter(|_| compare(&measured(1.0), &measured(factor), limits).has_regression());
    found.count() as f64 / f64::from(pairs)
}

#[test]
fn a_regression_is_seldom_one_of_chance() {
    for (rounds, noise) in [(3, 0.03), (8, 0.03), (8, 0.1)] {
        let drifting = Session {
            rounds,
            noise,
            disturbed: 0.05,
            ..DRIFTING
        };
        let steady = Session {
            drifts: false,
            ..drifting
        };
        let by_chance = regressions(steady, 10, 10.0, 1.0);
        let drifted = regressions(drifting, 11, 10.0, 1.0);
        let found = regressions(steady, 12, 10.0, 1.3);
        println!(
            "{rounds} rounds, noise {noise}, limit 10 %: a regression by chance in {by_chance}, with drift in {drifted}; 30 % are found in {found}"
        );
        assert!(by_chance <= 0.01, "{by_chance}");
    }
}
