//! Pages as others see them: LibreOffice opens every DOCX and XLSX, Poppler draws the pages of its
//! PDF and of our own. No page is empty, no ink lies in the margins, every character comes back.

mod parts;
#[allow(dead_code)]
mod samples;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use document::font::{FontError, Library, SYSTEM_FOLDERS};
use document::pdf::{self, PdfError};
use document::{Block, Language, docx, xlsx};
use parts::{parts, texts};

fn present(program: &str) -> bool {
    let there = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()));
    if !there {
        scratch::skip(program);
    }
    there
}

fn library() -> Option<Library> {
    let library = Library::scan(&SYSTEM_FOLDERS);
    let there = library.uses(Language::Chinese).len() == 5 && library.uses(Language::English).len() == 5;
    if !there {
        scratch::skip("a Chinese font (fonts-noto-cjk) and a Latin one (fonts-liberation)");
    }
    there.then_some(library)
}

fn run(program: &str, args: &[&str]) -> Vec<u8> {
    let out = Command::new(program).args(args).output().expect("the program");
    assert!(out.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

fn text_of(pdf: &Path) -> String {
    String::from_utf8(run("pdftotext", &["-raw", &pdf.display().to_string(), "-"])).expect("UTF-8")
}

/// A grey picture of a page, 72 dots an inch: a dot is a point.
struct Picture {
    width: usize,
    height: usize,
    dots: Vec<u8>,
}

impl Picture {
    fn parse(bytes: &[u8]) -> Self {
        let mut fields = bytes.splitn(4, |byte| byte.is_ascii_whitespace());
        assert_eq!(fields.next(), Some(&b"P5"[..]));
        let mut number = || -> usize {
            let field = fields.next().expect("a field");
            std::str::from_utf8(field).expect("digits").parse().expect("a number")
        };
        let (width, height) = (number(), number());
        let rest = fields.next().expect("dots");
        let dots = rest[rest.len() - width * height..].to_vec();
        Self { width, height, dots }
    }

    /// The upper left and the lower right corner of what is dark.
    fn ink(&self) -> Option<[usize; 4]> {
        let mut out: Option<[usize; 4]> = None;
        for y in 0..self.height {
            for x in 0..self.width {
                if self.dots[y * self.width + x] < 160 {
                    let held = out.get_or_insert([x, y, x, y]);
                    *held = [held[0].min(x), held[1].min(y), held[2].max(x), held[3].max(y)];
                }
            }
        }
        out
    }

    fn dark(&self) -> usize {
        self.dots.iter().filter(|dot| **dot < 160).count()
    }
}

fn pictures(pdf: &Path, folder: &Path) -> Vec<Picture> {
    let stem = folder.join(format!("{}-page", pdf.file_stem().expect("a name").display()));
    run("pdftoppm", &["-r", "72", "-gray", &pdf.display().to_string(), &stem.display().to_string()]);
    let prefix = stem.file_name().expect("a name").to_string_lossy().into_owned();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let picture = Picture::parse(&std::fs::read(file).expect("a picture"));
            std::fs::remove_file(file).expect("removed");
            picture
        })
        .collect()
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

/// `hanging` is how far marks may hang into the right margin.
fn check_pages(name: &str, language: Language, pages: &[Picture], hanging: f64) {
    for (at, page) in pages.iter().enumerate() {
        let landscape = page.width > page.height;
        let [top, right, bottom, left] =
            margins(language, name.starts_with("letter"), landscape).map(|mm| mm / 25.4 * 72.0);
        let [x0, y0, x1, y1] = page.ink().unwrap_or_else(|| panic!("{name}: page {} is empty", at + 1));
        // More than a page number.
        assert!(page.dark() > 150, "{name}: page {} has {} dark dots", at + 1, page.dark());
        // A rule is drawn half outside, a dot may be touched at its edge.
        let slack = 2.0;
        let (width, height) = (page.width as f64, page.height as f64);
        let inside = x0 as f64 + slack >= left
            && y0 as f64 + slack >= top
            && (x1 as f64) <= width - right + slack + hanging
            && (y1 as f64) <= height - bottom + slack;
        assert!(
            inside,
            "{name}: page {} of {width}×{height} has ink at {:?}, margins {left} {top} {right} {bottom}",
            at + 1,
            [x0, y0, x1, y1]
        );
    }
}

/// How often each character stands in a text; blanks do not count.
fn counts<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeMap<char, usize> {
    let mut out = BTreeMap::new();
    for character in texts.into_iter().flat_map(str::chars).filter(|c| !c.is_whitespace()) {
        *out.entry(character).or_default() += 1;
    }
    out
}

fn check_text(name: &str, wanted: &[String], pdf: &Path) {
    let got = text_of(pdf);
    let have = counts([got.as_str()]);
    for (character, count) in counts(wanted.iter().map(String::as_str)) {
        let found = have.get(&character).copied().unwrap_or_default();
        assert!(found >= count, "{name}: {character:?} comes back {found} times of {count}");
    }
    assert!(!got.contains('\u{fffd}') && !got.contains('〓'), "{name}");
}

fn check_fonts(name: &str, pdf: &Path) {
    let list = String::from_utf8(run("pdffonts", &[&pdf.display().to_string()])).expect("text");
    let fonts: Vec<&str> = list.lines().skip(2).collect();
    assert!(!fonts.is_empty(), "{name}");
    for font in fonts {
        // Embedded, as a subset, with its characters told.
        let told: Vec<&str> = font.split_whitespace().rev().skip(2).take(3).collect();
        assert_eq!(told, ["yes", "yes", "yes"], "{name}: {font}");
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
        check_pages(name, document.language, &pictures, 0.0);
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
    let out = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", path("profile".into()).display()))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .arg(folder.path())
        .args(&files)
        .stdout(Stdio::null())
        .status()
        .expect("LibreOffice");
    assert!(out.success());
    let library = Library::scan(&SYSTEM_FOLDERS);
    for (name, document) in samples::all() {
        let file = path(format!("{name}.pdf"));
        let pictures = pictures(&file, folder.path());
        // Other fonts, other breaks: but never a page more or less than one.
        let ours = pdf::write(&document, &library).expect("a PDF").pages;
        assert!(pictures.len().abs_diff(ours) <= 1, "{name}: {} pages, ours has {ours}", pictures.len());
        // LibreOffice 7.4 reads the switch for hanging marks the wrong way round: half a mark may hang.
        let hanging = if document.language == Language::Chinese { 8.0 } else { 0.0 };
        check_pages(name, document.language, &pictures, hanging);
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
    check_pages("long", Language::Chinese, &pictures(&file, folder.path()), 0.0);
    check_text("long", &words_of(&document), &file);
}
