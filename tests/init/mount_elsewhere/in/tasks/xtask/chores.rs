fn main() {
    println!("a chore");
}
