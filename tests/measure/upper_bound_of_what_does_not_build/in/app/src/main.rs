fn main() { nowhere() }
