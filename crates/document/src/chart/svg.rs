//! A chart as SVG, one picture a page.

use std::fmt::Write;

use super::Chart;
use super::layout::{Drawn, Plate, lay_out};
use crate::flow::Set;
use crate::length::Length;
use crate::model::Language;

/// The pages as SVG files, in their order.
pub fn write(chart: &Chart) -> Vec<String> {
    lay_out(chart).iter().map(|plate| picture(chart, plate)).collect()
}

/// Points with what is left of them.
fn points(length: Length) -> String {
    let (whole, rest) = (length / 1_000, (length % 1_000).abs());
    let sign = if length < 0 && whole == 0 { "-" } else { "" };
    if rest == 0 { format!("{whole}") } else { format!("{sign}{whole}.{rest:03}") }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // XML knows no other control characters.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn picture(chart: &Chart, plate: &Plate) -> String {
    let (width, height) = (points(plate.page.width), points(plate.page.height));
    let (lang, family) = match chart.language {
        Language::Chinese => {
            ("zh-CN", "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif")
        }
        Language::English => ("en", "Arial,'Liberation Sans','Noto Sans CJK SC',sans-serif"),
    };
    let mut out = String::with_capacity(plate.marks.len() * 120);
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" \
         viewBox=\"0 0 {width} {height}\" xml:lang=\"{lang}\" font-family=\"{family}\">\n<title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>",
        escaped(&chart.title)
    );
    for mark in &plate.marks {
        let _ = match mark {
            Drawn::Fill { x, y, width, height, colour } => writeln!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#{}\"/>",
                points(*x),
                points(*y),
                points(*width),
                points(*height),
                colour.hex()
            ),
            Drawn::Text { x, y, width, height, size, strong, set, text, .. } => {
                let (at, anchor) = match set {
                    Set::Text | Set::Left => (*x, "start"),
                    Set::Centre => (x + width / 2, "middle"),
                    Set::Right => (x + width, "end"),
                };
                let weight = if *strong { " font-weight=\"700\"" } else { "" };
                writeln!(
                    out,
                    "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\"{weight}>{}</text>",
                    points(at),
                    points(y + height / 2 + size * 36 / 100),
                    points(*size),
                    escaped(text)
                )
            }
        };
    }
    out.push_str("</svg>\n");
    out
}

/// The pages as SVG files of a ZIP archive, `1.svg` first.
pub fn write_archive(chart: &Chart) -> Result<Vec<u8>, ArchiveError> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    // The same chart is the same file: no time of writing goes in.
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let pages = write(chart);
    let digits = pages.len().to_string().len();
    for (number, page) in (1..).zip(&pages) {
        archive.start_file(format!("{number:0digits$}.svg"), options)?;
        archive.write_all(page.as_bytes()).map_err(zip::result::ZipError::from)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[derive(Debug, thiserror::Error)]
#[error("the archive was not written: {0}")]
pub struct ArchiveError(#[from] zip::result::ZipError);
