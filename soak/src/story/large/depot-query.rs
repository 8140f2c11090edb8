//! Three ways to read a query.

use logos::Logos;
use nom::character::complete::{alpha1, char, digit1};
use nom::combinator::map_res;
use nom::multi::separated_list1;
use nom::sequence::separated_pair;
use nom::{IResult, Parser as _};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

/// A word of a query.
#[derive(Clone, Copy, Debug, PartialEq, Logos)]
#[logos(skip r"[ \t\n]+")]
pub enum Word {
    /// A name.
    #[regex("[a-z_]+")]
    Name,
    /// A number.
    #[regex("[0-9]+")]
    Number,
    /// How two of them compare.
    #[token("=")]
    #[token("<")]
    #[token(">")]
    Compares,
}

/// The words, as far as they are known.
pub fn lexed(query: &str) -> Vec<Word> {
    Word::lexer(query).flatten().collect()
}

/// Pairs such as `a:1,b:2`.
pub fn pairs(text: &str) -> IResult<&str, Vec<(&str, u64)>> {
    let number = map_res(digit1, str::parse::<u64>);
    separated_list1(char(','), separated_pair(alpha1, char(':'), number)).parse(text)
}

/// A query as it is understood.
pub fn understood(query: &str) -> Option<String> {
    let statements = Parser::parse_sql(&GenericDialect {}, query).ok()?;
    Some(statements.first()?.to_string())
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let words = lexed(&format!("rooms > {seed}"));
    assert_eq!(words, [Word::Name, Word::Compares, Word::Number]);
    let text = format!("rooms:{seed},boxes:2");
    let (rest, pairs) = pairs(&text).expect("two pairs");
    assert_eq!((rest, pairs[0].1), ("", seed));
    let query = format!("SELECT name FROM rooms WHERE boxes > {seed} ORDER BY name");
    assert_eq!(understood(&query).as_deref(), Some(query.as_str()));
    query.len() as u64
}
