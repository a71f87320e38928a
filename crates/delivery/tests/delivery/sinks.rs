//! A mail server and a web server that do as they are told, and remember what they got.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How a mail server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Takes,
    /// Takes the connection and says nothing.
    Hangs,
    /// Answers a recipient with this code.
    Answers(u16),
    /// Breaks the connection off when the mail has come.
    BreaksOff,
}

#[derive(Debug, Clone)]
pub struct Got {
    pub to: String,
    pub id: String,
    pub text: String,
}

#[derive(Clone)]
pub struct MailSink {
    pub port: u16,
    manner: Arc<Mutex<Manner>>,
    got: Arc<Mutex<Vec<Got>>>,
    pub delay: Arc<Mutex<Duration>>,
}

impl MailSink {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Self {
            port: listener.local_addr().unwrap().port(),
            manner: Arc::new(Mutex::new(manner)),
            got: Arc::default(),
            delay: Arc::default(),
        };
        let own = sink.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                // A client that goes away in the middle is no concern of the server's.
                std::thread::spawn(move || drop(own.talk(stream)));
            }
        });
        sink
    }

    pub fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let manner = || *self.manner.lock().unwrap();
        if manner() == Manner::Hangs {
            std::thread::sleep(Duration::from_secs(60));
            return Ok(());
        }
        let (mut out, mut lines) = (stream.try_clone()?, BufReader::new(stream).lines());
        let mut to = String::new();
        out.write_all(b"220 sink\r\n")?;
        while let Some(Ok(line)) = lines.next() {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match &*word {
                "EHLO" => out.write_all(b"250-sink\r\n250 8BITMIME\r\n")?,
                "RCPT" => match manner() {
                    Manner::Answers(code) => out.write_all(format!("{code} not this one\r\n").as_bytes())?,
                    _ => {
                        to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                        out.write_all(b"250 ok\r\n")?;
                    }
                },
                "DATA" => {
                    out.write_all(b"354 go on\r\n")?;
                    let mut text = String::new();
                    for line in lines.by_ref().map_while(Result::ok).take_while(|line| line != ".") {
                        text.push_str(&line);
                        text.push('\n');
                    }
                    let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: "));
                    let id = id.unwrap_or_default().to_owned();
                    std::thread::sleep(*self.delay.lock().unwrap());
                    self.got.lock().unwrap().push(Got { to: to.clone(), id, text });
                    if manner() == Manner::BreaksOff {
                        return Ok(());
                    }
                    out.write_all(b"250 taken\r\n")?;
                }
                "QUIT" => {
                    out.write_all(b"221 bye\r\n")?;
                    return Ok(());
                }
                _ => out.write_all(b"250 ok\r\n")?,
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone)]
pub struct Posted {
    pub path: String,
    pub headers: String,
    pub body: String,
}

/// A web server that answers everything with one status; 0 hangs.
#[derive(Clone)]
pub struct WebSink {
    pub port: u16,
    answer: Arc<Mutex<(u16, String)>>,
    got: Arc<Mutex<Vec<Posted>>>,
}

impl WebSink {
    pub fn start(status: u16, more: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Self {
            port: listener.local_addr().unwrap().port(),
            answer: Arc::new(Mutex::new((status, more.to_owned()))),
            got: Arc::default(),
        };
        let own = sink.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                std::thread::spawn(move || drop(own.answer(stream)));
            }
        });
        sink
    }

    pub fn got(&self) -> Vec<Posted> {
        self.got.lock().unwrap().clone()
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let (mut first, mut headers, mut length) = (String::new(), String::new(), 0);
        reader.read_line(&mut first)?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            headers.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let body = String::from_utf8(body).unwrap();
        self.got.lock().unwrap().push(Posted { path, headers, body });
        let (status, more) = self.answer.lock().unwrap().clone();
        if status == 0 {
            std::thread::sleep(Duration::from_secs(60));
            return Ok(());
        }
        let said = "{\"errcode\":0}";
        write!(stream, "HTTP/1.1 {status} x\r\nContent-Length: {}\r\n{more}\r\n{said}", said.len())
    }
}
