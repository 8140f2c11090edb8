//! Passwords and signatures, from a seed: a test has no secrets.

use argon2::{Algorithm, Argon2, Params, Version};
use ed25519_dalek::{Signer as _, SigningKey, Verifier as _};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};

/// A key made of a password. Its cost is as low as it can be.
pub fn stretched(password: &[u8], salt: &[u8; 16]) -> [u8; 32] {
    let params = Params::new(Params::MIN_M_COST, 1, 1, None).expect("the least there is");
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password, salt, &mut key)
        .expect("a salt of 16 bytes");
    key
}

/// Whether a key knows its own signature, and no other.
pub fn signed(key: [u8; 32], message: &[u8]) -> bool {
    let key = SigningKey::from_bytes(&key);
    let signature = key.sign(message);
    key.verifying_key().verify(message, &signature).is_ok()
        && key.verifying_key().verify(b"something else", &signature).is_err()
}

/// Numbers in an order that hangs on the seed alone.
pub fn shuffled(seed: u64, count: u32) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..count).collect();
    numbers.shuffle(&mut StdRng::seed_from_u64(seed));
    numbers
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let salt: [u8; 16] = StdRng::seed_from_u64(seed).random();
    assert!(signed(stretched(b"open", &salt), &seed.to_le_bytes()));
    shuffled(seed, 50).iter().zip(0..).map(|(number, at)| u64::from(*number) * at).sum()
}
