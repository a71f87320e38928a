//! Every message a template or a handler names has words in both languages.

use std::fs;
use std::path::Path;

use words::Lang;

/// How templates and handlers name a message outright.
const CALLS: [&str; 7] = [
    ".t(\"",
    ".t1(\"",
    ".t2(\"",
    "words::text(lang, \"",
    "words::with(lang, \"",
    "words::text(visitor.lang, \"",
    "words::with(visitor.lang, \"",
];

fn collect(folder: &Path, keys: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            collect(&path, keys);
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        for call in CALLS {
            for rest in text.split(call).skip(1) {
                if let Some(key) = rest.split('"').next() {
                    keys.push((key.to_owned(), path.display().to_string()));
                }
            }
        }
    }
}

#[test]
fn no_page_names_a_message_without_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut keys = Vec::new();
    collect(&root.join("templates"), &mut keys);
    collect(&root.join("src"), &mut keys);
    assert!(keys.len() > 150, "{}", keys.len());
    for (key, place) in keys {
        for lang in Lang::ALL {
            assert!(words::has(lang, &key), "{place}: {key} has no words in {}", lang.tag());
        }
    }
}
