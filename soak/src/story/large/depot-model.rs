//! Who stands on whom, days, and vectors.

use nalgebra::{Matrix3, Vector3};
use petgraph::algo::{dijkstra, toposort};
use petgraph::graph::DiGraph;
use time::format_description::well_known::Iso8601;
use time::macros::datetime;

/// A ladder with so many steps, each with a short cut over the next.
pub fn ladder(steps: usize) -> DiGraph<usize, u64> {
    let mut graph = DiGraph::new();
    let nodes: Vec<_> = (0..steps).map(|step| graph.add_node(step)).collect();
    for (from, to) in nodes.iter().zip(nodes.iter().skip(1)) {
        graph.add_edge(*from, *to, 2);
    }
    for (from, to) in nodes.iter().zip(nodes.iter().skip(2)) {
        graph.add_edge(*from, *to, 3);
    }
    graph
}

/// How far it is to the last step.
pub fn height(graph: &DiGraph<usize, u64>) -> u64 {
    let order = toposort(graph, None).expect("a ladder has no cycle");
    let Some((first, last)) = order.first().zip(order.last()) else {
        return 0;
    };
    dijkstra(graph, *first, Some(*last), |edge| *edge.weight())[last]
}

/// So many days after the first.
pub fn day(days: i64) -> String {
    let day = datetime!(2026-02-16 06:44 UTC) + time::Duration::days(days);
    day.format(&Iso8601::DEFAULT).unwrap_or_default()
}

/// A vector, turned so many times.
pub fn turned(times: u32) -> Vector3<i64> {
    let quarter = Matrix3::new(0, -1, 0, 1, 0, 0, 0, 0, 1);
    (0..times).fold(Vector3::new(1, 2, 3), |vector, _| quarter * vector)
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let turned = turned((seed % 4) as u32).abs().sum() as u64;
    height(&ladder(4 + (seed % 9) as usize)) + day((seed % 1000) as i64).len() as u64 + turned
}
