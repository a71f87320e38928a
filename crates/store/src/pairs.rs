//! Which letters and pairs of neighbouring letters a text has, in some bits: most rows that do not have a word in
//! them are known by these, and their texts need not be looked through.

/// The columns that hold the bits, and the bits of each: one that is positive in both databases.
pub(crate) const COLUMNS: [&str; 8] =
    ["pairs_0", "pairs_1", "pairs_2", "pairs_3", "pairs_4", "pairs_5", "pairs_6", "pairs_7"];
/// The bits of a text.
pub(crate) type Pairs = [i64; 8];
const BITS: u64 = 62;

/// The bits of a text. Those of a part of it are among them.
pub(crate) fn pairs(text: &str) -> Pairs {
    let mut out = [0i64; 8];
    let mut before = 0u64;
    for letter in text.chars().map(|letter| u64::from(u32::from(letter))) {
        for seen in [Some(letter), (before > 0).then_some(before << 32 | letter)].into_iter().flatten() {
            let at = mixed(seen) % (BITS * out.len() as u64);
            out[(at / BITS) as usize] |= 1 << (at % BITS);
        }
        before = letter;
    }
    out
}

/// Spreads neighbouring numbers over all (the end of SplitMix64; Steele, Lea and Flood 2014).
fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_part_has_the_whole_has() {
        let text = "ht-tsk-001 回龙观西大街 路灯 lamp 〔2019〕12号";
        let whole = pairs(text);
        let letters: Vec<char> = text.chars().collect();
        for from in 0..letters.len() {
            for to in from..=letters.len() {
                let part: String = letters[from..to].iter().collect();
                assert!(pairs(&part).iter().zip(whole).all(|(part, whole)| part & whole == *part), "{part}");
            }
        }
        assert_eq!(pairs(""), [0; 8]);
        assert!(pairs("停水不便").iter().zip(whole).any(|(part, whole)| part & whole != *part));
        assert!(whole.iter().all(|bits| *bits >= 0));
    }
}
