//! Anything, in five formats.

use std::io::{Read as _, Write as _};

use serde::{Serialize, de::DeserializeOwned};

/// How many bytes a value takes in all formats together, where it comes back as it was.
pub fn formats<T: Serialize + DeserializeOwned + PartialEq>(value: &T) -> u64 {
    let bincode = bincode::serialize(value).expect("it is plain");
    let pack = rmp_serde::to_vec(value).expect("it is plain");
    let ron = ron::to_string(value).expect("it is plain");
    let mut cbor = Vec::new();
    ciborium::into_writer(value, &mut cbor).expect("a vector takes all");
    assert!(bincode::deserialize::<T>(&bincode).is_ok_and(|back| back == *value), "bincode");
    assert!(rmp_serde::from_slice::<T>(&pack).is_ok_and(|back| back == *value), "MessagePack");
    assert!(ron::from_str::<T>(&ron).is_ok_and(|back| back == *value), "RON");
    assert!(ciborium::from_reader::<T, _>(&cbor[..]).is_ok_and(|back| back == *value), "CBOR");
    (bincode.len() + pack.len() + ron.len() + cbor.len() + squeezed(&bincode).len()) as u64
}

/// Bytes, deflated, if they come back as they were.
pub fn squeezed(bytes: &[u8]) -> Vec<u8> {
    let mut into = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    into.write_all(bytes).expect("a vector takes all");
    let squeezed = into.finish().expect("a vector takes all");
    let mut back = Vec::new();
    flate2::read::GzDecoder::new(&squeezed[..]).read_to_end(&mut back).expect("it is ours");
    assert_eq!(back, bytes);
    squeezed
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    formats(&(seed, seed.to_string(), vec![Some(seed), None]))
}
