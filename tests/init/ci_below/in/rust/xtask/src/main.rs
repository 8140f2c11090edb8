fn main() {
    build_profiles_xtask::intercept();
}
