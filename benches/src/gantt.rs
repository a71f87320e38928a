//! The Gantt chart of 108 projects with 30 steps each, in a real Chromium: when it is first seen, and whether it
//! scrolls without stalls.

use std::io::Write;
use std::process::Stdio;
use std::time::Instant;

use anyhow::Context;
use app::{Actor, App, Change};
use domain::command::Command;
use domain::fact::Fact;
use domain::journal::{Draft, Event};
use domain::milestone::{Aspect, StepTemplate};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::planned_date::PlannedDate;
use domain::project::{Membership, ProjectFact};
use domain::source::{Grade, Source};
use domain::subject::Subject;
use domain::timetabling::{Estimate, StepLink, StepLinkKind, Work};
use end_to_end::browser::{Browser, PASSWORD};
use end_to_end::{Running, huitian, site_address};
use jiff::Timestamp;
use jiff::civil::date;
use store::{Address, Database, StoreError};

use crate::ledger::{Ledger, clock, code};
use crate::results::{Goal, Results, median};

const PROJECTS: usize = 108;
const STEPS: usize = 30;
/// Links besides the chains: with them there are about as many as in a plan that was measured elsewhere.
const LINKS: usize = 1_207;
const PAGE: &str = "/p/huitian-2018/timetable/bars?level=steps";
const LOADS: usize = 5;

fn step(at: usize) -> domain::code::Code {
    code(&format!("step-{at:02}"))
}

fn change(facts: Vec<Fact>, subject: Subject) -> Change {
    Change {
        command: Command::Record { subject, facts, expected: None },
        effective: Some(date(2026, 1, 5)),
        source: Source { grade: Grade::Illustrative, ..Source::default() },
        reason: String::new(),
    }
}

/// A kind of project with thirty steps, and how long each takes.
fn kind() -> Vec<Fact> {
    let template = code("measured");
    let steps = (0..STEPS).map(|at| StepTemplate {
        step: step(at),
        name: Named::new(format!("第{at}项工作"), format!("Work {at}")),
        gate: None,
    });
    let kind = PlanFact::Template {
        template: template.clone(),
        name: Named::new("测量", "Measured"),
        steps: steps.collect(),
    };
    let work = (0..STEPS).filter_map(|at| {
        let days = 3 + (at * 7 % 23) as u16;
        let days = Estimate::new(days, days + 2, days * 2 + 4)?;
        let work = Some(Work { days, calendar: None, after: None, not_before: None });
        Some(PlanFact::UsualWork { template: template.clone(), step: step(at), work }.into())
    });
    std::iter::once(kind.into()).chain(work).collect()
}

fn project(plan: &domain::code::Code, at: usize) -> Draft {
    let name = Named::new(format!("第{at}号项目：配套设施"), format!("Project {at}: facilities"));
    let mut facts: Vec<Fact> = vec![
        ProjectFact::Name(name).into(),
        ProjectFact::Kind { kind: code("measured") }.into(),
        ProjectFact::Membership { state: Membership::Member, revision: None, other: None }.into(),
    ];
    facts.extend((0..STEPS).map(|number| -> Fact {
        let name = Named::new(format!("第{number}项工作"), format!("Work {number}"));
        ProjectFact::Step { step: step(number), order: number as u32, name, gate: None }.into()
    }));
    let promised = PlannedDate::day(date(2028, 1 + (at % 12) as i8, 15));
    facts.push(
        ProjectFact::Milestone {
            aspect: Aspect::Promised,
            part: None,
            step: step(STEPS - 1),
            date: Some(promised),
            cause: None,
        }
        .into(),
    );
    // Links lead from earlier projects to later ones, and from earlier steps to later ones: none goes round.
    facts.extend((at..LINKS).step_by(PROJECTS).enumerate().map(|(n, _)| -> Fact {
        let other = (n == 0 && at > 0).then(|| code(&format!("P-{:03}", at - 1)));
        let (before, after) = (n * 2 % (STEPS - 5), n * 2 % (STEPS - 5) + 3);
        let kind = [StepLinkKind::FinishToStart, StepLinkKind::StartToStart][n % 2];
        let link = StepLink {
            step: step(after),
            project: other,
            before: step(before),
            kind,
            lag: (n % 3) as i16 * 5,
        };
        ProjectFact::StepLink { link, held: true }.into()
    }));
    Draft {
        effective: date(2026, 1, 5),
        actor: code("bureau"),
        subject: Subject::project(plan, &code(&format!("P-{at:03}"))),
        event: Event::Registered { facts },
        source: Source { grade: Grade::Illustrative, ..Source::default() },
        reason: String::new(),
    }
}

fn plan() -> anyhow::Result<Ledger> {
    let ledger = Ledger::plan_only()?;
    let app = App::new(Database::open_existing(&ledger.address)?, clock()?);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(app.change(&Actor::operator(), change(kind(), Subject::plan(&ledger.plan))))?;
    let drafts: Vec<Draft> = (0..PROJECTS).map(|at| project(&ledger.plan, at)).collect();
    Database::open_existing(&ledger.address)?.write::<_, StoreError>(move |tx| {
        for draft in &drafts {
            tx.append(draft.clone(), Timestamp::UNIX_EPOCH)?;
        }
        Ok(())
    })?;
    Ok(ledger)
}

/// Somebody who may see it.
fn account(database: &str) -> anyhow::Result<()> {
    let mut command =
        huitian(&["account", "add", "bench", "--name", "Bench", "--role", "municipal_task_force"]);
    command.args(["--database", database]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().context("build it first: cargo build --release --package huitian")?;
    child.stdin.take().context("no input")?.write_all(format!("{PASSWORD}\n").as_bytes())?;
    anyhow::ensure!(child.wait()?.success(), "no account was made");
    Ok(())
}

/// The longest time between two frames while the chart is scrolled from end to end, in milliseconds. A chart that is
/// not there fails at once.
const SCROLL: &str = "
    const frame = document.querySelector('.gantt');
    window.worst = null;
    if (!frame) throw new Error('there is no chart');
    {
        let last = performance.now(), worst = 0, frames = 0;
        const step = (now) => {
            if (frames++ > 1) worst = Math.max(worst, now - last);
            last = now;
            const before = frame.scrollTop;
            frame.scrollTop += 600;
            if (frame.scrollTop === before) window.worst = worst;
            else requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
    }";

pub fn gantt(results: &mut Results) -> anyhow::Result<()> {
    let ledger = plan()?;
    let Address::Sqlite(file) = &ledger.address else { anyhow::bail!("the plan lies in a file") };
    let database = format!("sqlite://{}", file.display());
    account(&database)?;
    let mut serve =
        huitian(&["serve", "--insecure-cookies", "--database", &database, "--listen", "127.0.0.1:0"]);
    let (running, listen) = Running::answering(&mut serve, site_address)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let Some(browser) = Browser::start("zh-CN", &format!("http://{listen}")).await? else {
            anyhow::bail!("Chromium's driver is needed: cargo xtask setup");
        };
        browser.sign_in("bench").await?;
        let begun = Instant::now();
        browser.open(PAGE).await?;
        let first = begun.elapsed().as_secs_f64();
        // Without all of its rows nothing is worth measuring.
        let count = "return document.querySelectorAll('.gantt-strip a').length";
        let rows = browser.run(count, vec![]).await?.as_u64().unwrap_or(0);
        anyhow::ensure!(
            rows as usize == PROJECTS * (STEPS + 1),
            "{rows} rows, not {}",
            PROJECTS * (STEPS + 1)
        );
        let (mut paints, mut scrolls) = (Vec::new(), Vec::new());
        let paint = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0";
        for _ in 0..LOADS {
            browser.open(PAGE).await?;
            let shown = browser
                .wait_until("the first paint", async || {
                    let time = browser.driver.execute(paint, vec![]).await?.json().as_f64().unwrap_or(0.0);
                    Ok((time > 0.0).then_some(time))
                })
                .await?;
            paints.push(shown / 1_000.0);
            browser.run(SCROLL, vec![]).await?;
            let worst = browser
                .wait_until("the end of the chart", async || {
                    Ok(browser.driver.execute("return window.worst", vec![]).await?.json().as_f64())
                })
                .await?;
            scrolls.push(worst);
        }
        let what = format!("Gantt chart of {} tasks", PROJECTS * STEPS);
        let beside = format!("the very first with odds drawn {first:.2} s");
        results.add(
            format!("{what}, first paint in Chromium"),
            Goal::AtMost(1.0),
            median(paints),
            "s",
            beside,
        );
        let beside = "longest time between two frames, 600 pixels a frame from end to end";
        results.add(format!("{what}, scrolling"), Goal::AtMost(100.0), median(scrolls), "ms", beside);
        browser.quit().await?;
        drop(running);
        Ok(())
    })
}
