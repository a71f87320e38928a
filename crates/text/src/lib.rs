//! Understanding residents' messages on this machine, without any network: category with confidence and
//! the words that decided, near-duplicates, hot issues, place names.
//!
//! Pure computation: no files, no clock, no randomness except seeds handed in. Everything works on
//! Chinese and on English; the atoms are characters of the one and words of the other ([`units`]).
//!
//! | Question | Module |
//! |---|---|
//! | Which category, how sure, because of which words? | [`category`], learnt by [`learning`] |
//! | How good is that on messages never seen? | [`evaluation`] |
//! | Who wrote nearly the same? | [`duplicates`] |
//! | What do many people raise about one place in one period? | [`hot_issues`] |
//! | Which known places does a text name? | [`places`] |
//! | Which of many words stand in a text? | [`words`] |

pub mod category;
pub mod duplicates;
pub mod evaluation;
pub mod fingerprint;
pub mod grouping;
mod hashing;
pub mod hot_issues;
pub mod learning;
pub mod linkage;
pub mod model_file;
pub mod neighbours;
pub mod ngrams;
mod parallel;
pub mod place_phrase;
pub mod places;
pub mod random;
pub mod sparse;
pub mod svm;
pub mod units;
pub mod words;
