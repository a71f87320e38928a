//! Taking a request in from a program, and telling its number by a token.

use app::Program;
use app::request::{NewPhoto, NewRequest, PersonalData, PlaceFault, repeatable_secret, request_token};
use axum::http::StatusCode;
use domain::code::Code;
use domain::request::question::{self, AnswerFault, QuestionAnswer, tidy};
use domain::request::{Channel, RequestState};
use domain::source::Source;
use jiff::ToSpan;
use jiff::civil::DateTime;
use words::Lang;

use crate::Server;
use crate::asked::Asked;
use crate::fault::Fault;
use crate::form::Node;
use crate::jurisdiction::{self, Jurisdiction};

/// Characters of a description, as the standard has it, and of other fields.
const TEXT_MOST: usize = 4_000;
const LINE_MOST: usize = 200;
/// The number and the token of what was only looked at.
const TEST: &str = "test";
/// What tells one sender from another.
const TELLING: [&str; 4] = ["email", "phone", "device_id", "description"];

/// The program whose key a call brings.
pub async fn program(server: &Server, asked: &Asked) -> Result<Program, Fault> {
    let key = asked.get("api_key").unwrap_or_default();
    let known = server.app.program(key).await?;
    known.ok_or_else(|| {
        let problem = if key.is_empty() { "api_key was not provided" } else { "api_key is not valid" };
        Fault::new(StatusCode::FORBIDDEN, problem)
    })
}

/// Reads what a call brings.
pub async fn read(server: &Server, asked: &Asked, lang: Lang) -> Result<Read, Fault> {
    let held = jurisdiction::find(&server.app, asked).await?;
    let program = program(server, asked).await?;
    understood(server, &held, asked, &program, lang).await
}

/// Takes it in; what is brought for a test is only looked at.
pub async fn bring(
    server: &Server,
    read: Read,
    photos: Vec<NewPhoto>,
    (site, test): (&str, bool),
    lang: Lang,
) -> Result<Node, Fault> {
    let Read { plan, mut new, batch, swapped } = read;
    new.photos = photos;
    let (number, token, notice) = if test {
        (TEST.to_owned(), TEST.to_owned(), words::text(lang, "open311-test-notice").into_owned())
    } else {
        let (now, earlier) = (new.secret.clone(), new.earlier_secret.clone());
        let filed = server.app.file_request(&app::Actor::Public, &plan, new).await?;
        let key = if filed.by_earlier { earlier } else { now };
        let address = format!("{site}/p/{plan}/my?key={key}");
        let notice = words::with(lang, "open311-notice", &[("address", address.as_str())]);
        // A token stands in addresses, which are logged: it tells the number and opens nothing.
        (filed.code.to_string(), request_token(&key), notice)
    };
    let notice = match swapped {
        true => format!("{} {notice}", words::text(lang, "open311-swapped")),
        false => notice,
    };
    let name = match batch {
        true => ("token", Node::text(token)),
        false => ("service_request_id", Node::text(number)),
    };
    let told = Node::Record(vec![name, ("service_notice", Node::text(notice)), ("account_id", Node::Null)]);
    Ok(Node::List("request", vec![told]))
}

/// What a call brings.
pub struct Read {
    plan: Code,
    new: NewRequest,
    /// A number is told only once somebody has looked.
    batch: bool,
    /// Its lat and long were swapped and put right.
    swapped: bool,
}

/// Everything that is wrong is said at once.
async fn understood(
    server: &Server,
    held: &Jurisdiction,
    asked: &Asked,
    program: &Program,
    lang: Lang,
) -> Result<Read, Fault> {
    let mut errors = Vec::new();
    let mut unknown = false;
    let category = match asked.get("service_code") {
        None => {
            errors.push("service_code required".to_owned());
            None
        }
        Some(code) => match crate::services::offered(held, code) {
            Ok(category) => Some(category),
            Err(fault) => {
                unknown = true;
                errors.extend(fault.errors);
                None
            }
        },
    };
    let (mut point, mut swapped, mut misplaced) = (None, false, true);
    match asked.stated() {
        Ok(None) => misplaced = false,
        Ok(Some(stated)) => match server.app.locate(&held.plan, stated).await? {
            Ok((located, _)) => (point, swapped, misplaced) = (Some(located.point), located.swapped, false),
            Err(PlaceFault::Outside) => {
                errors.push("lat and long lie far from all areas of this jurisdiction (WGS 84)".to_owned());
            }
            Err(PlaceFault::NotOnEarth) => errors
                .push("lat must be degrees (WGS 84) from -90 to 90; are lat and long swapped?".to_owned()),
        },
        Err(fault) => errors.extend(fault.errors),
    }
    let address = asked.get("address_string").unwrap_or_default();
    let mut area = None;
    if let Some(id) = asked.get("address_id") {
        area = Code::new(id).ok().filter(|code| held.portfolio.areas.contains_key(code));
        if area.is_none() {
            errors.push("address_id is not known here".to_owned());
        }
    }
    if point.is_none() && address.is_empty() && area.is_none() && !misplaced {
        errors.push("lat and long, address_string or address_id required".to_owned());
    }
    let mut text = asked.get("description").unwrap_or_default().to_owned();
    if let Some(media) = asked.get("media_url") {
        match url::Url::parse(media) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                // What was shown belongs to what was said.
                text = if text.is_empty() { media.to_owned() } else { format!("{text}\n{media}") };
            }
            _ => errors.push("media_url must be an address that begins with http:// or https://".to_owned()),
        }
    }
    if text.chars().count() > TEXT_MOST {
        errors.push(format!("description (with media_url) must have at most {TEXT_MOST} characters"));
    }
    for name in ["address_string", "email", "first_name", "last_name", "phone"] {
        if asked.get(name).is_some_and(|value| value.chars().count() > LINE_MOST) {
            errors.push(format!("{name} must have at most {LINE_MOST} characters"));
        }
    }
    if asked.get("email").is_some_and(|mail| !mail.contains('@') || mail.contains(char::is_whitespace)) {
        errors.push("email must be an address of mail".to_owned());
    }
    let details = tidy(details(asked));
    if let Some(category) = category {
        errors.extend(question::faults(category, &details, true).into_iter().map(said));
    }
    let Some(category) = category.filter(|_| errors.is_empty()) else {
        let only = unknown && errors.len() == 1;
        let status = if only { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        return Err(Fault { status, errors });
    };
    if text.is_empty() {
        text = category.name.get(lang.is_english()).to_owned();
    }
    if area.is_none() {
        area = server.app.area_of_request(&held.plan, &text, address, point).await?;
    }
    let names = ["last_name", "first_name"].map(|name| asked.get(name).unwrap_or_default());
    // Family names come first where nothing stands between the two.
    let name = match names.iter().all(|name| name.is_ascii()) {
        true => format!("{} {}", names[1], names[0]).trim().to_owned(),
        false => names.concat(),
    };
    let (secret, earlier_secret) = secrets(server, held, asked);
    let new = NewRequest {
        category: Some(category.category.clone()),
        area,
        address: address.to_owned(),
        point,
        // What comes in by the standard is for everybody once somebody has looked.
        public: !category.private,
        program: program.id.clone(),
        details,
        person: PersonalData {
            name,
            phone: asked.get("phone").unwrap_or_default().to_owned(),
            email: asked.get("email").unwrap_or_default().to_owned(),
            ..PersonalData::default()
        },
        secret,
        earlier_secret,
        source: Source { title: format!("Open311 · {}", program.name), ..Source::default() },
        ..NewRequest::new(Channel::Open311, text)
    };
    Ok(Read { plan: held.plan.clone(), new, batch: category.batch, swapped })
}

/// A program that got no answer sends the same again: within a minute it is the same request, where anything in it
/// tells who sends it. Without, two people may well have said the same.
fn secrets(server: &Server, held: &Jurisdiction, asked: &Asked) -> (String, String) {
    if TELLING.iter().all(|name| asked.get(name).is_none()) {
        return (server.app.request_secret(), String::new());
    }
    let now = server.app.wall();
    let of = |at: DateTime| {
        let minute = at.strftime("%Y-%m-%dT%H:%M").to_string();
        let mut parts = vec![held.plan.as_str(), minute.as_str()];
        for (name, value) in &asked.0 {
            parts.extend([name.as_str(), value.as_str()]);
        }
        repeatable_secret(&parts)
    };
    (of(now), of(now.saturating_sub(1.minute())))
}

/// `attribute[CODE]=value`, and `attribute[CODE][]=value` once for each of several.
fn details(asked: &Asked) -> Vec<QuestionAnswer> {
    let mut out: Vec<QuestionAnswer> = Vec::new();
    for (name, value) in &asked.0 {
        let Some(rest) = name.strip_prefix("attribute[") else { continue };
        let code = rest.strip_suffix("][]").or_else(|| rest.strip_suffix(']'));
        let Some(question) = code.and_then(|code| Code::new(code).ok()) else { continue };
        match out.iter_mut().find(|held| held.question == question) {
            Some(held) => held.values.push(value.clone()),
            None => out.push(QuestionAnswer { question, values: vec![value.clone()] }),
        }
    }
    out
}

fn said((question, fault): (Code, AnswerFault)) -> String {
    match fault {
        AnswerFault::Missing => format!("{question} required"),
        AnswerFault::Unknown => format!("{question} is no attribute of this service"),
        AnswerFault::NotANumber => format!("{question} must be a number"),
        AnswerFault::NotAMoment => format!("{question} must be a date or a moment"),
        AnswerFault::NotAChoice => format!("{question} must be one of its values"),
        AnswerFault::OnlyOne => format!("{question} takes one value"),
        AnswerFault::TooLong => format!("{question} is too long"),
    }
}

/// The number behind a token, once somebody has looked at what came in with it.
pub async fn token(server: &Server, held: &Jurisdiction, token: &str) -> Result<Node, Fault> {
    let number = if token == TEST {
        String::new()
    } else {
        let unknown = |_| Fault::not_found("token is not known here");
        let code = server.app.request_of_token(&held.plan, token).await.map_err(unknown)?;
        let (request, _) = server.app.request(&held.plan, &code, app::read::Asked::default()).await?;
        let category =
            request.category.as_ref().and_then(|code| held.portfolio.plan.request_category(code.as_str()));
        let waits = category.is_some_and(|category| category.batch)
            && matches!(request.state, RequestState::Received | RequestState::Assigned);
        if waits { String::new() } else { code.to_string() }
    };
    let told =
        Node::Record(vec![("service_request_id", Node::or_null(&number)), ("token", Node::text(token))]);
    Ok(Node::List("request", vec![told]))
}
