//! Pages and pictures.

use std::io::Cursor;

use image::{GenericImageView as _, ImageFormat, Rgb, RgbImage};
use minijinja::{Environment, context};
use pulldown_cmark::{Options, Parser, html};

/// A page of a text with marks, set into a template.
pub fn page(title: &str, text: &str) -> String {
    let mut body = String::new();
    html::push_html(&mut body, Parser::new_ext(text, Options::all()));
    let mut templates = Environment::new();
    templates
        .add_template("page", "<h1>{{ title|upper }}</h1>\n{% for line in lines %}{{ line|safe }}{% endfor %}")
        .expect("a plain template");
    let lines: Vec<&str> = body.lines().collect();
    templates
        .get_template("page")
        .and_then(|page| page.render(context! { title, lines }))
        .expect("all that it asks for")
}

/// A picture of so many points a side, as bytes of a format.
pub fn picture(side: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(side, side, |x, y| Rgb([x as u8, y as u8, 128]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a vector takes all");
    bytes.into_inner()
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let side = 4 + (seed % 12) as u32;
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif] {
        let picture = image::load_from_memory(&picture(side, format)).expect("it is ours");
        assert_eq!(picture.dimensions(), (side, side));
    }
    page("depot", &format!("Room **{seed}**\n\n- one\n- two\n")).len() as u64
}
