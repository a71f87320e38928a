//! The hotline's desk: filing a request for whoever is on the line.

use app::read::Asked;
use app::request::{LikeRequest, NewRequest, SaidNow, Suggestions};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::request::{Channel, Urgency};

use super::ask::{is_email, is_phone, new_request, secret_of};
use super::brought::{BroughtByStaff, FIELD as PHOTO};
use super::choices::{self, words_of};
use super::mail::language;
use super::photos;
use super::similar::{Similar, may_know, told};
use crate::editor::field::{Control, Field, Typed};
use crate::editor::page::{form_page, known_code};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};

fn allowed(visit: &Visit) -> Result<(), PageError> {
    staff_only(visit)?;
    if visit.actor.may_somewhere(Action::TakeRequest) {
        Ok(())
    } else {
        Err(visit.forbidden(Action::TakeRequest))
    }
}

fn sheet(visit: &Visit, plan: &Code, portfolio: &Portfolio) -> Sheet {
    let lang = visit.lang;
    let field = |name: &str, key: &str, control| Field::new(lang, name, key, control);
    let channels = [Channel::Hotline, Channel::DirectChannel, Channel::Paper, Channel::Email];
    let urgencies = [Urgency::Ordinary, Urgency::Urgent, Urgency::Immediate];
    let here = format!("/p/{plan}/requests");
    let mut sheet = Sheet::new(format!("{here}/new"), here, visit.t("request-file-save"));
    sheet.intro = visit.t("request-file-lead").into_owned();
    sheet
        .group(
            visit.t("ask-step-place"),
            vec![
                field(
                    "area",
                    "ask-area",
                    Control::Select(choices::all_areas(portfolio, lang, "ask-area-choose")),
                ),
                field("address", "ask-address", Control::Text),
            ],
        )
        .group(
            visit.t("ask-step-matter"),
            vec![
                field("kind", "requests-kind", Control::Select(choices::kinds(lang))),
                field("text", "ask-text", Control::Area).required(),
                field(PHOTO, "photo-field", Control::Photos),
                field(
                    "category",
                    "request-category",
                    Control::Select(choices::categories(portfolio, lang, "ask-category-none")),
                ),
                field(
                    "urgency",
                    "request-urgency",
                    Control::Select(words_of(lang, "urgency", urgencies.iter().map(|it| it.as_str()))),
                ),
            ],
        )
        .group(
            visit.t("request-person"),
            vec![
                field(
                    "channel",
                    "requests-channel",
                    Control::Select(words_of(lang, "request-channel", channels.iter().map(|it| it.as_str()))),
                ),
                field("number", "request-file-number", Control::Text),
                field("name", "ask-name", Control::Text),
                field("phone", "ask-phone", Control::Text),
                field("email", "ask-email", Control::Email),
                field(
                    "public",
                    "ask-public",
                    Control::Select(vec![
                        crate::editor::field::Choice::new("no", visit.t("no")),
                        crate::editor::field::Choice::new("yes", visit.t("yes")),
                    ]),
                ),
            ],
        )
}

pub async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    allowed(&visit)?;
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    let form = sheet(&visit, &plan, &portfolio).hidden("key", visit.app.request_secret());
    form_page(&visit, StatusCode::OK, visit.t("request-file-title"), form)
}

pub async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    BroughtByStaff(brought): BroughtByStaff,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    allowed(&visit)?;
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    // Sent twice, it is one request; and photos wait under it while something else is wrong.
    let secret = secret_of(&visit, &brought.typed);
    let (typed, photo_faults) = photos::draft(&visit, &plan, &secret, brought).await?;
    let mut form = sheet(&visit, &plan, &portfolio).hidden("key", secret.clone());
    form.refill(&typed);
    let drafts = typed.get("drafts") == "yes";
    if drafts {
        form = form.hidden("drafts", "yes");
        let count = visit.app.drafted_photos(&plan, &secret).await?.len().to_string();
        if let Some(group) = form.groups.get_mut(1) {
            group.note = visit.tw("photo-kept-count", &[("count", &count)]);
        }
    }
    let mut faults: Vec<(&'static str, String)> =
        photo_faults.into_iter().map(|message| (PHOTO, message)).collect();
    let mut check = |bad: bool, at: &'static str, key: &str| {
        if bad {
            faults.push((at, visit.t(key).into_owned()));
        }
    };
    let (phone, email) = (typed.get("phone"), typed.get("email"));
    check(typed.get("text").is_empty(), "text", "ask-missing-text");
    check(typed.get("area").is_empty() && typed.get("address").is_empty(), "area", "ask-missing-place");
    check(!phone.is_empty() && !is_phone(phone), "phone", "ask-bad-phone");
    check(!email.is_empty() && !is_email(email), "email", "ask-bad-email");
    let again = |form: Sheet, status| form_page(&visit, status, visit.t("request-file-title"), form);
    if !faults.is_empty() {
        for (at, message) in faults {
            form.fault(at, message);
        }
        return again(form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let found = suggestions(&visit, &plan, &typed).await?;
    let mut new =
        new_request(&typed, Channel::parse(typed.get("channel")).unwrap_or(Channel::Hotline), &found);
    // What was filed already is looked at first; whoever sends the same again has.
    let like = said_already(&visit, &plan, &secret, &new).await?.into_iter();
    let like: Vec<LikeRequest> = like.filter_map(|like| may_know(&visit, &portfolio, like)).collect();
    if like.iter().any(|like| !typed.get(LOOKED).split(' ').any(|code| code == like.row.code.as_str())) {
        let codes: Vec<&str> = like.iter().map(|like| like.row.code.as_str()).collect();
        let mut form = form.hidden(LOOKED, codes.join(" "));
        form.submit = visit.t("request-file-all-the-same").into_owned();
        let similar = like.into_iter().map(|like| told(&visit, &portfolio, like, String::new())).collect();
        let shown = FilePage { page: visit.page(visit.t("request-file-title")), similar, sheet: form };
        return render(StatusCode::OK, &shown);
    }
    // What the desk leaves open the program fills in where it is sure; the desk sees it as suggested.
    if new.category.is_none() {
        new.category = found.sure().map(|best| best.category.clone());
        new.suggested = new.category.is_some();
    } else {
        new.suggested = false;
    }
    new.area = new.area.or(found.area);
    new.urgency = Urgency::parse(typed.get("urgency")).unwrap_or(Urgency::Ordinary);
    new.number = typed.get("number").to_owned();
    new.source = source(&visit);
    (new.secret, new.drafts, new.language) = (secret, drafts, language(visit.lang));
    match visit.app.file_request(&visit.actor, &plan, new).await {
        Ok(filed) => Ok(Redirect::to(&format!("/p/{plan}/requests/{}?done=1", filed.code)).into_response()),
        Err(app::AppError::NoKey) => {
            form.fault("phone", visit.t("ask-no-key").into_owned());
            again(form, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => {
            let refusals = refused(error)?;
            for refusal in &refusals {
                form.fault(&refusal.field, words::refusal(visit.lang, refusal));
            }
            again(form, refused_status(&refusals))
        }
    }
}

/// What the desk has looked at of what says the same.
const LOOKED: &str = "looked";

#[derive(Template)]
#[template(path = "requests/file.html")]
struct FilePage {
    page: Page,
    similar: Vec<Similar>,
    sheet: Sheet,
}

/// What says the same already; of what was sent twice, that it is there.
async fn said_already(
    visit: &Visit,
    plan: &Code,
    secret: &str,
    new: &NewRequest,
) -> Result<Vec<LikeRequest>, PageError> {
    if visit.app.request_of_link(plan, secret).await.is_ok() {
        return Ok(Vec::new());
    }
    let said = SaidNow { address: new.address.clone(), title: new.title.clone(), text: new.text.clone() };
    Ok(visit.app.requests_saying(plan, said, &new.person).await?)
}

async fn suggestions(visit: &Visit, plan: &Code, typed: &Typed) -> Result<Suggestions, PageError> {
    let area = Code::new(typed.get("area")).ok();
    let (text, address) = (typed.get("text"), typed.get("address"));
    Ok(visit.app.suggest_for_request(plan, text, address, area.as_ref(), None).await?)
}
