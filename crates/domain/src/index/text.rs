//! A version's dimensions and indicators as lines of text, as people type them and files carry them.
//!
//! A dimension is `# name | English name | weight`; behind it stands a line for each of its indicators:
//! `indicator | instrument / scale | higher | range 0 100 | weight | source`.

use rust_decimal::Decimal;

use super::{Better, IndexDimension, IndexPart, Scaling};
use crate::code::Code;
use crate::indicator::Instrument;
use crate::named::Named;

/// A line that cannot be read; the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {0} is neither a dimension nor an indicator of one")]
pub struct BadLine(pub usize);

pub fn to_text(dimensions: &[IndexDimension]) -> String {
    let mut out = String::new();
    for dimension in dimensions {
        let Named { zh, en } = &dimension.name;
        out.push_str(&format!("# {zh} | {en} | {}\n", dimension.weight.normalize()));
        for part in &dimension.parts {
            let Instrument { instrument, scale } = &part.instrument;
            let (scaling, first, second) = part.scaling.parts();
            out.push_str(&format!(
                "{} | {instrument} / {scale} | {} | {scaling} {} {} | {} | {}\n",
                part.indicator,
                part.better.as_str(),
                first.normalize(),
                second.normalize(),
                part.weight.normalize(),
                part.source,
            ));
        }
    }
    out
}

/// # Errors
/// The first line that cannot be read.
pub fn parse(text: &str) -> Result<Vec<IndexDimension>, BadLine> {
    let mut out: Vec<IndexDimension> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        let bad = BadLine(at + 1);
        if line.is_empty() {
            continue;
        }
        if let Some(dimension) = line.strip_prefix('#') {
            out.push(dimension_of(dimension).ok_or(bad)?);
        } else {
            let part = part_of(line).ok_or(bad)?;
            out.last_mut().ok_or(bad)?.parts.push(part);
        }
    }
    Ok(out)
}

/// Cells of a line. Full-width bars are taken as well: they come from Chinese keyboards.
fn cells<const N: usize>(line: &str) -> Option<[&str; N]> {
    let cells: Vec<&str> = line.splitn(N, ['|', '｜']).map(str::trim).collect();
    cells.try_into().ok()
}

fn number(text: &str) -> Option<Decimal> {
    text.parse::<Decimal>().ok().map(|value| value.normalize())
}

fn dimension_of(line: &str) -> Option<IndexDimension> {
    let [zh, en, weight] = cells(line)?;
    if zh.is_empty() {
        return None;
    }
    Some(IndexDimension { name: Named::new(zh, en), weight: number(weight)?, parts: Vec::new() })
}

fn part_of(line: &str) -> Option<IndexPart> {
    let [indicator, by, better, scaling, weight, source] = cells(line)?;
    let (instrument, scale) = by.split_once(['/', '／'])?;
    let code = |text: &str| Code::new(text.trim()).ok();
    let mut words = scaling.split_whitespace();
    let (name, first, second) = (words.next()?, number(words.next()?)?, number(words.next()?)?);
    if words.next().is_some() {
        return None;
    }
    Some(IndexPart {
        indicator: code(indicator)?,
        instrument: Instrument { instrument: code(instrument)?, scale: code(scale)? },
        better: Better::parse(better)?,
        scaling: Scaling::new(name, first, second)?,
        weight: number(weight)?,
        source: source.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# 便利性 | Convenience | 2\n\
        retail_coverage | community_count / percent | higher | range 0 100 | 1 | 公报 | 附表\n\
        # 幼有所育 |  | 1.5\n\
        kindergarten_fee | lowest_fee / yuan_per_month | lower | target 6200 600 | 0.5 | 示例\n";

    #[test]
    fn lines_are_read_as_they_are_written() {
        let read = parse(TEXT).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].parts[0].source, "公报 | 附表");
        assert_eq!(read[1].weight, "1.5".parse().unwrap());
        assert_eq!(to_text(&read), TEXT);
        assert_eq!(parse(&TEXT.replace('|', "｜").replace('\n', "\r\n\r\n")).unwrap()[1], read[1]);
    }

    #[test]
    fn the_first_bad_line_is_named() {
        for (text, line) in [
            ("retail_coverage | a / b | higher | range 0 1 | 1 | x", 1),
            ("# a | b | 1\n\nc | d | higher | range 0 1 | 1 | x", 3),
            ("# a | b | many", 1),
            ("# a | b | 1\nc | d / e | up | range 0 1 | 1 | x", 2),
            ("# a | b | 1\nc | d / e | higher | range 0 1 2 | 1 | x", 2),
            ("# a | b | 1\nc | d / e | higher | share 0 1 | 1 | x", 2),
            ("# a | b | 1\nc d | d / e | higher | range 0 1 | 1 | x", 2),
        ] {
            assert_eq!(parse(text), Err(BadLine(line)), "{text}");
        }
    }
}
