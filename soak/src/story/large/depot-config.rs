//! A file of elements, and addresses.

use quick_xml::Reader;
use quick_xml::events::Event;
use url::Url;

/// The names of the elements of a text, in order.
pub fn elements(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let mut names = Vec::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                names.push(String::from_utf8_lossy(tag.name().as_ref()).into_owned());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    names
}

/// An address below another.
pub fn below(base: &str, path: &str) -> Option<Url> {
    Url::parse(base).ok()?.join(path).ok()
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let names = elements(&format!("<depot><room number=\"{seed}\"/><room/></depot>"));
    assert_eq!(names, ["depot", "room", "room"]);
    let address = below("https://depot.example/rooms/", &format!("{seed}?cold=yes"));
    address.map_or(0, |address| address.as_str().len() as u64)
}
