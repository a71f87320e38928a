//! What a character may do at the edges of a line, and beside another.

/// Marks that close or go on with what stands before them: never first on a line.
pub fn never_starts_a_line(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '？'
            | '！'
            | '）'
            | '》'
            | '〉'
            | '】'
            | '〕'
            | '」'
            | '』'
            | '”'
            | '’'
            | '］'
            | '｝'
            | '％'
            | '‰'
            | '℃'
            | '°'
            | '…'
            | '—'
            | '～'
            | '·'
            | '々'
            | '〃'
            | '．'
            | '／'
            | ')'
            | ']'
            | '}'
            | ','
            | '.'
            | ';'
            | ':'
            | '?'
            | '!'
            | '%'
            | '\u{a0}'
    )
}

/// Marks that open what stands behind them: never last on a line.
pub fn never_ends_a_line(c: char) -> bool {
    matches!(
        c,
        '（' | '《'
            | '〈'
            | '【'
            | '〔'
            | '「'
            | '『'
            | '“'
            | '‘'
            | '［'
            | '｛'
            | '('
            | '['
            | '{'
            | '￥'
            | '¥'
            | '$'
            | '€'
            | '£'
            | '№'
            | '#'
            | '\u{a0}'
    )
}

/// Characters that stand alone, one on a square: between two of them a line may break.
pub(crate) fn is_square(c: char) -> bool {
    matches!(c as u32,
        0x2e80..=0x303f | 0x3040..=0x30ff | 0x3100..=0x312f | 0x31a0..=0x31bf | 0x3200..=0x9fff
        | 0xac00..=0xd7af | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xff60 | 0xffe0..=0xffe6
        | 0x20000..=0x3ffff)
}

/// Letters of the Chinese script proper, beside which letters and digits want a little room.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c as u32, 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// Marks of both scripts: in a Chinese text they are drawn on a square.
pub(crate) fn is_shared(c: char) -> bool {
    matches!(
        c,
        '“' | '”'
            | '‘'
            | '’'
            | '—'
            | '…'
            | '·'
            | '●'
            | '°'
            | '×'
            | '℃'
            | '‰'
            | '№'
            | '→'
            | '←'
            | '≥'
            | '≤'
    )
}

/// Full-width marks whose right half is blank.
pub(crate) fn blank_behind(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '）'
            | '》'
            | '〉'
            | '】'
            | '〕'
            | '」'
            | '』'
            | '”'
            | '’'
            | '］'
            | '｝'
    )
}

/// Full-width marks whose left half is blank.
pub(crate) fn blank_before(c: char) -> bool {
    matches!(c, '（' | '《' | '〈' | '【' | '〔' | '「' | '『' | '“' | '‘' | '［' | '｛')
}

/// Whether a line may end with `a` and the next begin with `b`.
pub fn may_break(a: char, b: char) -> bool {
    if a == '\n' {
        return true;
    }
    if b.is_whitespace() || never_starts_a_line(b) || never_ends_a_line(a) {
        return false;
    }
    if a == '\u{a0}' || b == '\u{a0}' {
        return false;
    }
    // A number keeps the character that makes it a date or an issue.
    if a.is_ascii_digit() && matches!(b, '年' | '月' | '日' | '号' | '期') {
        return false;
    }
    if a.is_whitespace() || is_square(a) || is_square(b) {
        return true;
    }
    // Marks of both scripts behave as in Chinese beside Chinese only, which the line above has seen;
    // a word may part behind its hyphen.
    (matches!(a, '-' | '–' | '/') && b.is_alphabetic()) || a == '—'
}
