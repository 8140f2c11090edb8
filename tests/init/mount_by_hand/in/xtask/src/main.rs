fn main() { run() }
fn run() {}
