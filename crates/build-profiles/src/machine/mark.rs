//! The mark that a linker leaves in what it links: the witness nearest to the truth.

use std::ops::Range;

use crate::evidence::Mark;

/// Linkers that leave a mark in `.comment`, with the text that gives them away.
const COMMENTS: [(&str, &[u8]); 3] = [("mold", b"mold "), ("LLD", b"LLD "), ("Wild", b"Wild ")];

/// The mark of `linker`, as the policy names it.
pub fn of(linker: &str) -> &'static str {
    match linker {
        "mold" => "mold",
        "wild" => "Wild",
        _ => "LLD",
    }
}

/// Whether `linker`, as the policy names it, linked `product`; or whose mark it bears instead.
pub fn check(linker: &str, product: &[u8]) -> Result<(), String> {
    let wanted = of(linker);
    let marks: Vec<String> = left_in(product)
        .into_iter()
        .map(|mark| mark.linker)
        .collect();
    match marks.as_slice() {
        [mark] if *mark == wanted => Ok(()),
        [] => Err(format!(
            "it links, but without leaving the mark of {wanted}"
        )),
        marks => Err(format!(
            "it links, but what it links bears the mark of {}",
            marks.join(" and ")
        )),
    }
}

/// Reads a range of a file: what of it is there.
pub type Read<'r> = dyn FnMut(Range<usize>) -> Vec<u8> + 'r;

/// The linkers whose mark `product` bears: ELF, Mach-O or PE. GNU ld leaves none.
pub fn left_in(product: &[u8]) -> Vec<Mark> {
    left_in_file(&mut |range| {
        let end = range.end.min(product.len());
        product.get(range.start..end).unwrap_or_default().to_vec()
    })
}

/// The same for a file of which only the few bytes that tell are read: a program has hundreds of megabytes.
pub fn left_in_file(read: &mut Read<'_>) -> Vec<Mark> {
    /// Where the headers of Mach-O and PE end, with room to spare.
    const HEADERS: usize = 64 * 1024;
    let bare = |linker: &str| Mark {
        linker: linker.to_owned(),
        version: None,
    };
    match read(0..4)[..] {
        [0x7f, b'E', b'L', b'F'] => {
            let comment = elf_section(read, b".comment\0").unwrap_or_default();
            let gold = elf_section(read, b".note.gnu.gold-version\0").map(|_| bare("gold"));
            let marks = COMMENTS.into_iter().filter_map(|(name, text)| {
                let at = position(&comment, text)? + text.len();
                Some(Mark {
                    linker: name.to_owned(),
                    version: version(&comment[at..]),
                })
            });
            marks.chain(gold).collect()
        }
        [0xcf, 0xfa, 0xed, 0xfe] => mach_o_linker(&read(0..HEADERS))
            .map(bare)
            .into_iter()
            .collect(),
        [b'M', b'Z', ..] => pe_linker(&read(0..HEADERS)).map(bare).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The version that follows a linker's name: `1.10.1`, in `mold 1.10.1 (compatible with GNU ld)`.
fn version(after: &[u8]) -> Option<String> {
    let text = after.strip_prefix(b"version ").unwrap_or(after);
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_digit() && *byte != b'.')
        .unwrap_or(text.len());
    let version = std::str::from_utf8(&text[..end]).ok()?;
    (!version.is_empty()).then(|| version.to_owned())
}

/// The bytes of a section; `wanted` ends in the zero that ends its name.
fn elf_section(read: &mut Read<'_>, wanted: &[u8]) -> Option<Vec<u8>> {
    let header = read(0..0x40);
    let wide = *header.get(4)? == 2;
    let little = *header.get(5)? == 1;
    let field = |at, len| number(&header, at, len, little);
    // Offsets of the header's fields: where the section headers are, how long one is, how many, and which has the names.
    let (table, each, count, names) = if wide {
        (
            field(0x28, 8)?,
            field(0x3a, 2)?,
            field(0x3c, 2)?,
            field(0x3e, 2)?,
        )
    } else {
        (
            field(0x20, 4)?,
            field(0x2e, 2)?,
            field(0x30, 2)?,
            field(0x32, 2)?,
        )
    };
    let headers = read(table..table.checked_add(each.checked_mul(count)?)?);
    let section = |index: usize| -> Option<(usize, Range<usize>)> {
        let start = index.checked_mul(each)?;
        let header = headers.get(start..start.checked_add(each)?)?;
        let field = |at, len| number(header, at, len, little);
        let (offset, size) = if wide {
            (field(0x18, 8)?, field(0x20, 8)?)
        } else {
            (field(0x10, 4)?, field(0x14, 4)?)
        };
        Some((field(0, 4)?, offset..offset.checked_add(size)?))
    };
    let (_, at) = section(names)?;
    let names = read(at);
    let (_, at) = (0..count).filter_map(section).find(|(name, _)| {
        names
            .get(*name..)
            .is_some_and(|name| name.starts_with(wanted))
    })?;
    let content = read(at.clone());
    (content.len() == at.len()).then_some(content)
}

/// The linker among the tools of `LC_BUILD_VERSION`.
fn mach_o_linker(bytes: &[u8]) -> Option<&'static str> {
    const LC_BUILD_VERSION: usize = 0x32;
    const TOOL_LLD: usize = 4;
    let number = |at| number(bytes, at, 4, true);
    let mut rest = 32;
    for _ in 0..number(16)? {
        let (command, size) = (number(rest)?, number(rest + 4)?);
        let next = rest.checked_add(size.max(8))?;
        if command == LC_BUILD_VERSION {
            // A tool is two numbers: which, and its version.
            return (rest + 24..next)
                .step_by(8)
                .map_while(number)
                .any(|tool| tool == TOOL_LLD)
                .then_some("LLD");
        }
        rest = next;
    }
    None
}

/// LLD writes linker version 14.0 and, unlike Microsoft's linker, no Rich header.
fn pe_linker(bytes: &[u8]) -> Option<&'static str> {
    let header = number(bytes, 0x3c, 4, true)?;
    let stub = bytes.get(0x40..header)?;
    let version = bytes.get(header.checked_add(26)?..header.checked_add(28)?)?;
    (version == [14, 0] && !contains(stub, b"Rich")).then_some("LLD")
}

fn number(bytes: &[u8], at: usize, len: usize, little: bool) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(len)?)?;
    let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    let number = if little {
        bytes.iter().rev().fold(0, join)
    } else {
        bytes.iter().fold(0, join)
    };
    usize::try_from(number).ok()
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    position(bytes, text).is_some()
}

fn position(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 64-bit little-endian ELF file of a `.comment` and the section names.
    fn elf(comment: &str) -> Vec<u8> {
        const NAMES: &[u8] = b"\0.comment\0.shstrtab\0";
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file.extend(comment.as_bytes());
        file.extend(NAMES);
        let headers = file.len() as u64;
        file[0x28..0x30].copy_from_slice(&headers.to_le_bytes());
        file[0x3a..0x40].copy_from_slice(&[64, 0, 2, 0, 1, 0]);
        for (name, offset, size) in [
            (1u32, 64, comment.len()),
            (10, 64 + comment.len(), NAMES.len()),
        ] {
            let mut header = vec![0; 64];
            header[..4].copy_from_slice(&name.to_le_bytes());
            header[0x18..0x20].copy_from_slice(&(offset as u64).to_le_bytes());
            header[0x20..0x28].copy_from_slice(&(size as u64).to_le_bytes());
            file.extend(header);
        }
        file
    }

    #[test]
    fn elf_files_name_their_linker() {
        let mold = elf("GCC: (Debian 12.2.0) 12.2.0\0mold 2.40.1 (compatible with GNU ld)\0");
        assert_eq!(check("mold", &mold), Ok(()));
        assert_eq!(
            check("wild", &mold).expect_err("mold linked it"),
            "it links, but what it links bears the mark of mold"
        );
        assert_eq!(left_in(&mold)[0].version.as_deref(), Some("2.40.1"));
        assert_eq!(check("lld", &elf("Linker: Debian LLD 14.0.6\0")), Ok(()));
        assert_eq!(check("wild", &elf("Linker: Wild version 0.5\0")), Ok(()));
        assert_eq!(
            check("lld", &elf("GCC: (GNU) 14.1\0")).expect_err("GNU ld leaves no mark"),
            "it links, but without leaving the mark of LLD"
        );
        // An object file that another linker had a hand in brings its mark along: that proves neither.
        assert!(check("mold", &elf("mold 2.4 (x)\0Linker: LLD 22.1.2\0")).is_err());
    }

    #[test]
    fn mach_o_and_pe_files_name_lld() {
        let mut mach_o = vec![0; 64];
        mach_o[..4].copy_from_slice(&[0xcf, 0xfa, 0xed, 0xfe]);
        mach_o[16] = 1;
        mach_o[32] = 0x32;
        mach_o[36] = 32;
        mach_o[52] = 1;
        mach_o[56] = 4;
        assert_eq!(left_in(&mach_o)[0].linker, "LLD");
        mach_o[56] = 3;
        assert!(left_in(&mach_o).is_empty());

        let mut pe = vec![0; 0x100];
        pe[..2].copy_from_slice(b"MZ");
        pe[0x3c] = 0x80;
        pe[0x80 + 26] = 14;
        assert_eq!(left_in(&pe)[0].linker, "LLD");
        pe[0x60..0x64].copy_from_slice(b"Rich");
        assert!(left_in(&pe).is_empty());
    }

    #[test]
    fn a_damaged_file_is_no_accident() {
        let whole = elf("mold 2.40.1\0");
        for len in 0..whole.len() {
            left_in(&whole[..len]);
        }
        let mut wild = whole;
        wild[0x28..0x30].fill(0xff);
        assert!(left_in(&wild).is_empty());
    }
}
