//! Photos of a request: shown to those who may see them, added by units as evidence, looked through by the desk.

use app::read::Asked;
use app::request::{Drafted, PhotoReader, RequestAct};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::policy::{Action, Target};
use domain::request::{PhotoShows, Request, RequestPhoto};

use super::brought::{Brought, BroughtByStaff};
use super::choices::words_of;
use super::one::target;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::editor::sheet::refused;
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{encode, moment, word};

/// How long what everybody may see is kept by others: one that is hidden afterwards is gone from there a day later.
const PUBLIC: &str = "public, max-age=86400, immutable";
const PRIVATE: &str = "private, max-age=3600, immutable";

/// A photo as pages show it.
pub(super) struct Shot {
    pub photo: String,
    pub address: String,
    pub small: String,
    pub width: u32,
    pub height: u32,
    pub alt: String,
    pub caption: String,
    /// How it stands with being shown to everybody, for those who decide it.
    pub standing: String,
    pub shown: bool,
    pub hidden: bool,
}

/// The photos of a request among those that a reader may see. `address` makes a file's address from its name.
pub(super) async fn shots<'a>(
    visit: &Visit,
    plan: &Code,
    request: &Request,
    seen: impl Iterator<Item = &'a RequestPhoto>,
    address: impl Fn(&str) -> String,
) -> Result<Vec<Shot>, PageError> {
    let seen: Vec<&RequestPhoto> = seen.collect();
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let sizes = visit.app.photo_sizes(plan, &request.code).await?;
    let lang = visit.lang;
    // One whose bytes are gone is not shown as a hole.
    let kept = seen.into_iter().filter_map(|held| Some((held, *sizes.get(&held.photo)?)));
    let shots = kept.enumerate().map(|(number, (held, (width, height)))| {
        let shows = word(lang, "photo-shows", held.shows.as_str());
        let number = (number + 1).to_string();
        let key = match held.shown {
            None => "photo-standing-new",
            Some(true) => "photo-standing-shown",
            Some(false) => "photo-standing-hidden",
        };
        Shot {
            photo: held.photo.to_string(),
            address: address(&format!("{}.jpg", held.photo)),
            small: address(&format!("{}.small.jpg", held.photo)),
            width,
            height,
            alt: visit.tw("photo-alt", &[("number", &number), ("shows", &shows)]),
            caption: format!("{shows} · {}", moment(lang, held.at)),
            standing: match held.reason.as_str() {
                "" => visit.t(key).into_owned(),
                reason => format!("{} · {reason}", visit.t(key)),
            },
            shown: held.shown == Some(true),
            hidden: held.shown == Some(false),
        }
    });
    Ok(shots.collect())
}

/// The photos that wait for a request to be sent.
pub(super) async fn drafted(visit: &Visit, plan: &Code, secret: &str) -> Result<Vec<Shot>, PageError> {
    let held = visit.app.drafted_photos(plan, secret).await?;
    let address = |file: String| format!("/p/{plan}/ask/photos/{file}?key={}", encode(secret));
    let shots = held.into_iter().enumerate().map(|(number, held)| Shot {
        address: address(format!("{}.jpg", held.photo)),
        small: address(format!("{}.small.jpg", held.photo)),
        width: held.small_size.0,
        height: held.small_size.1,
        alt: visit.tw("photo-alt-draft", &[("number", &(number + 1).to_string())]),
        caption: String::new(),
        standing: String::new(),
        shown: false,
        hidden: false,
        photo: held.photo.to_string(),
    });
    Ok(shots.collect())
}

/// Takes in what a form of several steps brought: photos wait under its secret. What is wrong is said.
pub(super) async fn draft(
    visit: &Visit,
    plan: &Code,
    secret: &str,
    brought: Brought,
) -> Result<(Typed, Vec<String>), PageError> {
    let Brought { mut typed, photos, mut faults } = brought;
    let dropped: Vec<Code> =
        typed.0.iter().filter(|(name, _)| name == "drop").filter_map(|(_, it)| Code::new(it).ok()).collect();
    for photo in &dropped {
        visit.app.drop_drafted_photo(plan, secret, photo).await?;
    }
    typed.0.retain(|(name, _)| name != "drop");
    if !photos.is_empty() {
        match visit.app.draft_photos(plan, secret, photos).await? {
            Drafted::Kept => typed.set("drafts", "yes"),
            Drafted::TooMany => {
                let most = app::request::PHOTOS_AT_ONCE.to_string();
                faults.push(visit.tw("photo-too-many", &[("most", &most)]));
            }
        }
    }
    Ok((typed, faults))
}

/// The name of a file: a photo, and whether the small picture of it is meant.
fn file(name: &str) -> Result<(Code, bool), PageError> {
    let stem = name.strip_suffix(".jpg").ok_or(app::AppError::NotFound)?;
    let (digest, small) = stem.strip_suffix(".small").map_or((stem, false), |digest| (digest, true));
    Ok((known_code(digest)?, small))
}

/// A JPEG with what keeps it from being anything else.
async fn picture(
    visit: &Visit,
    plan: &str,
    reader: PhotoReader<'_>,
    name: &str,
) -> Result<Response, PageError> {
    let plan = known_code(plan)?;
    let (photo, small) = file(name)?;
    let jpeg = visit.app.photo(&plan, reader, &photo, small).await.map_err(|error| match error {
        // Whoever may not see it is not told that it is there.
        app::AppError::NoKey | app::AppError::Sealed => PageError::not_found(),
        error => error.into(),
    })?;
    let public = matches!(reader, PhotoReader::Everybody(_));
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, if public { PUBLIC } else { PRIVATE }),
        (header::VARY, if public { "accept-encoding" } else { "cookie" }),
        (header::CONTENT_DISPOSITION, "inline; filename=\"photo.jpg\""),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            if public { "cross-origin" } else { "same-origin" },
        ),
    ];
    let mut response = (headers, jpeg).into_response();
    if public {
        let any = HeaderValue::from_static("*");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    }
    Ok(response)
}

pub async fn of_everybody(
    visit: Visit,
    Path((plan, code, name)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let code = known_code(&code)?;
    picture(&visit, &plan, PhotoReader::Everybody(&code), &name).await
}

pub async fn of_asker(
    visit: Visit,
    Path((plan, name)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    picture(&visit, &plan, PhotoReader::Asker(Typed(query).get("key")), &name).await
}

pub async fn of_draft(
    visit: Visit,
    Path((plan, name)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    picture(&visit, &plan, PhotoReader::Draft(Typed(query).get("key")), &name).await
}

pub async fn of_staff(
    visit: Visit,
    Path((plan, code, name)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    staff_only(&visit)?;
    let code = known_code(&code)?;
    picture(&visit, &plan, PhotoReader::Staff(&code), &name).await
}

#[derive(Template)]
#[template(path = "requests/photos.html")]
struct PhotosPage {
    page: Page,
    code: String,
    title: String,
    here: String,
    done: bool,
    faults: Vec<String>,
    shots: Vec<Shot>,
    shows: Vec<Choice>,
    chosen: String,
    may_add: bool,
    may_review: bool,
}

/// Any of these lets somebody add evidence.
const ADDING: [Action; 3] = [Action::HandleRequest, Action::TakeRequest, Action::SuperviseItem];

pub(super) fn may_add(visit: &Visit, target: &Target) -> bool {
    ADDING.into_iter().any(|action| visit.actor.may(action, target))
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    plan: &Code,
    code: &Code,
    typed: &Typed,
    faults: Vec<String>,
) -> Result<Response, PageError> {
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    let (request, _) = visit.app.request(plan, code, Asked::default()).await?;
    let target = target(&request, &portfolio);
    let here = format!("/p/{plan}/requests/{code}/photos");
    let may_review = visit.actor.may(Action::TakeRequest, &target);
    // The desk puts down what a caller sent; a unit what it saw and did.
    let kinds = PhotoShows::ALL.iter().filter(|shows| match shows {
        PhotoShows::Matter => may_review,
        PhotoShows::Before | PhotoShows::After => request.lead_unit.is_some(),
    });
    let shows = words_of(visit.lang, "photo-shows", kinds.map(|it| it.as_str()));
    let view = PhotosPage {
        code: code.to_string(),
        title: request.title.clone(),
        done: typed.has("done") && faults.is_empty(),
        faults,
        shots: shots(visit, plan, &request, request.kept_photos(), |file| format!("{here}/{file}")).await?,
        chosen: typed.get("shows").to_owned(),
        may_add: may_add(visit, &target) && !shows.is_empty(),
        shows,
        may_review,
        page: visit.page(visit.tw("photos-title", &[("code", code.as_str())])),
        here,
    };
    render(status, &view)
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    page(&visit, StatusCode::OK, &plan, &code, &Typed(query), Vec::new()).await
}

/// Adds photos, or says of one whether everybody may see it.
pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    BroughtByStaff(brought): BroughtByStaff,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    let Brought { typed, photos, mut faults } = brought;
    let act = match typed.get("act") {
        "show" | "hide" => Some(RequestAct::ReviewPhoto {
            photo: known_code(typed.get("which"))?,
            shown: typed.get("act") == "show",
            reason: typed.get("reason").replace("\r\n", "\n"),
        }),
        _ if photos.is_empty() => {
            if faults.is_empty() {
                faults.push(visit.t("photo-none-chosen").into_owned());
            }
            None
        }
        _ => {
            let shows = PhotoShows::parse(typed.get("shows")).unwrap_or(PhotoShows::After);
            Some(RequestAct::AddPhotos { shows, photos })
        }
    };
    if let Some(act) = act
        && let Err(error) = visit.app.act_on_request(&visit.actor, &plan, &code, act, source(&visit)).await
    {
        faults.extend(refused(error)?.iter().map(|refusal| words::refusal(visit.lang, refusal)));
    }
    if faults.is_empty() {
        return Ok(Redirect::to(&format!("/p/{plan}/requests/{code}/photos?done=1")).into_response());
    }
    page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &plan, &code, &typed, faults).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_their_digest_and_nothing_else() {
        let digest = "ab".repeat(32);
        assert_eq!(file(&format!("{digest}.jpg")).unwrap(), (Code::new(&digest).unwrap(), false));
        assert_eq!(file(&format!("{digest}.small.jpg")).unwrap(), (Code::new(&digest).unwrap(), true));
        for name in ["", ".jpg", "x.png", "../x.jpg", "a b.jpg"] {
            assert!(file(name).is_err(), "{name}");
        }
    }
}
