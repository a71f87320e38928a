//! What the tests need besides Rust: Debian's PostgreSQL, Chromium with its driver, fonts, LibreOffice,
//! Poppler, a reader of calendars, and programs of others that read what the product gives out.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Debian package and how to see that its content is there.
struct Need {
    package: &'static str,
    what: &'static str,
    present: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need { package: "postgresql", what: "a PostgreSQL server", present: postgres },
    Need { package: "chromium", what: "the Chromium browser", present: || on_path("chromium") },
    Need { package: "chromium-driver", what: "Chromium's driver", present: || on_path("chromedriver") },
    Need { package: "python3-icalendar", what: "Python's reader of calendars", present: icalendar },
    Need { package: "fonts-noto-cjk", what: "Chinese fonts", present: chinese_fonts },
    Need { package: "fonts-liberation", what: "Latin fonts", present: latin_fonts },
    Need {
        package: "libreoffice-writer-nogui",
        what: "LibreOffice Writer",
        present: || office("libswlo.so"),
    },
    Need { package: "libreoffice-calc-nogui", what: "LibreOffice Calc", present: || office("libsclo.so") },
    Need { package: "default-jre-headless", what: "Java, for MPXJ", present: || on_path("java") },
    Need { package: "python3-venv", what: "Python's folders of packages", present: venv },
    Need { package: "poppler-utils", what: "Poppler's tools", present: || on_path("pdftoppm") },
];

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

fn postgres() -> bool {
    on_path("initdb")
        || std::fs::read_dir("/usr/lib/postgresql").is_ok_and(|versions| {
            versions.flatten().any(|version| version.path().join("bin/initdb").is_file())
        })
}

fn icalendar() -> bool {
    python_has("icalendar")
}

fn python_has(module: &str) -> bool {
    Command::new("/usr/bin/python3")
        .args(["-c", &format!("import {module}")])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn venv() -> bool {
    OTHERS.iter().all(Others::there) || python_has("ensurepip")
}

/// Programs of others from PyPI, in a folder of the build: second opinions on what the product gives out.
struct Others {
    folder: &'static str,
    what: &'static str,
    packages: &'static [&'static str],
    /// What Python says to find them there.
    import: &'static str,
}

const OTHERS: [Others; 2] = [
    // The version whose dates were compared by hand with those of Microsoft Project.
    Others {
        folder: "mpxj",
        what: "MPXJ, a second opinion on timetables",
        packages: &["mpxj==16.10.0", "jpype1"],
        import: "import jpype, mpxj",
    },
    Others {
        folder: "open311",
        what: "clients of Open311",
        packages: &[
            "georeport==0.3.1",
            "civicbot==0.4.0",
            "chicagorequests==0.0.5",
            "three==0.8.0",
            "jsonschema==4.26.0",
        ],
        import: "import itertools; itertools.ifilter = filter; \
                 import georeport, civicbot, chicagorequests, three, jsonschema",
    },
];

impl Others {
    fn folder(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../target").join(self.folder)
    }

    /// Says to the tests why they are not there.
    fn missing(&self) -> PathBuf {
        self.folder().with_extension("missing")
    }

    fn python(&self) -> PathBuf {
        self.folder().join("bin/python")
    }

    fn there(&self) -> bool {
        let check = Command::new(self.python()).args(["-c", self.import]).stderr(Stdio::null()).status();
        check.is_ok_and(|status| status.success())
    }

    fn fetch(&self) -> anyhow::Result<()> {
        let (folder, missing) = (self.folder(), self.missing());
        if missing.exists() {
            std::fs::remove_file(&missing)?;
        }
        if self.there() {
            return Ok(());
        }
        println!("installing {} into {}", self.packages.join(", "), folder.display());
        let made = Command::new("/usr/bin/python3").args(["-m", "venv"]).arg(&folder).status()?;
        anyhow::ensure!(made.success(), "a folder of Python packages was not made");
        let installed = Command::new(self.python())
            .args(["-m", "pip", "install", "--quiet"])
            .args(self.packages)
            .status()?;
        if !installed.success() || !self.there() {
            // A second opinion from outside must not stand in the way of a machine that cannot fetch it.
            std::fs::remove_dir_all(&folder)?;
            let said =
                format!("missing: {}; get it with: pip install {}", self.what, self.packages.join(" "));
            std::fs::write(&missing, &said)?;
            println!("{said}");
        }
        Ok(())
    }
}

fn others() -> anyhow::Result<()> {
    OTHERS.iter().try_for_each(Others::fetch)
}

/// What the place engine is measured beside, from PyPI.
const PEERS: [(&str, &str); 4] = [
    ("pandana==0.8", "pandana"),
    ("networkx==3.6.1", "networkx"),
    ("spopt==0.7.0", "spopt.locate"),
    ("access==1.1.10.post3", "access"),
];

/// Fetches the peers of the benches. One that cannot be had takes nothing from the others: the results say so.
pub fn peers() -> anyhow::Result<()> {
    // Whoever names a Python has them there.
    if std::env::var_os("PLACE_PEERS_PYTHON").is_some() {
        return Ok(());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/place-peers");
    let python = folder.join("bin/python");
    let has = |module: &str| {
        let check = ["-c", &format!("import {module}")];
        let check = Command::new(&python).args(check).stderr(Stdio::null()).status();
        check.is_ok_and(|status| status.success())
    };
    for (package, module) in PEERS {
        if has(module) {
            continue;
        }
        println!("installing {package} into {}", folder.display());
        if !python.is_file() {
            let made = Command::new("/usr/bin/python3").args(["-m", "venv"]).arg(&folder).status()?;
            if !made.success() {
                println!("missing: peers of the benches; install Debian's python3-venv");
                return Ok(());
            }
        }
        let install = ["-m", "pip", "install", "--quiet", package];
        if !Command::new(&python).args(install).status()?.success() || !has(module) {
            println!("missing: {package}; get it with: pip install {package}");
        }
    }
    Ok(())
}

fn chinese_fonts() -> bool {
    ["/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk"]
        .iter()
        .any(|place| Path::new(place).exists())
        || Command::new("fc-list")
            .arg(":lang=zh")
            .output()
            .is_ok_and(|out| out.status.success() && !out.stdout.is_empty())
}

fn latin_fonts() -> bool {
    ["liberation", "liberation2"]
        .iter()
        .any(|folder| Path::new("/usr/share/fonts/truetype").join(folder).is_dir())
}

fn office(part: &str) -> bool {
    on_path("soffice") && Path::new("/usr/lib/libreoffice/program").join(part).exists()
}

/// Installs what is missing; when that is not allowed, says what is missing and how to get it.
pub fn run() -> anyhow::Result<()> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        return others();
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if may_install() {
        println!("installing {}", packages.join(", "));
        apt(&["update", "-qq"])?;
        let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
        install.extend(&packages);
        apt(&install)?;
    }
    let still: Vec<&&Need> = missing.iter().filter(|need| !(need.present)()).collect();
    anyhow::ensure!(
        still.is_empty(),
        "missing: {}; get it with: sudo apt-get install {}",
        still.iter().map(|need| need.what).collect::<Vec<_>>().join(", "),
        packages.join(" ")
    );
    others()
}

fn may_install() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    root && on_path("apt-get")
}

fn apt(args: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("apt-get")
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .status()?;
    anyhow::ensure!(status.success(), "apt-get {} failed", args.join(" "));
    Ok(())
}
