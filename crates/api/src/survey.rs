//! Waves of surveys and what they came to: estimates by question and group, with their error. What too few people are
//! behind has no numbers here either.

use std::sync::Arc;

use app::survey::{ComparedLine, codebook, judged, results_csv, text_csv};
use axum::extract::{OriginalUri, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::history::View;
use domain::policy::{Action, Target};
use domain::survey::{Fieldwork, HeldCited, HeldWave, Questionnaire, ResultRow, WaveResults};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag, page};
use crate::asked::{Asked, Page, PageParams, ViewParams, found};
use crate::body::{Params, Place};
use crate::problem::ApiError;
use crate::value::{Amount, CodeText, Day, Name};
use crate::word::GradeWord;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_waves))
        .routes(routes!(get_wave))
        .routes(routes!(list_estimates))
        .routes(routes!(list_wave_changes))
        .routes(routes!(export_wave))
}

/// A wave of a survey: one of the plan's own, or one that others held and that is cited.
#[derive(Debug, Serialize, ToSchema)]
struct SurveyWaveLine {
    wave: CodeText,
    name: Name,
    /// Known only by what was published of it: it has neither a questionnaire nor estimates here.
    cited: bool,
    /// draft, open, closed, frozen, published or withdrawn; `null` where it is cited.
    state: Option<String>,
    instrument: Option<CodeText>,
    version: Option<u32>,
    /// The days on which people are asked; `null` where they were not published.
    from: Option<Day>,
    to: Option<Day>,
    /// Whom it stands for, and how they were reached.
    frame: Option<Name>,
    /// web, telephone, street, paper; empty where it is cited.
    modes: Vec<String>,
    /// Who may answer by link: anyone, or invited for those with a link that works once.
    access: Option<String>,
    /// The question whose answers are areas, and the others by which results are broken down.
    area: Option<String>,
    groups: Vec<String>,
    /// Nothing is told of fewer people.
    least: Option<u32>,
    /// Answer sheets that count, once it is frozen, and the digest of the results.
    sheets: Option<u64>,
    results_digest: Option<String>,
    /// Of a cited wave: the day of the publication, and what was not published.
    told: Option<Day>,
    untold: Option<Name>,
    grade: GradeWord,
    /// The entry that last said how it is.
    entry: u64,
}

/// A wave with how people were reached.
#[derive(Debug, Serialize, ToSchema)]
struct SurveyWave {
    #[serde(flatten)]
    line: SurveyWaveLine,
    /// How people were reached, where results may be seen; `null` too where it was frozen before that was kept.
    fieldwork: Option<SurveyFieldwork>,
}

/// How people were reached, as it was when the wave was frozen.
#[derive(Debug, Serialize, ToSchema)]
struct SurveyFieldwork {
    /// Sheets that count, by how people were asked.
    sheets: Vec<SurveyCount>,
    /// Links that were made, and that were used.
    links_made: u64,
    links_used: u64,
    /// Contacts that ended without a sheet, by how they ended.
    contacts: Vec<SurveyCount>,
    /// The ways of asking that the rates are of; empty where nobody knows how many were asked.
    rated: Vec<String>,
    /// Response rates of AAPOR, between 0 and 1.
    rr1: Option<Amount>,
    rr3: Option<Amount>,
    /// Call-backs by which contacts were checked, by how they ended: confirmed, differs, denied or not_reached.
    call_backs: Vec<SurveyCount>,
    /// The share of those reached again who confirmed what was put down of them; `null` where nobody was.
    agreement: Option<Amount>,
    /// Ends of the 95 % interval (Wilson).
    agreement_low: Option<Amount>,
    agreement_high: Option<Amount>,
    /// Some of those who answered came by themselves: intervals hold only as far as they are like the others.
    self_selected: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct SurveyCount {
    of: String,
    number: u64,
}

fn fieldwork(held: &HeldWave, kept: &Fieldwork) -> SurveyFieldwork {
    let count = |of: &str, number: &u64| SurveyCount { of: of.to_owned(), number: *number };
    SurveyFieldwork {
        sheets: kept.modes.iter().map(|(mode, number)| count(mode.as_str(), number)).collect(),
        links_made: kept.links.0,
        links_used: kept.links.1,
        contacts: kept.contacts.iter().map(|(outcome, number)| count(outcome, number)).collect(),
        rated: kept.rated.iter().map(|mode| mode.as_str().to_owned()).collect(),
        rr1: kept.response_1.map(Amount),
        rr3: kept.response_3.map(Amount),
        call_backs: kept.call_backs.iter().map(|(outcome, number)| count(outcome, number)).collect(),
        agreement: kept.agreement.map(|held| Amount(held.rate)),
        agreement_low: kept.agreement.map(|held| Amount(held.low)),
        agreement_high: kept.agreement.map(|held| Amount(held.high)),
        self_selected: held.wave.is_self_selected(),
    }
}

/// An estimate of a wave.
#[derive(Debug, Serialize, ToSchema)]
struct SurveyEstimate {
    question: String,
    /// The row of a table of questions.
    row: Option<String>,
    /// share, mean or multiple: the share of those who ticked it, among others.
    kind: String,
    /// The answer whose share it is; `null` for a mean.
    answer: Option<String>,
    /// The question by whose answers it is broken down, and the answer; `null` for everybody together.
    group_by: Option<String>,
    group: Option<String>,
    /// Too few people are behind it, or these could be worked out from it and the whole: it has no numbers.
    withheld: bool,
    /// A share lies between 0 and 1.
    estimate: Option<Amount>,
    std_error: Option<Amount>,
    /// Ends of the 95 % interval.
    ci_low: Option<Amount>,
    ci_high: Option<Amount>,
    /// Design effect, where there is one.
    deff: Option<Amount>,
    /// People behind it.
    n: Option<u64>,
}

/// Which estimates.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EstimateFilter {
    /// Only of this question.
    #[param(max_length = 64, required = false)]
    question: Option<String>,
    /// Only broken down by this question; `-` for everybody together.
    #[param(max_length = 64, required = false)]
    group_by: Option<String>,
}

fn own(held: &HeldWave) -> SurveyWaveLine {
    let wave = &held.wave;
    let frozen = held.frozen();
    SurveyWaveLine {
        wave: (&wave.wave).into(),
        name: (&wave.name).into(),
        cited: false,
        state: Some(held.state().as_str().to_owned()),
        instrument: Some((&wave.instrument).into()),
        version: Some(wave.version),
        from: Some(wave.from.into()),
        to: Some(wave.to.into()),
        frame: Some((&wave.frame).into()),
        modes: wave.modes.iter().map(|mode| mode.as_str().to_owned()).collect(),
        access: Some(wave.access.as_str().to_owned()),
        area: wave.area.clone(),
        groups: wave.groups.clone(),
        least: Some(wave.least),
        sheets: frozen.map(|frozen| frozen.sheets),
        results_digest: frozen.map(|frozen| frozen.results_digest.clone()),
        told: None,
        untold: None,
        grade: held.grade.into(),
        entry: held.seq.0,
    }
}

fn cited(held: &HeldCited) -> SurveyWaveLine {
    let wave = &held.cited;
    SurveyWaveLine {
        wave: (&wave.wave).into(),
        name: (&wave.name).into(),
        cited: true,
        state: None,
        instrument: None,
        version: None,
        from: wave.from.map(Into::into),
        to: wave.to.map(Into::into),
        frame: None,
        modes: Vec::new(),
        access: None,
        area: None,
        groups: Vec::new(),
        least: None,
        sheets: None,
        results_digest: None,
        told: Some(wave.told.into()),
        untold: Some((&wave.untold).into()),
        grade: held.grade.into(),
        entry: held.seq.0,
    }
}

fn estimate(row: &ResultRow) -> SurveyEstimate {
    let shown = row.shown.as_ref();
    let number = |pick: fn(&domain::survey::Shown) -> Decimal| shown.map(|shown| Amount(pick(shown)));
    let (group_by, group) = row.group.clone().unzip();
    SurveyEstimate {
        question: row.question.clone(),
        row: row.row.clone(),
        kind: row.kind.as_str().to_owned(),
        answer: row.answer.clone(),
        group_by,
        group,
        withheld: shown.is_none(),
        estimate: number(|shown| shown.estimate),
        std_error: number(|shown| shown.std_error),
        ci_low: number(|shown| shown.low),
        ci_high: number(|shown| shown.high),
        deff: shown.and_then(|shown| shown.deff).map(Amount),
        n: shown.map(|_| row.n),
    }
}

/// Whether a caller runs the surveys of a plan.
fn manages(caller: &Caller, plan: &Code) -> bool {
    caller.may(Action::ManageSurveys, &Target { plan: Some(plan.clone()), ..Target::default() })
}

fn audience(manages: bool) -> Audience {
    if manages { Audience::Staff } else { Audience::Public }
}

/// Waves of surveys, of the plan's own and cited
#[utoipa::path(get, path = "/plans/{plan}/waves", operation_id = "listWaves", tag = "surveys",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of waves.", body = Page<SurveyWaveLine>)))]
async fn list_waves(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let manages = manages(&caller, &plan);
    let waves = portfolio.plan.waves.iter().filter(|held| manages || held.is_public()).map(own);
    let all = waves.chain(portfolio.plan.cited_waves.iter().map(cited)).collect();
    let list = asked.page(view, all, |line| line);
    Ok(page(&conditions, &caller.0, &list_tag(view, audience(manages)), &uri, list))
}

/// One wave of a survey
#[utoipa::path(get, path = "/plans/{plan}/waves/{wave}", operation_id = "getWave", tag = "surveys",
    params(("plan" = CodeText, Path,), ("wave" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The wave.", body = SurveyWave)))]
async fn get_wave(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(wave))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let manages = manages(&caller, &plan);
    let held = portfolio.plan.wave(wave.as_str()).filter(|held| manages || held.is_public());
    let line = held.map(own).or_else(|| portfolio.plan.cited_wave(wave.as_str()).map(cited));
    let line = found(line)?;
    let mut body = SurveyWave { line, fieldwork: None };
    if let Some(held) = held.filter(|held| held.shows_results(manages)) {
        let results = api.app().wave_results(&plan, held).await?;
        let kept = results.as_ref().and_then(|results| results.fieldwork.as_deref());
        body.fieldwork = kept.map(|kept| fieldwork(held, kept));
    }
    Ok(answer(&conditions, &caller.0, &list_tag(view, audience(manages)), &asked.used(view), body))
}

/// A wave with its results, where the caller may see them: everybody once they are published, before that whoever runs
/// surveys.
async fn results(
    api: &Api,
    caller: &Caller,
    (plan, wave): (&Code, &Code),
    asked: &Asked,
) -> Result<(HeldWave, Questionnaire, Arc<WaveResults>, View), ApiError> {
    let (portfolio, view) = api.portfolio(plan, asked).await?;
    let held = found(portfolio.plan.wave(wave.as_str()))?;
    let may = held.shows_results(manages(caller, plan));
    let asked =
        found(portfolio.plan.questionnaire(&held.wave.instrument, held.wave.version).filter(|_| may))?;
    let results = found(api.app().wave_results(plan, held).await?)?;
    Ok((held.clone(), asked.clone(), results, view))
}

/// What a wave came to, by question and group
#[utoipa::path(get, path = "/plans/{plan}/waves/{wave}/estimates", operation_id = "listEstimates", tag = "surveys",
    params(("plan" = CodeText, Path,), ("wave" = CodeText, Path,), EstimateFilter, ViewParams, PageParams),
    responses((status = 200, description = "A page of estimates.", body = Page<SurveyEstimate>)))]
async fn list_estimates(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(plan), CodeText(wave))): Place<(CodeText, CodeText)>,
    Params(filter): Params<EstimateFilter>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (_, _, results, view) = results(&api, &caller, (&plan, &wave), &asked).await?;
    let takes = |row: &&ResultRow| {
        let by = row.group.as_ref().map_or("-", |(by, _)| by.as_str());
        filter.question.as_ref().is_none_or(|question| row.question == *question)
            && filter.group_by.as_ref().is_none_or(|wanted| wanted == by)
    };
    let list = asked.page(view, results.rows.iter().filter(takes).collect(), estimate);
    let tag = list_tag(view, audience(manages(&caller, &plan)));
    Ok(page(&conditions, &caller.0, &tag, &uri, list))
}

/// Which two waves, and of whom.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ChangeFilter {
    /// The earlier wave.
    #[param(max_length = 64)]
    from: String,
    /// Only of those who gave an answer to this question, by which both waves are broken down.
    #[param(max_length = 64, required = false)]
    group_by: Option<String>,
    /// The answer they gave.
    #[param(max_length = 64, required = false)]
    group: Option<String>,
}

/// A figure of two waves beside each other.
#[derive(Debug, Serialize, ToSchema)]
struct SurveyChange {
    before: Option<SurveyEstimate>,
    after: SurveyEstimate,
    /// Why the two are not set beside each other: asked-otherwise, not-asked or too-few; `null` where they are.
    refused: Option<String>,
    /// After less before; of shares between -1 and 1.
    difference: Option<f64>,
    std_error: Option<f64>,
    /// Ends of the 95 % interval of this change alone.
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    p_value: Option<f64>,
    /// The p-value that allows for all changes listed (Holm 1979).
    p_holm: Option<f64>,
    /// More than chance explains at 95 %, all changes judged together.
    significant: bool,
    /// What the bridge rests on, where something else was asked and a bridge was declared.
    bridge: Option<String>,
}

fn change(line: &ComparedLine) -> SurveyChange {
    let found = line.change.as_ref().ok();
    let tested = found.and_then(|change| change.tested);
    let refused =
        line.change.as_ref().err().map(|fault| fault.key().trim_start_matches("compare-").to_owned());
    SurveyChange {
        before: line.before.as_ref().map(estimate),
        after: estimate(&line.after),
        refused,
        difference: found.map(|change| change.difference),
        std_error: tested.map(|tested| tested.std_error),
        ci_low: tested.map(|tested| tested.ci_low),
        ci_high: tested.map(|tested| tested.ci_high),
        p_value: tested.map(|tested| tested.p_value),
        p_holm: line.p_holm,
        significant: line.is_significant(),
        bridge: found.and_then(|change| change.bridge.as_ref()).map(|bridge| bridge.reason.clone()),
    }
}

/// What changed since an earlier wave, where the same was asked
#[utoipa::path(get, path = "/plans/{plan}/waves/{wave}/changes", operation_id = "listWaveChanges", tag = "surveys",
    params(("plan" = CodeText, Path,), ("wave" = CodeText, Path,), ChangeFilter, ViewParams, PageParams),
    responses((status = 200, description = "A page of changes.", body = Page<SurveyChange>)))]
async fn list_wave_changes(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(plan), CodeText(wave))): Place<(CodeText, CodeText)>,
    Params(filter): Params<ChangeFilter>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (after, _, new, view) = results(&api, &caller, (&plan, &wave), &asked).await?;
    let from = found(Code::new(&filter.from).ok())?;
    let (before, _, old, _) = results(&api, &caller, (&plan, &from), &asked).await?;
    let (portfolio, _) = api.portfolio(&plan, &asked).await?;
    let group = filter.group_by.clone().zip(filter.group.clone());
    let lines = judged(&portfolio.plan, (&before, &*old), (&after, &*new), group.as_ref());
    let list = asked.page(view, lines.iter().collect(), change);
    let tag = list_tag(view, audience(manages(&caller, &plan)));
    Ok(page(&conditions, &caller.0, &tag, &uri, list))
}

/// The results of a wave as a table, or its code book
///
/// `results.csv` or `codebook.csv`: UTF-8 with a byte order mark, comma-separated, with a header.
#[utoipa::path(get, path = "/plans/{plan}/waves/{wave}/tables/{table}", operation_id = "exportWave", tag = "surveys",
    params(("plan" = CodeText, Path,), ("wave" = CodeText, Path,), ("table" = String, Path,), ViewParams),
    responses((status = 200, description = "The table.", content_type = "text/csv")))]
async fn export_wave(
    State(api): State<Api>,
    caller: Caller,
    Place((CodeText(plan), CodeText(wave), table)): Place<(CodeText, CodeText, String)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (held, asked, results, _) = results(&api, &caller, (&plan, &wave), &asked).await?;
    let held_table = found(match table.as_str() {
        "results.csv" => Some(results_csv(&held.wave, &results)),
        "codebook.csv" => Some(codebook(&asked, &held.wave, &results)),
        _ => None,
    })?;
    let name = format!("attachment; filename=\"{wave}-{table}\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "no-cache".to_owned()),
    ];
    Ok((headers, text_csv(held_table)).into_response())
}
