//! Pages as others see them: LibreOffice opens every DOCX and XLSX, Poppler draws the pages of its
//! PDF and of our own. No page is empty, no ink lies in the margins, every character comes back.

use crate::samples;

use crate::parts::{parts, texts};
use document::font::{FontError, Library, SYSTEM_FOLDERS};
use document::pdf::{self, PdfError};
use document::{Block, Language, docx, xlsx};
use scratch::drawn::{
    check_fonts, check_pages, check_text, pictures, present, run, text_of, with_libreoffice,
};

fn library() -> Option<Library> {
    let library = Library::scan(&SYSTEM_FOLDERS);
    let there = library.uses(Language::Chinese).len() == 5 && library.uses(Language::English).len() == 5;
    if !there {
        scratch::skip("a Chinese font (fonts-noto-cjk) and a Latin one (fonts-liberation)");
    }
    there.then_some(library)
}

/// Margins in millimetres: top, right, bottom to the folio's lower edge, left.
fn margins(language: Language, letter: bool, landscape: bool) -> [f64; 4] {
    match (language, landscape) {
        (Language::Chinese, false) if letter => [30.0, 19.5, 19.5, 19.5],
        (Language::Chinese, false) => [37.0, 26.0, 22.5, 28.0],
        (Language::Chinese, true) => [28.0, 35.0, 13.5, 37.0],
        (Language::English, false) => [28.0, 28.0, 17.0, 28.0],
        (Language::English, true) => [25.0, 25.0, 14.0, 25.0],
    }
}

fn words_of(document: &document::Document) -> Vec<String> {
    texts(&parts(&docx::write(document).expect("a file"))["word/document.xml"], "w:t")
}

#[test]
fn our_own_pages_are_sound() {
    if !(present("pdftoppm") && present("pdftotext") && present("pdffonts")) {
        return;
    }
    let Some(library) = library() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let pages = [("official", 8), ("report", 8), ("minutes", 2), ("slip", 1), ("letter", 2), ("english", 5)];
    for ((name, document), (_, count)) in samples::all().into_iter().zip(pages) {
        let written = pdf::write(&document, &library).expect("a PDF");
        assert!(written.missing.is_empty(), "{name}: {:?}", written.missing);
        assert_eq!(written.fonts.len(), 5);
        assert!(written.bytes == pdf::write(&document, &library).expect("a PDF").bytes, "{name}");
        let file = folder.path().join(format!("{name}.pdf"));
        std::fs::write(&file, &written.bytes).expect("written");
        let pictures = pictures(&file, folder.path());
        assert_eq!(pictures.len(), written.pages, "{name}");
        assert_eq!(written.pages, count, "{name}");
        check_pages(
            name,
            &pictures,
            |landscape| margins(document.language, name.starts_with("letter"), landscape),
            0.0,
        );
        check_text(name, &words_of(&document), &file);
        check_fonts(name, &file);
        let info = String::from_utf8(run("pdfinfo", &[&file.display().to_string()])).expect("text");
        let title = info.lines().find(|line| line.starts_with("Title:")).expect("a title");
        assert!(title.ends_with(&document.title.replace('\n', " ")));
        assert!(info.lines().any(|line| line.starts_with("Tagged:") && line.ends_with("yes")), "{info}");
        let tree = run("pdfinfo", &["-struct", &file.display().to_string()]);
        let tree = String::from_utf8_lossy(&tree);
        assert!(tree.trim_start().starts_with("Document"), "{tree}");
        assert!(tree.contains("H1"), "{tree}");
        if ["report", "english"].contains(&name) {
            assert!(tree.contains("Table") && tree.contains("TH") && tree.contains("TD"), "{tree}");
        }
    }
}

#[test]
fn libreoffice_sees_the_same() {
    if !(present("soffice") && present("pdftoppm") && present("pdftotext")) || library().is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: String| folder.path().join(name);
    let mut files = Vec::new();
    for (name, document) in samples::all() {
        files.push(path(format!("{name}.docx")));
        std::fs::write(files.last().expect("a file"), docx::write(&document).expect("a file"))
            .expect("written");
    }
    for (name, language) in [("ledger", Language::Chinese), ("ledger.en", Language::English)] {
        files.push(path(format!("{name}.xlsx")));
        let bytes = xlsx::write(&samples::ledger(language)).expect("a workbook");
        std::fs::write(files.last().expect("a file"), bytes).expect("written");
    }
    with_libreoffice(folder.path(), &files);
    let library = Library::scan(&SYSTEM_FOLDERS);
    for (name, document) in samples::all() {
        let file = path(format!("{name}.pdf"));
        let pictures = pictures(&file, folder.path());
        // Other fonts, other breaks: but never a page more or less than one.
        let ours = pdf::write(&document, &library).expect("a PDF").pages;
        assert!(pictures.len().abs_diff(ours) <= 1, "{name}: {} pages, ours has {ours}", pictures.len());
        // LibreOffice 7.4 reads the switch for hanging marks the wrong way round: half a mark may hang.
        let hanging = if document.language == Language::Chinese { 8.0 } else { 0.0 };
        check_pages(
            name,
            &pictures,
            |landscape| margins(document.language, name.starts_with("letter"), landscape),
            hanging,
        );
        check_text(name, &words_of(&document), &file);
    }
    for (name, language) in [("ledger", Language::Chinese), ("ledger.en", Language::English)] {
        let file = path(format!("{name}.pdf"));
        let pages = pictures(&file, folder.path());
        assert!((2..=6).contains(&pages.len()), "{name}: {}", pages.len());
        assert!(pages.iter().all(|page| page.width > page.height && page.dark() > 1_000), "{name}");
        let text = text_of(&file).replace(char::is_whitespace, "");
        let head = if language == Language::Chinese { "责任单位" } else { "Leadunit" };
        assert_eq!(text.matches(head).count(), pages.len(), "{name}: the heads come on every page");
        assert!(text.contains("=HYPERLINK("), "{name}: a text that looks like a formula shows as it is");
    }
}

#[test]
fn without_fonts_the_error_says_what_to_install() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("broken.ttf"), b"no font").expect("written");
    let library = Library::scan(&[folder.path()]);
    let error = pdf::write(&samples::slip(), &library).expect_err("no fonts");
    assert!(matches!(error, PdfError::Font(FontError::NoChinese)));
    assert!(error.to_string().contains("fonts-noto-cjk"));
    let error = pdf::write(&samples::english(), &library).expect_err("no fonts");
    assert!(error.to_string().contains("fonts-liberation"));
}

#[test]
fn characters_without_a_font_are_reported_and_marked() {
    let Some(library) = library() else { return };
    let mut document = samples::slip();
    document.title = "关于\u{10480}的督办".into();
    let written = pdf::write(&document, &library).expect("a PDF");
    assert_eq!(written.missing, ['\u{10480}']);
}

#[test]
fn rows_higher_than_a_page_part_between_lines() {
    if !(present("pdftoppm") && present("pdftotext")) {
        return;
    }
    let Some(library) = library() else { return };
    let mut document = samples::report(3);
    let long: String = (0..900).map(|at| format!("第{at}条意见，")).collect();
    let Some(Block::Table(table)) = document.body[1].blocks.first_mut() else { panic!("a table") };
    table.rows[1].cells[8] = long.clone().into();
    let written = pdf::write(&document, &library).expect("a PDF");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("long.pdf");
    std::fs::write(&file, &written.bytes).expect("written");
    check_pages(
        "long",
        &pictures(&file, folder.path()),
        |landscape| margins(Language::Chinese, false, landscape),
        0.0,
    );
    check_text("long", &words_of(&document), &file);
}
