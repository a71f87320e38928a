//! How the cells of a workbook look.

use rust_decimal::Decimal;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::model::Language;
use crate::style::Colour;
use crate::table::{Align, Cell, Tone};

pub(super) struct Formats {
    language: Language,
}

impl Formats {
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    fn base(&self, strong: bool) -> Format {
        let (font, size) = match (self.language, strong) {
            (Language::Chinese, true) => ("黑体", 10),
            (Language::Chinese, false) => ("宋体", 10),
            (Language::English, _) => ("Arial", 9),
        };
        let format = Format::new().set_font_name(font).set_font_size(size);
        if strong && self.language == Language::English { format.set_bold() } else { format }
    }

    pub fn plain(&self) -> Format {
        self.base(false)
    }

    pub fn title(&self) -> Format {
        let title = self.base(true).set_font_size(16).set_align(FormatAlign::VerticalCenter);
        title.set_align(FormatAlign::Center).set_text_wrap()
    }

    pub fn note(&self) -> Format {
        self.base(false).set_align(FormatAlign::Left).set_align(FormatAlign::VerticalCenter).set_text_wrap()
    }

    pub fn head(&self) -> Format {
        self.base(true)
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(Color::RGB(0x00F0_F0F0))
            .set_border(FormatBorder::Thin)
            .set_text_wrap()
    }

    pub fn cell(&self, cell: &Cell, align: Align, strong: bool) -> Format {
        let format = self
            .base(strong)
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::VerticalCenter)
            .set_align(match align {
                Align::Start => FormatAlign::Left,
                Align::Centre => FormatAlign::Center,
                Align::Number => FormatAlign::Right,
            });
        match cell {
            Cell::Number(number) => format.set_num_format(self.places(number, "")),
            Cell::Percent(number) => format.set_num_format(self.places(number, "%")),
            Cell::Day(_) => format.set_num_format("yyyy-mm-dd"),
            Cell::Empty | Cell::Text(_) | Cell::Signal { .. } => format.set_text_wrap(),
        }
    }

    /// As many places as the number has.
    fn places(&self, number: &Decimal, end: &str) -> String {
        let whole = match self.language {
            Language::Chinese => "0",
            Language::English => "#,##0",
        };
        match number.scale() {
            0 => format!("{whole}{end}"),
            places => format!("{whole}.{}{end}", "0".repeat(places as usize)),
        }
    }

    pub fn tone(&self, tone: Tone) -> Format {
        let Colour(red, green, blue) = Colour::of(tone);
        let rgb = u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue);
        self.base(false).set_font_color(Color::RGB(rgb))
    }
}
