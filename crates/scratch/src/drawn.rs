//! Pages as Poppler draws them: where their ink lies, and what text comes back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether a program is at hand; where it is not, says that the test is left out.
pub fn present(program: &str) -> bool {
    let there = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()));
    if !there {
        crate::skip(program);
    }
    there
}

/// What a program prints.
///
/// # Panics
/// Where it fails.
pub fn run(program: &str, args: &[&str]) -> Vec<u8> {
    let out = Command::new(program).args(args).output().expect("the program");
    assert!(out.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// The text of a PDF.
///
/// # Panics
/// Where it cannot be read.
pub fn text_of(pdf: &Path) -> String {
    String::from_utf8(run("pdftotext", &["-raw", &pdf.display().to_string(), "-"])).expect("UTF-8")
}

/// A grey picture of a page, 72 dots an inch: a dot is a point.
pub struct Picture {
    pub width: usize,
    pub height: usize,
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
    pub fn ink(&self) -> Option<[usize; 4]> {
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

    /// Dots that are dark.
    pub fn dark(&self) -> usize {
        self.dots.iter().filter(|dot| **dot < 160).count()
    }
}

/// The pages of a PDF, drawn in a folder.
///
/// # Panics
/// Where they cannot be drawn.
pub fn pictures(pdf: &Path, folder: &Path) -> Vec<Picture> {
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

/// No page is empty and no ink lies in the margins, which are told in millimetres for portrait and
/// landscape: top, right, bottom to the folio's lower edge, left. `hanging` is how far marks may hang into the right margin.
///
/// # Panics
/// Where a page is empty, or has ink outside.
pub fn check_pages(name: &str, pages: &[Picture], margins: impl Fn(bool) -> [f64; 4], hanging: f64) {
    for (at, page) in pages.iter().enumerate() {
        let landscape = page.width > page.height;
        let [top, right, bottom, left] = margins(landscape).map(|mm| mm / 25.4 * 72.0);
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
pub fn counts<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeMap<char, usize> {
    let mut out = BTreeMap::new();
    for character in texts.into_iter().flat_map(str::chars).filter(|c| !c.is_whitespace()) {
        *out.entry(character).or_default() += 1;
    }
    out
}

/// Every character of the texts comes back from a PDF, as often as it was put in.
///
/// # Panics
/// Where one does not.
pub fn check_text(name: &str, wanted: &[String], pdf: &Path) {
    let got = text_of(pdf);
    let have = counts([got.as_str()]);
    for (character, count) in counts(wanted.iter().map(String::as_str)) {
        let found = have.get(&character).copied().unwrap_or_default();
        assert!(found >= count, "{name}: {character:?} comes back {found} times of {count}");
    }
    assert!(!got.contains('\u{fffd}') && !got.contains('〓'), "{name}");
}

/// Every font is embedded as a subset, with its characters told.
///
/// # Panics
/// Where one is not.
pub fn check_fonts(name: &str, pdf: &Path) {
    let list = String::from_utf8(run("pdffonts", &[&pdf.display().to_string()])).expect("text");
    let fonts: Vec<&str> = list.lines().skip(2).collect();
    assert!(!fonts.is_empty(), "{name}");
    for font in fonts {
        // Embedded, as a subset, with its characters told.
        let told: Vec<&str> = font.split_whitespace().rev().skip(2).take(3).collect();
        assert_eq!(told, ["yes", "yes", "yes"], "{name}: {font}");
    }
}

/// Opens files with LibreOffice and has it write each as PDF into the folder.
///
/// # Panics
/// Where it does not.
pub fn with_libreoffice(folder: &Path, files: &[PathBuf]) {
    let out = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .arg(folder)
        .args(files)
        .stdout(Stdio::null())
        .status()
        .expect("LibreOffice");
    assert!(out.success());
}
