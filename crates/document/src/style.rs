//! The measures of GB/T 9704-2012, and those of a plain report for English.

use crate::length::{Length, mm, pt, tenths};
use crate::model::{Language, Orientation, Paper};
use crate::table::{TextSize, Tone};

/// The voices of a document; a font stands for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The issuing body's mark and the title: 小标宋.
    Title,
    /// The text: 仿宋.
    Body,
    /// Headings of the first level, labels: 黑体.
    Heading,
    /// Headings of the second level: 楷体.
    Subheading,
    /// Page numbers: 宋体.
    Folio,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Title, Self::Body, Self::Heading, Self::Subheading, Self::Folio];
}

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub u8, pub u8, pub u8);

pub(crate) const BLACK: Colour = Colour(0, 0, 0);
/// The red of official documents.
pub(crate) const RED: Colour = Colour(0xd9, 0, 0);
/// Behind the headings of tables.
pub(crate) const SHADE: Colour = Colour(0xf0, 0xf0, 0xf0);
pub(crate) const HAIRLINE: Colour = Colour(0x99, 0x99, 0x99);

impl Colour {
    pub fn hex(self) -> String {
        format!("{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }

    pub fn of(tone: Tone) -> Self {
        match tone {
            Tone::Green => Self(0x1b, 0x87, 0x3f),
            Tone::Yellow => Self(0xc9, 0x8a, 0),
            Tone::Orange => Self(0xd1, 0x5a, 0),
            Tone::Red => Self(0xc6, 0x1a, 0x1a),
            Tone::Blue => Self(0x1f, 0x5f, 0xbf),
            Tone::Grey => Self(0x76, 0x76, 0x76),
        }
    }
}

/// A page and its margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    pub width: Length,
    pub height: Length,
    pub top: Length,
    pub right: Length,
    pub bottom: Length,
    pub left: Length,
}

impl Page {
    pub fn new(language: Language, paper: Paper, orientation: Orientation) -> Self {
        let (short, long) = match paper {
            Paper::A4 => (mm(210), mm(297)),
            Paper::A3 => (mm(297), mm(420)),
        };
        let ([top, right, bottom, left], turned) = match language {
            Language::Chinese => ([37, 26, 35, 28], [28, 35, 26, 37]),
            Language::English => ([28, 28, 28, 28], [25, 25, 25, 25]),
        };
        match orientation {
            Orientation::Portrait => Self {
                width: short,
                height: long,
                top: mm(top),
                right: mm(right),
                bottom: mm(bottom),
                left: mm(left),
            },
            // The page turned by a quarter: the binding edge comes to lie at the top.
            Orientation::Landscape => Self {
                width: long,
                height: short,
                top: mm(turned[0]),
                right: mm(turned[1]),
                bottom: mm(turned[2]),
                left: mm(turned[3]),
            },
        }
    }

    /// The width of the text block.
    pub fn measure(&self) -> Length {
        self.width - self.left - self.right
    }
}

/// Sizes and pitches of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub language: Language,
    /// The text, and the pitch of its lines.
    pub body: Length,
    pub pitch: Length,
    /// The advance of a full-width character: 28 fill the text block.
    pub character: Length,
    pub title: Length,
    pub title_pitch: Length,
    pub imprint: Length,
    pub imprint_pitch: Length,
    pub folio: Length,
    pub note: Length,
    pub note_pitch: Length,
    /// The most the mark may measure; longer ones shrink until they fit on a line.
    pub mark: Length,
    /// Between paragraphs.
    pub between: Length,
    /// The first line's indent.
    pub indent: Length,
}

/// 22 lines fill 225 mm: 28.95 pt is what word processors can express.
const GRID_PITCH: Length = 28_950;
/// 28 characters fill 156 mm.
const GRID_CHARACTER: Length = tenths(1_560) / 28;

pub(crate) fn sizes(language: Language) -> Sizes {
    match language {
        Language::Chinese => Sizes {
            language,
            body: pt(16),
            pitch: GRID_PITCH,
            character: GRID_CHARACTER,
            title: pt(22),
            title_pitch: GRID_PITCH,
            imprint: pt(14),
            imprint_pitch: pt(23),
            folio: pt(14),
            note: pt(10),
            note_pitch: pt(16),
            mark: pt(52),
            between: 0,
            indent: 2 * GRID_CHARACTER,
        },
        Language::English => Sizes {
            language,
            body: pt(11),
            pitch: pt(15),
            character: pt(11),
            title: pt(18),
            title_pitch: pt(23),
            imprint: pt(9),
            imprint_pitch: pt(14),
            folio: pt(9),
            note: 8_500,
            note_pitch: pt(12),
            mark: pt(26),
            between: pt(6),
            indent: 0,
        },
    }
}

impl Sizes {
    /// The voice and size of a heading of a level (1 to 4).
    pub fn heading(&self, level: u8) -> (Role, Length) {
        match (self.language, level) {
            (Language::Chinese, 1) => (Role::Heading, self.body),
            (Language::Chinese, 2) => (Role::Subheading, self.body),
            (Language::Chinese, _) => (Role::Body, self.body),
            (Language::English, 1) => (Role::Heading, self.body + 3_000),
            (Language::English, 2) => (Role::Heading, self.body),
            (Language::English, _) => (Role::Subheading, self.body),
        }
    }

    /// Size and pitch of a table's text.
    pub fn table(&self, size: TextSize) -> (Length, Length) {
        match (self.language, size) {
            (Language::Chinese, TextSize::Normal) => (pt(12), pt(18)),
            (Language::Chinese, TextSize::Small) => (10_500, pt(16)),
            (Language::Chinese, TextSize::Tiny) => (pt(9), 13_500),
            (Language::English, TextSize::Normal) => (pt(10), pt(14)),
            (Language::English, TextSize::Small) => (pt(9), pt(12)),
            (Language::English, TextSize::Tiny) => (pt(8), 10_500),
        }
    }
}

/// The page number's line begins this far under the text block.
pub(crate) const FOLIO_BELOW: Length = mm(7);
/// Between a table's rules and its text.
pub(crate) const CELL_SIDE: Length = 3_500;
pub(crate) const CELL_ABOVE: Length = 2_000;

/// Names of the fonts for a role, the wanted one first: official, then what Windows, WPS and free
/// systems carry.
pub(crate) fn fonts(language: Language, role: Role) -> &'static [&'static str] {
    match (language, role) {
        (Language::Chinese, Role::Title) => &[
            "方正小标宋简体",
            "FZXiaoBiaoSong-B05S",
            "方正小标宋_GBK",
            "FZXiaoBiaoSong-B05",
            "Noto Serif CJK SC Bold",
            "Noto Serif SC Bold",
            "Source Han Serif SC Bold",
            "Source Han Serif CN Bold",
            "Noto Sans CJK SC Bold",
        ],
        (Language::Chinese, Role::Body) => &[
            "仿宋_GB2312",
            "FangSong_GB2312",
            "仿宋",
            "FangSong",
            "方正仿宋_GBK",
            "Noto Serif CJK SC",
            "Noto Serif SC",
            "Source Han Serif SC",
            "Source Han Serif CN",
            "Noto Sans CJK SC",
        ],
        (Language::Chinese, Role::Heading) => &[
            "黑体",
            "SimHei",
            "方正黑体_GBK",
            "Noto Sans CJK SC Bold",
            "Noto Sans SC Bold",
            "Source Han Sans SC Bold",
            "Source Han Sans CN Bold",
            "Noto Serif CJK SC Bold",
        ],
        (Language::Chinese, Role::Subheading) => &[
            "楷体_GB2312",
            "KaiTi_GB2312",
            "楷体",
            "KaiTi",
            "方正楷体_GBK",
            "Noto Serif CJK SC Bold",
            "Noto Serif SC Bold",
            "Source Han Serif SC Bold",
            "Source Han Serif CN Bold",
            "Noto Sans CJK SC",
        ],
        (Language::Chinese, Role::Folio) => &[
            "宋体",
            "SimSun",
            "Noto Serif CJK SC",
            "Noto Serif SC",
            "Source Han Serif SC",
            "Source Han Serif CN",
            "Noto Sans CJK SC",
        ],
        (Language::English, Role::Title) => {
            &["Times New Roman Bold", "Liberation Serif Bold", "DejaVu Serif Bold"]
        }
        (Language::English, Role::Body | Role::Folio) => {
            &["Times New Roman", "Liberation Serif", "DejaVu Serif"]
        }
        (Language::English, Role::Heading) => &["Arial Bold", "Liberation Sans Bold", "DejaVu Sans Bold"],
        (Language::English, Role::Subheading) => {
            &["Times New Roman Bold", "Liberation Serif Bold", "DejaVu Serif Bold"]
        }
    }
}

/// Letters and digits inside a text of the other script. Digits half as wide as a character keep the
/// grid.
pub(crate) fn companions(language: Language, role: Role) -> &'static [&'static str] {
    match (language, role) {
        (Language::Chinese, Role::Heading) => &["Arial Bold", "Liberation Sans Bold"],
        (Language::Chinese, Role::Title | Role::Subheading) => {
            &["Times New Roman Bold", "Liberation Serif Bold"]
        }
        (Language::Chinese, _) => &["Times New Roman", "Liberation Serif"],
        (Language::English, _) => fonts(Language::Chinese, role),
    }
}
